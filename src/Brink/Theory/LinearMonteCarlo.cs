namespace Brink.Theory;

/// <summary>How gradient descent with one η ended from many random starts.</summary>
/// <param name="Eta">η.</param>
/// <param name="FractionConverged">Part of the starts that came to a global minimum: loss and gradient norm both below their thresholds.</param>
/// <param name="FractionDiverged">Part that left every bound.</param>
/// <param name="MedianGradientNorm">Median over the starts that did not diverge of ‖∇f‖ averaged over the last iterations; null where all diverged.</param>
public sealed record LinearSweepLine(double Eta, double FractionConverged, double FractionDiverged, double? MedianGradientNorm);

/// <summary>Monte Carlo over starts of gradient descent on a linear network: what part converges, against η.</summary>
/// <param name="network">f.</param>
/// <param name="least">The smallest value of f: a global minimum is told by it.</param>
/// <param name="options">Starts, the same for every η, their deviation and seed, and the most steps from each.</param>
public sealed class LinearMonteCarlo(LinearNetwork network, double least, LinearStudyOptions options)
{
    private const int Averaged = 100;
    private const double Far = 1e12;

    /// <summary>Runs all starts with one η, on all cores.</summary>
    /// <param name="eta">η.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The line.</returns>
    public LinearSweepLine Run(double eta, CancellationToken cancellation)
    {
        double[] norms = new double[options.Starts];
        bool[] converged = new bool[options.Starts];
        Parallel.For(0, options.Starts, new ParallelOptions { CancellationToken = cancellation }, () => new LinearDescent(network), (start, _, descent) =>
        {
            double[] w = network.RandomStart(options.Deviation, options.Seed + (0x9E3779B97F4A7C15UL * (ulong)(start + 1)));
            (converged[start], norms[start]) = Descend(w, eta, descent);
            return descent;
        }, _ => { });
        double[] bounded = [.. norms.Where(double.IsFinite).Order()];
        return new LinearSweepLine(
            eta, converged.Count(yes => yes) / (double)options.Starts, 1 - (bounded.Length / (double)options.Starts),
            bounded.Length > 0 ? bounded[bounded.Length / 2] : null);
    }

    private (bool Converged, double Norm) Descend(double[] w, double eta, LinearDescent descent)
    {
        double sum = 0;
        int counted = 0;
        int calm = 0;
        double goal = 1e-16 + (1e-13 * least);
        for (int k = 0; k < options.Iterations; k++)
        {
            (double loss, double norm) = descent.Step(w, eta);
            if (!(loss < Far * Far) || !(norm < Far))
            {
                return (false, double.NaN);
            }

            // A trajectory may brush past a minimum that it cannot stay at; a hundred iterations there are no accident.
            calm = loss - least < goal && norm < 1e-8 ? calm + 1 : 0;
            if (calm == Averaged)
            {
                return (true, norm);
            }

            if (k >= options.Iterations - Averaged)
            {
                sum += norm;
                counted++;
            }
        }

        return (false, sum / counted);
    }
}
