namespace Brink.Experiments.Reproduction;

/// <summary>Numbers of a run that a claim can be about.</summary>
internal static class RunMeasures
{
    private static readonly (StudyMeasure Measure, Func<RunTrajectory, Measurement> Of)[] s_all =
    [
        (new("final_loss", "training loss at the end", "G4"), one => new(one.Lines[^1].Loss, null)),
        (new("best_loss", "smallest training loss", "G4"), one => Known(one.Summary.BestLoss, "the loss was never finite")),
        (new("late_loss_over_random_guess", "median training loss of the last tenth over that of the best constant output", "F3"), LateLossOverRandomGuess),
        (new("final_train_accuracy", "training accuracy at the end", "P1"), one => Known(one.Summary.TrainAccuracy, "nothing is classified")),
        (new("final_test_accuracy", "test accuracy at the end", "P1"), one => Known(one.Summary.TestAccuracy, "it was not measured: set test-every")),
        (new("least_eta_sharpness", "least η·λ₁", "F4"), one => OfProducts(one, products => products.Min(at => at.Product))),
        (new("mean_eta_sharpness", "mean η·λ₁", "F3"), one => OfProducts(one, products => products.Average(at => at.Product))),
        (new("flat_distance", "least |λ₁/(2/K) − 1|", "P2"), FlatDistance),
        (new("late_sharpness_over_flattest", "median λ₁ of the last tenth over 2/K", "F3"), LateSharpnessOverFlattest),
        (new("least_sharpness_over_last_bias", "least λ₁ over the curvature of a last bias, 2/K under mse", "F3"), LeastSharpnessOverLastBias),
        (new("largest_step", "largest η", "G4"), one => new(one.Lines.Max(line => line.StepSize), null)),
        (new("largest_step_over_outputs", "largest η over K", "F2"), one => one.Summary.Outputs is { } outputs ? new(one.Lines.Max(line => line.StepSize) / outputs, null) : new(null, "it is no network")),
        (new("edge_reached_at", "iteration at which the edge of stability was first reached", "N0"), one => Known(one.Summary.EdgeReachedAt, NoEdge(one))),
        (new("edge_ratio_mean", "mean of the sharpness over the edge's threshold from then on", "F3"), one => Known(one.Summary.EdgeRatioMean, NoEdge(one))),
        (new("edge_ratio_highest", "largest of the sharpness over the edge's threshold from then on", "F3"), one => Known(one.Summary.EdgeRatioHighest, NoEdge(one))),
        (new("flat_trace", "median trace of the Hessian in the flat region", "F3"), one => Flat(one, line => line.Trace, "trace-every")),
        (new("flat_last_bias_ratio", "median of the last bias's gradient over the median layer's, in the flat region", "F0"), FlatLastBiasRatio),
        (new("late_dead_fraction", "median share of dead units of the last tenth", "P1"), one => Late(one, line => line.DeadFraction, "it was not measured in the last tenth: set diagnostics-every")),
        (new("mean_eta_batch_sharpness", "mean of η times the mean sharpness of the batches", "F3"), EtaBatchSharpness),
        (new("sharpening", "largest λ₁ over the first", "F2"), Sharpening),
    ];

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<StudyMeasure> All { get; } = [.. s_all.Select(one => one.Measure)];

    /// <summary>Measures.</summary>
    /// <param name="trajectory">The run.</param>
    /// <param name="measure">The measure's name.</param>
    internal static Measurement Of(RunTrajectory trajectory, string measure) => s_all.Single(one => one.Measure.Name == measure).Of(trajectory);

    /// <summary>The middle of some values; of an even number the mean of the two in the middle.</summary>
    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : 0.5 * (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]);
    }

    private static Measurement Known(double? value, string otherwise) => value is { } number ? new(number, null) : new(null, otherwise);

    private static string NoEdge(RunTrajectory one) => one.Summary.EdgeThreshold is null ? $"{one.Specification.Method} has no fixed edge of stability" : "the edge was not reached";

    private static Measurement OfProducts(RunTrajectory one, Func<IReadOnlyList<(long Iteration, double Product)>, double> of) =>
        one.Products is { Count: > 0 } products ? new(of(products), null) : new(null, "λ₁ was not measured: set sharpness-every");

    private static Measurement LateLossOverRandomGuess(RunTrajectory one) =>
        one.RandomGuessLoss is { } guess ? new(Median(one.Late.Select(line => line.Loss)) / guess, null) : new(null, "it is no network");

    private static Measurement FlatDistance(RunTrajectory one)
    {
        double[] all = [.. one.Lines.Select(line => line.Sharpness).OfType<double>()];
        return one.FlattestSharpness is not { } flattest ? new(null, one.UnmetByFlatRegion)
            : all.Length == 0 ? new(null, "λ₁ was not measured: set sharpness-every")
            : new(all.Min(sharpness => Math.Abs((sharpness / flattest) - 1)), null);
    }

    private static Measurement Flat(RunTrajectory one, Func<MetricsLine, double?> value, string field)
    {
        double[] flat = [.. one.InFlatRegion.Select(value).OfType<double>()];
        return one.UnmetByFlatRegion is { } unmet ? new(null, unmet)
            : flat.Length == 0 ? new(null, $"the flat region was not reached where it was measured, or it was not measured: set {field} and sharpness-every")
            : new(Median(flat), null);
    }

    private static Measurement FlatLastBiasRatio(RunTrajectory one)
    {
        Measurement found = Flat(one, line => line.LastBiasGradientRatio, "diagnostics-every");
        return found.Value is null && one.InFlatRegion.Any(line => line.LastBiasGradientNorm > 0)
            ? new(null, "no gradient at all reaches the median layer in the flat region: the ratio has no value")
            : found;
    }

    private static Measurement LateSharpnessOverFlattest(RunTrajectory one) => one.FlattestSharpness is { } flattest
        ? Late(one, line => line.Sharpness / flattest, "λ₁ was not measured in the last tenth: set sharpness-every")
        : new(null, one.UnmetByFlatRegion);

    private static Measurement Late(RunTrajectory one, Func<MetricsLine, double?> value, string otherwise)
    {
        double[] late = [.. one.Late.Select(value).OfType<double>()];
        return late.Length == 0 ? new(null, otherwise) : new(Median(late), null);
    }

    private static Measurement EtaBatchSharpness(RunTrajectory one)
    {
        double[] all = [.. one.Lines.Select(line => line.StepSize * line.BatchSharpnessMean).OfType<double>()];
        return all.Length == 0 ? new(null, "it was not measured: set batch-size and batch-sharpness-every") : new(all.Average(), null);
    }

    private static Measurement LeastSharpnessOverLastBias(RunTrajectory one)
    {
        double[] all = [.. one.Lines.Select(line => line.Sharpness).OfType<double>()];
        return one.LastBiasSharpness is not { } bias ? new(null, "it is no network")
            : all.Length == 0 ? new(null, "λ₁ was not measured: set sharpness-every")
            : new(all.Min() / bias, null);
    }

    private static Measurement Sharpening(RunTrajectory one)
    {
        double[] all = [.. one.Lines.Select(line => line.Sharpness).OfType<double>()];
        return all.Length == 0 ? new(null, "λ₁ was not measured: set sharpness-every") : new(all.Max() / all[0], null);
    }
}
