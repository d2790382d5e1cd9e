using Brink.Torch;

namespace Brink.Curvature;

/// <summary>One measurement of the sharpness λ₁.</summary>
/// <param name="Value">The Ritz value that stands for λ₁; NaN where no product was finite.</param>
/// <param name="RelativeResidual">‖Hx − θx‖ / |θ|: some eigenvalue lies within this part of θ (by the operator's scale where θ
/// is zero to the tolerance).</param>
/// <param name="Vector">The unit vector x, length P; owned by the scope that was current at the measurement. Null where no
/// product was finite.</param>
/// <param name="Products">Hessian-vector products spent.</param>
/// <param name="Converged">Whether the tolerance is met; otherwise the value is the best known and no more.</param>
/// <param name="Status">How the computation ended.</param>
public sealed record SharpnessMeasurement(
    double Value, double RelativeResidual, Tensor? Vector, int Products, bool Converged, EigenStatus Status);
