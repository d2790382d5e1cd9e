using Brink.Methods;

namespace Brink.Experiments;

/// <summary>What a summary keeps of a run's edge of stability: when it was first reached, and how closely it was kept since.</summary>
internal static class EdgeRecord
{
    private const string Plain = "sharpness";
    private const string Preconditioned = "preconditioned_sharpness";

    /// <summary>The field of metrics that a threshold bounds.</summary>
    internal static string QuantityOf(StabilityThreshold threshold) => threshold.Preconditioned ? Preconditioned : Plain;

    /// <summary>Whether a field of metrics is the one that thresholds of adaptive methods bound.</summary>
    internal static bool IsPreconditioned(string? quantity) => quantity == Preconditioned;

    /// <summary>What a line measured of the quantity that the threshold bounds.</summary>
    /// <param name="quantity">The field's name.</param>
    /// <param name="line">The line.</param>
    internal static double? Measured(string? quantity, MetricsLine line) =>
        IsPreconditioned(quantity) ? line.PreconditionedSharpness : line.Sharpness;

    /// <summary>A summary with what one more line tells.</summary>
    internal static RunSummary Add(RunSummary summary, MetricsLine line)
    {
        if (summary.EdgeThreshold is not { } threshold
            || Measured(summary.EdgeQuantity, line) is not { } value
            || !double.IsFinite(value)
            || (summary.EdgeReachedAt is null && value < threshold))
        {
            return summary;
        }

        double ratio = value / threshold;
        int points = summary.EdgeRatioPoints;
        return summary with
        {
            EdgeReachedAt = summary.EdgeReachedAt ?? line.Iteration,
            EdgeRatioLowest = Math.Min(summary.EdgeRatioLowest ?? ratio, ratio),
            EdgeRatioHighest = Math.Max(summary.EdgeRatioHighest ?? ratio, ratio),
            EdgeRatioMean = (((summary.EdgeRatioMean ?? 0) * points) + ratio) / (points + 1),
            EdgeRatioPoints = points + 1,
        };
    }
}
