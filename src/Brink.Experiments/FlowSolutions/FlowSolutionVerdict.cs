namespace Brink.Experiments;

/// <summary>Whether φ ever rose along a run, and where: Kreisler et al. claim that along gradient descent it never does.</summary>
/// <param name="Measured">Iterates at which φ is known to the accuracy asked for.</param>
/// <param name="NotConverged">Iterates at which it is not; they are left out of the rest.</param>
/// <param name="First">φ at the first iterate; null where it is known nowhere.</param>
/// <param name="Last">φ at the last.</param>
/// <param name="WorstRise">How far φ ever rose above its lowest value before, relative to that.</param>
/// <param name="WorstRiseAt">The iteration at which it did; null where it never rose.</param>
/// <param name="Allowed">The relative rise that the accuracy of φ leaves open.</param>
public sealed record FlowSolutionVerdict(
    int Measured, int NotConverged, double? First, double? Last, double WorstRise, long? WorstRiseAt, double Allowed)
{
    /// <summary>Whether φ rose by more than its accuracy explains.</summary>
    public bool Rose => WorstRise > Allowed;

    /// <summary>Judges a run's φ.</summary>
    /// <param name="lines">One for each iterate, in order of the iterations.</param>
    /// <param name="accuracy">Relative accuracy of each φ.</param>
    public static FlowSolutionVerdict Of(IReadOnlyList<FlowSolutionLine> lines, double accuracy)
    {
        ArgumentNullException.ThrowIfNull(lines);
        FlowSolutionLine[] good = [.. lines.Where(line => line.Converged)];
        double lowest = double.PositiveInfinity;
        double worst = 0;
        long? at = null;
        foreach (FlowSolutionLine line in good)
        {
            if ((line.Sharpness / lowest) - 1 > worst)
            {
                (worst, at) = ((line.Sharpness / lowest) - 1, line.Iteration);
            }

            lowest = Math.Min(lowest, line.Sharpness);
        }

        return new FlowSolutionVerdict(
            good.Length, lines.Count - good.Length, good.FirstOrDefault()?.Sharpness, good.LastOrDefault()?.Sharpness, worst, at, accuracy);
    }

    /// <summary>In one line.</summary>
    public string InWords()
    {
        string left = NotConverged > 0 ? $"; {NotConverged} more did not converge and are left out" : string.Empty;
        return Measured == 0
            ? $"φ is known at no iterate{left}"
            : $"φ at {Measured} iterates from {First:G6} to {Last:G6}: {Rise(WorstRise, WorstRiseAt, Allowed)}{left}";
    }

    /// <summary>The same for a run's summary; null where φ was not measured.</summary>
    internal static string? InWords(RunSummary summary, double accuracy)
    {
        string left = summary.GfsNotConverged is { } count ? $"; {count} measurements did not converge and are left out" : string.Empty;
        return summary.GfsWorstRise is { } rise ? $"φ: {Rise(rise, summary.GfsWorstRiseAt, accuracy)}{left}"
            : summary.GfsNotConverged is not null ? $"φ is known at no iterate{left}" : null;
    }

    private static string Rise(double rise, long? at, double allowed) => at is null
        ? "it never rose"
        : $"its worst rise above its lowest value before is {rise:G2} of it, at iteration {at}, {(rise > allowed ? "more than" : "within")} the accuracy of {allowed:G2}";
}
