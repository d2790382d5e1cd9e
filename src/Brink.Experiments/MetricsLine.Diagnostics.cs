using System.Text.Json.Serialization;

namespace Brink.Experiments;

/// <content>What the diagnostics add to a line, after everything else but the status.</content>
public sealed partial record MetricsLine
{
    /// <summary>‖∇f(w_k)‖ in each parameter, by name, in the order of the flat vector.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, double>? GradientNorms { get; init; }

    /// <summary>‖∇f(w_k)‖ in the last bias; null for networks without one.</summary>
    [JsonPropertyOrder(1)]
    public double? LastBiasGradientNorm { get; init; }

    /// <summary>That over the median norm of the layers but the last; null where the median is zero.</summary>
    [JsonPropertyOrder(1)]
    public double? LastBiasGradientRatio { get; init; }

    /// <summary>Entries of ∇f(w_k) that are exactly zero.</summary>
    [JsonPropertyOrder(1)]
    public long? ZeroGradientEntries { get; init; }

    /// <summary>That as a share of all entries, in [0, 1].</summary>
    [JsonPropertyOrder(1)]
    public double? ZeroGradientFraction { get; init; }

    /// <summary>Units of activations with an exact zero region that are zero on every training sample; null where none can be seen.</summary>
    [JsonPropertyOrder(1)]
    public long? DeadUnits { get; init; }

    /// <summary>That as a share of all such units, in [0, 1].</summary>
    [JsonPropertyOrder(1)]
    public double? DeadFraction { get; init; }

    /// <summary>The share of each activation, by name.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, double>? DeadFractions { get; init; }

    /// <summary>Share of the outputs of these activations, over units and samples, that are zero, in [0, 1].</summary>
    [JsonPropertyOrder(1)]
    public double? ZeroActivationFraction { get; init; }

    /// <summary>The share of each activation, by name.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, double>? ZeroActivationFractions { get; init; }

    /// <summary>tr ∇²f(w_k), estimated.</summary>
    [JsonPropertyOrder(1)]
    public double? Trace { get; init; }

    /// <summary>Its standard error; 0 where it is exact.</summary>
    [JsonPropertyOrder(1)]
    public double? TraceStandardError { get; init; }

    /// <summary>
    /// Share of the Hessian's eigenvalues in each interval of <c>density-range</c> and <c>density-bins</c>, from the most negative to
    /// the largest; see <see cref="Brink.Curvature.DensityBins"/>.
    /// </summary>
    [JsonPropertyOrder(1)]
    public double[]? Density { get; init; }

    /// <summary>
    /// ‖∇f(w_k) − ∇f(w_k − ηg)‖ / (η‖g‖) at each η of <c>segment-steps</c>; NaN where the gradient there is not finite.
    /// </summary>
    [JsonPropertyOrder(1)]
    public double[]? SegmentSmoothness { get; init; }

    /// <summary>The same at η_k.</summary>
    [JsonPropertyOrder(1)]
    public double? StepSmoothness { get; init; }

    /// <summary>The same at η_k/δ, where the search rejected a trial there.</summary>
    [JsonPropertyOrder(1)]
    public double? RejectedSmoothness { get; init; }

    /// <summary>The shortest η at which rounding moves w_k − ηg by at most 1 % of η‖g‖.</summary>
    [JsonPropertyOrder(1)]
    public double? SegmentResolution { get; init; }

    /// <summary>gᵀHg / ‖g‖² at w_k.</summary>
    [JsonPropertyOrder(1)]
    public double? GradientRayleigh { get; init; }

    /// <summary>‖Hg‖ / ‖g‖ at w_k, the limit of the quotients as η → 0.</summary>
    [JsonPropertyOrder(1)]
    public double? GradientCurvature { get; init; }

    /// <summary>Gradient evaluations spent on these quotients; no part of <see cref="GradientEvaluations"/>.</summary>
    [JsonPropertyOrder(1)]
    public int? SegmentGradients { get; init; }

    /// <summary>
    /// Quotients that are not finite do not count: the gradient somewhere else may well not be finite where the run itself is sound.
    /// </summary>
    private bool DiagnosticsAreFinite =>
        ((double?[])[LastBiasGradientNorm, LastBiasGradientRatio, Trace, TraceStandardError, GradientRayleigh, GradientCurvature])
            .All(value => value is null || double.IsFinite(value.Value))
        && (GradientNorms is null || GradientNorms.Values.All(double.IsFinite));
}
