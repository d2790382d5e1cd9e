using System.Globalization;
using Brink.Objectives;
using Brink.Theory;

namespace Brink.Experiments.Reproduction;

/// <summary>A run, as an experiment sees it.</summary>
/// <param name="plan">What it is.</param>
/// <param name="specification">Its specification, resolved.</param>
/// <param name="summary">How it ended.</param>
/// <param name="lines">What was recorded.</param>
public sealed class RunTrajectory(TrajectoryPlan plan, Specification specification, RunSummary summary, IReadOnlyList<MetricsLine> lines) : ExperimentTrajectory(plan)
{
    /// <summary>How near its least value the sharpness counts as there: one per cent.</summary>
    internal const double FlatTolerance = 0.01;

    /// <summary>Its specification, resolved.</summary>
    public Specification Specification { get; } = specification;

    /// <summary>How it ended.</summary>
    public RunSummary Summary { get; } = summary;

    /// <summary>What was recorded, in order.</summary>
    public IReadOnlyList<MetricsLine> Lines { get; } = lines;

    /// <inheritdoc/>
    public override string Outcome
    {
        get
        {
            string loss = Lines[^1].Loss.ToString("G3", CultureInfo.InvariantCulture);
            string sharpness = Summary.FinalSharpness is { } last ? $", λ₁ {last.ToString("G4", CultureInfo.InvariantCulture)}" : string.Empty;
            string how = Summary.Status == RunStatus.Diverged ? $"diverged at iteration {Summary.IterationsDone}" : $"{Summary.IterationsDone:N0} iterations";
            return $"{how}, loss {loss}{sharpness}, {Summary.Seconds:F0} s";
        }
    }

    /// <summary>
    /// The sharpness below which no weights come: 2/K under <c>mse</c> where the last layer has a bias (math.md §1), 1 under <c>squared</c>; null
    /// where there is none.
    /// </summary>
    public double? FlattestSharpness => UnmetByFlatRegion is null ? LastBiasSharpness : null;

    /// <summary>Why there is no flattest sharpness; null where there is one.</summary>
    internal string? UnmetByFlatRegion =>
        LastBiasSharpness is null ? "it is no network"
        : !LossMinimised.LastBiasBoundsSharpness ? $"under {Specification.Loss} the sharpness has no least value"
        : Specification.NoBias || Specification.Network == "deep-linear" ? "the last layer has no bias, without which the sharpness has no least value"
        : null;

    /// <summary>Curvature of a last bias, whether or not the network has one; null where there is no network.</summary>
    internal double? LastBiasSharpness => Summary.Outputs is { } outputs ? LossMinimised.LastBiasSharpness(outputs) : null;

    private LossFunction LossMinimised => LossFunction.Named(Specification.Loss);

    /// <summary>
    /// Loss of the constant output that is best where all K classes are as frequent: (1 − 1/K)/K for <c>mse</c>, ½(1 − 1/K) for <c>squared</c>,
    /// ln K for <c>ce</c>. Null for a small model.
    /// </summary>
    public double? RandomGuessLoss => Summary.Outputs is not { } outputs ? null : Specification.Loss switch
    {
        "mse" => (1 - (1.0 / outputs)) / outputs,
        "squared" => 0.5 * (1 - (1.0 / outputs)),
        _ => Math.Log(outputs),
    };

    /// <summary>η_k·λ₁(w_k) wherever both are known, the residual of λ₁ was met, and there was a gradient to step along.</summary>
    internal IReadOnlyList<(long Iteration, double Product)> Products => [.. Lines
        .Where(line => line is { StepSize: not null, Sharpness: not null, SharpnessUnconverged: null, GradNorm: not 0 })
        .Select(line => (line.Iteration, line.StepSize!.Value * line.Sharpness!.Value))];

    /// <summary>The lines at whose points λ₁ was its least value, to <see cref="FlatTolerance"/>.</summary>
    internal IReadOnlyList<MetricsLine> InFlatRegion => [.. Lines.Where(line => Math.Abs((line.Sharpness / FlattestSharpness ?? double.NaN) - 1) <= FlatTolerance)];

    /// <summary>The lines of the last tenth of the recorded iterations, at least one.</summary>
    internal IReadOnlyList<MetricsLine> Late => [.. Lines.Skip((int)(0.9 * (Lines.Count - 1)))];

    /// <inheritdoc/>
    public override Verdict Judge(string theorem) => RunTheorems.Judge(this, theorem);

    /// <inheritdoc/>
    public override Measurement Measure(string measure) => RunMeasures.Of(this, measure);
}
