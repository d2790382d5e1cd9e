namespace Brink.Curvature;

/// <summary>A step along −∇f, with what was measured where it began. What was not measured is null.</summary>
/// <param name="Iteration">k.</param>
/// <param name="StepSize">η_k, the step from w_k.</param>
public sealed record MeasuredStep(long Iteration, double StepSize)
{
    /// <summary>The largest difference quotient measured on the segment to w_k − η_k g: a lower bound of l(w_k, η_k).</summary>
    public double? Smoothness { get; init; }

    /// <summary>
    /// η_k/δ, at which the search rejected a trial; null where no rejected trial decided the step: the first was accepted, or
    /// the cap, the clamp or the fallback ended the search.
    /// </summary>
    public double? RejectedStep { get; init; }

    /// <summary>The largest difference quotient measured on the segment to that trial: a lower bound of l(w_k, η_k/δ).</summary>
    public double? RejectedSmoothness { get; init; }

    /// <summary>
    /// How far the quotients on the segment to that trial are from ‖Hg‖/‖g‖, at most, relative to λ₁: 0 where the gradient
    /// changes linearly along it.
    /// </summary>
    public double? Nonlinearity { get; init; }

    /// <summary>λ₁ at w_k, as Lanczos gives it: never above the true one.</summary>
    public double? Sharpness { get; init; }

    /// <summary>Whether λ₁ met its tolerance.</summary>
    public bool SharpnessConverged { get; init; }

    /// <summary>Relative residual of λ₁.</summary>
    public double SharpnessResidual { get; init; }

    /// <summary>η_k·λ₁(H_k), the edge of stability product; null where λ₁ was not measured at w_k.</summary>
    public double? EdgeProduct => StepSize * Sharpness;
}
