using Brink.Flows;
using Brink.Objectives;

namespace Brink.Experiments;

/// <summary>What a central flow's oscillation adds to a line.</summary>
internal static class OscillationMetrics
{
    /// <summary>Adds it.</summary>
    /// <param name="line">The line at w_k.</param>
    /// <param name="at">The evaluation there.</param>
    /// <param name="oscillation">Σ there; null for other methods, which changes nothing.</param>
    /// <param name="isCovariance">Whether Σ is the covariance of gradient descent, and no mere multiplier.</param>
    internal static MetricsLine With(MetricsLine line, Evaluation at, Oscillation? oscillation, bool isCovariance)
    {
        if (oscillation is null)
        {
            return line;
        }

        double norm = at.Gradient().Norm();
        return line with
        {
            PredictedLoss = isCovariance ? at.Value + oscillation.ExcessLoss : null,
            PredictedGradNorm = isCovariance ? Math.Sqrt((norm * norm) + oscillation.ExcessSquaredGradient) : null,
            SigmaTrace = oscillation.Trace,
            SigmaEigenvalues = oscillation.Variances,
            TrackedEigenvalues = oscillation.Tracked,
            TrackedResidual = oscillation.Residual,

            // λ₁ is known at every point of the flow, whether or not it is measured beside it.
            Sharpness = line.Sharpness ?? oscillation.Sharpness,
            SharpnessResidual = line.Sharpness is null ? oscillation.SharpnessResidual : line.SharpnessResidual,
        };
    }
}
