using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>
/// The size of a local error in units of what is allowed: rms(e) / (absolute + relative·rms(w)), at most 1 to be accepted. One
/// scale for all weights: the network's symmetries mix them, and a bias that passes through zero is no reason for small steps.
/// </summary>
/// <param name="relative">Allowed local error per step relative to the weights, not negative.</param>
/// <param name="absolute">Allowed local error per step of a single weight (root mean square), not negative; one of the two is
/// above 0.</param>
internal sealed class ErrorNorm(double relative, double absolute)
{
    /// <summary>Rounding of a loss computed from weights in the tensors' precision, in units of ε; sums of many samples.</summary>
    private const double RoundingOfLoss = 100;

    /// <summary>The size of an error.</summary>
    /// <param name="error">e, of length P.</param>
    /// <param name="before">w at the start of the step.</param>
    /// <param name="after">w at its end; the larger of the two norms counts.</param>
    /// <returns>At most 1 where the error is allowed; infinite or NaN where it is not finite.</returns>
    internal double Of(Tensor error, Tensor before, Tensor after)
    {
        double root = Math.Sqrt(error.Count);
        double size = error.Norm();
        double allowed = (absolute * root) + (relative * Math.Max(before.Norm(), after.Norm()));
        return size == 0 ? 0 : size / allowed;
    }

    /// <summary>Whether the loss rose by more than rounding explains, which a gradient flow's never does.</summary>
    /// <param name="before">The start of the step.</param>
    /// <param name="after">Its end.</param>
    /// <param name="radius">An estimate of λ₁; 0 where none is at hand.</param>
    /// <returns>True when the step left the flow.</returns>
    internal static bool Rises(Evaluation before, Evaluation after, double radius)
    {
        double rise = after.Value - before.Value;
        if (!(rise > 0))
        {
            return !double.IsFinite(after.Value);
        }

        double epsilon = ScalarTypes.Epsilon(before.Weights.Type);
        double shift = epsilon * before.Weights.Norm();
        double rounding = (epsilon * Math.Abs(before.Value)) + (shift * (before.Gradient().Norm() + (radius * shift)));
        return rise > RoundingOfLoss * rounding;
    }
}
