namespace Brink.Experiments;

/// <summary>How far the predicted loss is from that of the gradient descent beside it, both averaged alike.</summary>
/// <param name="Width">Standard deviation of the Gaussian both are averaged with, in steps.</param>
/// <param name="Worst">Largest relative difference.</param>
/// <param name="At">The iteration at which it is met.</param>
/// <param name="RootMeanSquare">Root mean square of the relative differences.</param>
public sealed record LossDeviation(double Width, double Worst, long At, double RootMeanSquare);

/// <summary>What a central flow came to, beside the gradient descent whose time average it predicts (arXiv 2410.24206).</summary>
/// <param name="Run">The run folder.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Reason">Why, in one line; null when simply finished.</param>
/// <param name="Eta">η.</param>
/// <param name="Bound">The bound of λ₁: 2/η unless another was given.</param>
/// <param name="Iterations">Iterations taken, each of time η.</param>
/// <param name="Loss">f at the last point.</param>
/// <param name="PredictedLoss">Predicted time-averaged loss of gradient descent there.</param>
/// <param name="GdLoss">Loss of the gradient descent beside it there; null where there is none.</param>
/// <param name="LargestSharpness">Largest λ₁ recorded.</param>
/// <param name="EdgeReachedAt">The first recorded iteration at which Σ is not zero; null where there is none.</param>
/// <param name="AtEdge">Rank of Σ where last recorded.</param>
/// <param name="SigmaTrace">tr Σ where last recorded.</param>
/// <param name="Deviations">The predicted against the measured loss, for several widths; empty where gradient descent was not run beside, or not recorded at every iteration.</param>
/// <param name="DistanceToGd">Distance of the weights to gradient descent's at the last point compared.</param>
/// <param name="FlowDistanceToGd">That of the plain gradient flow there.</param>
/// <param name="Limits">Where it is no average of gradient descent, and why, a line each; mostly none.</param>
/// <param name="Gradients">Gradient evaluations.</param>
/// <param name="Hvps">Hessian-vector products.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
public sealed record CentralFlowSummary(
    string Run, RunStatus Status, string? Reason, double Eta, double Bound, long Iterations, double? Loss, double? PredictedLoss,
    double? GdLoss, double? LargestSharpness, long? EdgeReachedAt, int AtEdge, double? SigmaTrace, IReadOnlyList<LossDeviation> Deviations,
    double? DistanceToGd, double? FlowDistanceToGd, IReadOnlyList<string> Limits, long Gradients, long Hvps, double Seconds)
{
    /// <summary>
    /// Gradient descent's oscillation at the edge comes in bursts tens of steps long: an average over less follows the
    /// bursts and not their mean, so several widths are told.
    /// </summary>
    private static readonly double[] s_widths = [10, 20, 40];

    /// <summary>Reads it off a run that ended.</summary>
    /// <param name="outcome">How the run ended.</param>
    public static CentralFlowSummary Of(RunOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        Specification s = RunRecord.ReadSpecification(outcome.Folder);
        IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(outcome.Folder);
        MetricsLine? compared = lines.LastOrDefault(line => line.DistanceToGd is not null);
        MetricsLine? oscillating = lines.LastOrDefault(line => line.SigmaTrace is not null);
        MetricsLine[] pairs = [.. lines.Where(line => line is { PredictedLoss: not null, GdLoss: not null })];
        bool everyStep = pairs.Length > 1 && pairs[^1].Iteration - pairs[0].Iteration == pairs.Length - 1;
        return new CentralFlowSummary(
            outcome.Folder, outcome.Status, outcome.Reason, s.Eta!.Value, s.Bound ?? (2 / s.Eta!.Value), outcome.Summary.IterationsDone,
            outcome.Summary.FinalLoss, lines.LastOrDefault(line => line.PredictedLoss is not null)?.PredictedLoss,
            lines.LastOrDefault(line => line.GdLoss is not null)?.GdLoss, outcome.Summary.MaxSharpness,
            lines.FirstOrDefault(line => line.SigmaTrace > 0)?.Iteration, oscillating?.SigmaEigenvalues?.Count(value => value > 0) ?? 0,
            oscillating?.SigmaTrace, everyStep ? [.. s_widths.Select(width => Compare(pairs, width))] : [],
            compared?.DistanceToGd, compared?.FlowDistanceToGd, CentralFlowLimits.InWords(s, lines), outcome.Summary.GradientEvaluations, outcome.Summary.Hvps,
            outcome.Summary.Seconds);
    }

    private static LossDeviation Compare(MetricsLine[] pairs, double width)
    {
        double[] predicted = Averaged([.. pairs.Select(line => line.PredictedLoss!.Value)], width);
        double[] measured = Averaged([.. pairs.Select(line => line.GdLoss!.Value)], width);
        double[] apart = [.. predicted.Zip(measured, (ours, theirs) => Math.Abs(ours - theirs) / theirs)];
        int worst = Array.IndexOf(apart, apart.Max());
        return new LossDeviation(width, apart[worst], pairs[worst].Iteration, Math.Sqrt(apart.Average(value => value * value)));
    }

    /// <summary>The average over a Gaussian of that width, normalised where the ends cut it.</summary>
    private static double[] Averaged(double[] values, double width)
    {
        int reach = (int)Math.Ceiling(4 * width);
        var averaged = new double[values.Length];
        for (int k = 0; k < values.Length; k++)
        {
            (double sum, double weights) = (0, 0);
            for (int j = Math.Max(0, k - reach); j <= Math.Min(values.Length - 1, k + reach); j++)
            {
                double weight = Math.Exp(-0.5 * (k - j) * (k - j) / (width * width));
                sum += weight * values[j];
                weights += weight;
            }

            averaged[k] = sum / weights;
        }

        return averaged;
    }
}
