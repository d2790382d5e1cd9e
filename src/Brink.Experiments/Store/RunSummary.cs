using Brink.Methods;

namespace Brink.Experiments;

/// <summary>
/// <c>summary.json</c>: what lists, filters and comparisons of runs need, renewed at checkpoints. Names in the file are
/// the snake_case of these; a value not known is absent, one that is not finite is null.
/// </summary>
public sealed record RunSummary
{
    /// <summary>How the run stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Why it ended so, in one line; null when simply finished.</summary>
    public string? Reason { get; init; }

    /// <summary>Steps taken; less than the specification's <c>iterations</c> while the run goes on or where it stopped early.</summary>
    public required long IterationsDone { get; init; }

    /// <summary>Name of the data set; null for a small model.</summary>
    public string? Data { get; init; }

    /// <summary>Name of the network; null for a small model.</summary>
    public string? Network { get; init; }

    /// <summary>Name of the small model; null for a network on data.</summary>
    public string? Model { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Training loss at the last point recorded.</summary>
    public double? FinalLoss { get; init; }

    /// <summary>Smallest training loss recorded.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Training accuracy at the last point recorded, in [0, 1].</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Test loss where last measured.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Test accuracy where last measured, in [0, 1].</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>λ₁ where last measured.</summary>
    public double? FinalSharpness { get; init; }

    /// <summary>True where that measurement of λ₁ missed its tolerance; null where it met it.</summary>
    public bool? FinalSharpnessUnconverged { get; init; }

    /// <summary>How many measurements of λ₁, of H or of P⁻¹H, missed their tolerance; null where none did.</summary>
    public int? SharpnessNotConverged { get; init; }

    /// <summary>Mean of η_k·λ₁(H_k) over the points where λ₁ was measured and a step was taken; 2 is the edge of stability.</summary>
    public double? MeanEtaSharpness { get; init; }

    /// <summary>Largest λ₁ measured.</summary>
    public double? MaxSharpness { get; init; }

    /// <summary>The method's edge of stability, on <see cref="EdgeQuantity"/>; null for methods whose step or batch changes.</summary>
    public double? EdgeThreshold { get; init; }

    /// <summary>How the threshold comes about, e.g. <c>2/η</c>.</summary>
    public string? EdgeFormula { get; init; }

    /// <summary>The field of metrics that the threshold bounds: <c>sharpness</c> or <c>preconditioned_sharpness</c>.</summary>
    public string? EdgeQuantity { get; init; }

    /// <summary>The first iteration at which that quantity was measured at or above the threshold; null where it never was.</summary>
    public long? EdgeReachedAt { get; init; }

    /// <summary>Smallest quotient of quantity and threshold measured from then on.</summary>
    public double? EdgeRatioLowest { get; init; }

    /// <summary>Largest quotient of quantity and threshold measured from then on.</summary>
    public double? EdgeRatioHighest { get; init; }

    /// <summary>Mean quotient of quantity and threshold measured from then on.</summary>
    public double? EdgeRatioMean { get; init; }

    /// <summary>Number of measurements <see cref="EdgeRatioMean"/> is the mean of.</summary>
    public int EdgeRatioPoints { get; init; }

    /// <summary>φ where last measured and converged.</summary>
    public double? FinalGfsSharpness { get; init; }

    /// <summary>The lowest φ measured.</summary>
    public double? LowestGfsSharpness { get; init; }

    /// <summary>How far φ ever rose above its lowest value before, relative to that; 0 where it never rose.</summary>
    public double? GfsWorstRise { get; init; }

    /// <summary>The iteration at which it did.</summary>
    public long? GfsWorstRiseAt { get; init; }

    /// <summary>Measurements of φ that did not reach what was asked for.</summary>
    public int? GfsNotConverged { get; init; }

    /// <summary>Loss evaluations spent on steps.</summary>
    public long FunctionEvaluations { get; init; }

    /// <summary>Gradient evaluations spent on steps.</summary>
    public long GradientEvaluations { get; init; }

    /// <summary>Hessian-vector products spent, by the method and by measurements.</summary>
    public long Hvps { get; init; }

    /// <summary>Wall-clock seconds of the run, pauses apart.</summary>
    public double Seconds { get; init; }

    /// <summary>K, the number of outputs; null for a small model.</summary>
    public int? Outputs { get; init; }

    /// <summary>P, the number of trainable parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>When the run was first started.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>A copy with what a recorded line adds: counts, last values, the best loss and the mean η·λ₁.</summary>
    /// <param name="line">The next line, in order; every recorded line exactly once.</param>
    /// <remarks>
    /// With <c>record-every</c> above 1 the line's counts are those of its own step only; a loop that skips lines adds the
    /// skipped counts itself.
    /// </remarks>
    public RunSummary With(MetricsLine line)
    {
        RunSummary next = this with
        {
            IterationsDone = line.Iteration,
            FinalLoss = line.Loss,
            BestLoss = double.IsFinite(line.Loss) && !(BestLoss <= line.Loss) ? line.Loss : BestLoss,
            TrainAccuracy = line.TrainAccuracy ?? TrainAccuracy,
            TestLoss = line.TestLoss ?? TestLoss,
            TestAccuracy = line.TestAccuracy ?? TestAccuracy,
            FinalSharpness = line.Sharpness ?? FinalSharpness,
            FinalSharpnessUnconverged = line.Sharpness is null ? FinalSharpnessUnconverged : line.SharpnessUnconverged,
            SharpnessNotConverged = line.SharpnessUnconverged == true || line.PreconditionedUnconverged == true
                ? (SharpnessNotConverged ?? 0) + 1 : SharpnessNotConverged,
            FunctionEvaluations = FunctionEvaluations + (line.FunctionEvaluations ?? 0),
            GradientEvaluations = GradientEvaluations + (line.GradientEvaluations ?? 0),
            Hvps = Hvps + (line.Hvps ?? 0),
            Seconds = line.Seconds,
            MaxSharpness = line.Sharpness is { } measured && double.IsFinite(measured) && !(MaxSharpness >= measured) ? measured : MaxSharpness,
        };
        next = EdgeRecord.Add(next, line).WithFlowSolution(line);
        return line is { Time: null, StepSize: { } eta, Sharpness: { } sharpness } && double.IsFinite(eta * sharpness)
            ? next with
            {
                MeanEtaSharpness = (((MeanEtaSharpness ?? 0) * EdgePoints) + (eta * sharpness)) / (EdgePoints + 1),
                EdgePoints = EdgePoints + 1,
            }
            : next;
    }

    /// <summary>The summary as one line of JSON, spelled as in the file.</summary>
    public string ToJson() => System.Text.Json.JsonSerializer.Serialize(this, RunJson.Line);

    /// <summary>The method's edge of stability as these fields tell it; null where there is none.</summary>
    public StabilityThreshold? Threshold() => EdgeThreshold is { } threshold && EdgeFormula is { } formula
        ? new StabilityThreshold(threshold, formula, EdgeRecord.IsPreconditioned(EdgeQuantity))
        : null;

    private RunSummary WithFlowSolution(MetricsLine line)
    {
        if (line is not { GfsSharpness: { } phi, GfsConverged: { } converged })
        {
            return this;
        }

        if (!converged)
        {
            return this with { GfsNotConverged = (GfsNotConverged ?? 0) + 1 };
        }

        double rise = LowestGfsSharpness is { } lowest ? Math.Max(0, (phi / lowest) - 1) : 0;
        bool worst = rise > (GfsWorstRise ?? 0);
        return this with
        {
            FinalGfsSharpness = phi,
            LowestGfsSharpness = Math.Min(phi, LowestGfsSharpness ?? double.PositiveInfinity),
            GfsWorstRise = worst ? rise : GfsWorstRise ?? 0,
            GfsWorstRiseAt = worst ? line.Iteration : GfsWorstRiseAt,
        };
    }

    /// <summary>Number of points <see cref="MeanEtaSharpness"/> is the mean of.</summary>
    public int EdgePoints { get; init; }
}
