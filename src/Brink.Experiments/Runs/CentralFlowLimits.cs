namespace Brink.Experiments;

/// <summary>
/// Where a central flow is no average of gradient descent. It takes the oscillation at the edge to be there at once; gradient
/// descent comes to the edge at rest, and its oscillation grows from rounding by 1 − ηλ₁ a step while λ₁ rises past 2/η.
/// </summary>
internal static class CentralFlowLimits
{
    /// <summary>
    /// The share of the loss that may be lost in that time before it is told. In docs/central-flow.md runs that lose
    /// less are followed to a few percent, and those that lose more are not.
    /// </summary>
    private const double Tolerated = 0.25;

    /// <summary>What a reader of the comparison should know, a line each; nothing for a constrained flow, which predicts nothing.</summary>
    /// <param name="specification">That of the run.</param>
    /// <param name="lines">All that was recorded.</param>
    internal static IReadOnlyList<string> InWords(Specification specification, IReadOnlyList<MetricsLine> lines)
    {
        if (specification.Method != "central-flow" || specification.Bound is not null)
        {
            return [];
        }

        double bound = 2 / specification.Eta!.Value;
        MetricsLine[] steps = [.. lines.Where(line => line.SigmaTrace is not null)];
        string?[] all = [Start(steps, bound), Lag(specification, steps)];
        return [.. all.OfType<string>()];
    }

    private static string? Start(MetricsLine[] steps, double bound) =>
        steps.Length > 0 && steps[0].Iteration == 0 && steps[0].Sharpness > bound
            ? $"the start lies above the edge (λ₁ = {steps[0].Sharpness:G4}, 2/η = {bound:G4}): the central flow is drawn back along its own way, where gradient descent is thrown; they need not meet again"
            : null;

    private static string? Lag(Specification specification, MetricsLine[] steps)
    {
        int edge = Array.FindIndex(steps, line => line.SigmaTrace > 0);

        // Without the line before there is no rate; and what is not recorded at every step does not show when it begins.
        if (edge < 1 || steps[^1].Iteration - steps[0].Iteration != steps.Length - 1)
        {
            return null;
        }

        return steps[edge].GdLoss is null ? Expected(specification, steps, edge) : Seen(steps, edge);
    }

    /// <summary>By the gradient descent beside it, whose loss rises for the first time when it oscillates.</summary>
    private static string? Seen(MetricsLine[] steps, int edge)
    {
        int end = edge + 1;
        while (end < steps.Length && steps[end].GdLoss < steps[end - 1].GdLoss)
        {
            end++;
        }

        double? lost = 1 - (steps[end - 1].GdLoss / steps[edge].GdLoss);
        string grown = end < steps.Length ? "began" : "has not begun";
        return lost > Tolerated
            ? $"gradient descent {grown} to oscillate {end - edge} iterations after the flow reached the edge, and lost {lost:P0} of its loss meanwhile: until then, and in the burst that follows, the central flow is not its average"
            : null;
    }

    /// <summary>
    /// By the rate at which λ₁ came to the edge: after k steps an oscillation has grown by exp(½η·(dλ₁/dk)·k²), and it starts
    /// from rounding.
    /// </summary>
    private static string? Expected(Specification specification, MetricsLine[] steps, int edge)
    {
        double? rate = (steps[edge].Sharpness - steps[edge - 1].Sharpness) * specification.Eta!.Value;
        double rounding = Math.ScaleB(1, specification.Dtype == "float64" ? -53 : -24);
        double growth = Math.Log(Math.Sqrt(steps[edge].SigmaTrace!.Value) / rounding);
        if (!(rate > 0 && growth > 0))
        {
            return null;
        }

        int count = (int)Math.Ceiling(Math.Sqrt(2 * growth / rate.Value));
        int end = Math.Min(edge + count, steps.Length - 1);
        double lost = 1 - (steps[end].Loss / steps[edge].Loss);
        return lost > Tolerated
            ? $"λ₁ comes to the edge so fast that gradient descent's oscillation needs about {count} iterations to grow from rounding, in which the loss falls by {(end < edge + count ? "at least " : string.Empty)}{lost:P0}: until then, and in the burst that follows, the central flow is not its average"
            : null;
    }
}
