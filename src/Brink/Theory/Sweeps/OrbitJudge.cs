namespace Brink.Theory.Sweeps;

/// <summary>Tells the regime of an orbit from its last states and its Lyapunov exponent.</summary>
/// <param name="model">The model.</param>
/// <param name="rules">The thresholds.</param>
/// <param name="recurrence">The tolerance of a return.</param>
internal sealed class OrbitJudge(SweptModel model, OrbitRules rules, double recurrence)
{
    /// <summary>Sharpnesses of a moving orbit that are averaged.</summary>
    private const int Samples = 16;

    private readonly int _eta = model.IndexOf("eta");

    /// <summary>Judges.</summary>
    /// <param name="values">The cell's parameters.</param>
    /// <param name="orbit">Its last states, one after the other, oldest first: 2·LongestPeriod + 1 of them.</param>
    /// <param name="variables">Numbers a state.</param>
    /// <param name="exponent">The Lyapunov exponent.</param>
    /// <returns>The summary.</returns>
    internal OrbitSummary Judge(IReadOnlyList<double> values, ReadOnlySpan<double> orbit, int variables, double exponent)
    {
        double size = 0;
        foreach (double number in orbit)
        {
            // A maximum that a NaN cannot slip past.
            size = Math.Abs(number) <= size ? size : Math.Abs(number);
            if (!(size <= rules.Limit))
            {
                return new OrbitSummary(Regime.Diverged, 0, float.NaN, float.NaN);
            }
        }

        int period = Period(orbit, variables, recurrence * (1 + size));
        if (period > 0 && exponent > rules.ChaoticExponent)
        {
            return new OrbitSummary(Regime.Unstable, (byte)period, (float)exponent, (float)Product(values, orbit, variables, period).Mean);
        }

        if (period > 1)
        {
            return new OrbitSummary(Regime.Periodic, (byte)period, (float)exponent, (float)Product(values, orbit, variables, Math.Min(period, Samples)).Mean);
        }

        if (period == 0 && !(exponent <= rules.ChaoticExponent))
        {
            return new OrbitSummary(Regime.Chaotic, 0, (float)exponent, float.NaN);
        }

        (double mean, double most) = Product(values, orbit, variables, period == 1 ? 1 : Samples);
        Regime regime = most < 2 - rules.EdgeWidth ? Regime.Converged
            : Math.Abs(mean - 2) <= rules.EdgeWidth ? Regime.Edge
            : Regime.Undecided;
        return new OrbitSummary(regime, (byte)period, (float)exponent, (float)mean);
    }

    /// <summary>The shortest period with which the newer half of the orbit repeats; 0 where there is none.</summary>
    private int Period(ReadOnlySpan<double> orbit, int variables, double tolerance)
    {
        int count = orbit.Length / variables;
        for (int period = 1; period <= rules.LongestPeriod; period++)
        {
            bool repeats = true;
            for (int at = orbit.Length - 1; at >= (count - rules.LongestPeriod) * variables && repeats; at--)
            {
                repeats = Math.Abs(orbit[at] - orbit[at - (period * variables)]) <= tolerance;
            }

            if (repeats)
            {
                return period;
            }
        }

        return 0;
    }

    private (double Mean, double Most) Product(IReadOnlyList<double> values, ReadOnlySpan<double> orbit, int variables, int samples)
    {
        int count = Math.Min(samples, orbit.Length / variables);
        (double sum, double most) = (0, double.NegativeInfinity);
        for (int k = 1; k <= count; k++)
        {
            double product = values[_eta] * model.Sharpness(values, orbit.Slice(orbit.Length - (k * variables), variables));
            sum += product;
            most = Math.Max(most, product);
        }

        return (sum / count, most);
    }
}
