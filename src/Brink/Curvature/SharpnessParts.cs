using Brink.Objectives;
using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// The sharpness in its two parts: with H = G + R, G the Gauss–Newton matrix and R = Σ ∇ℓ·∇²(outputs) the residual part,
/// and a unit vector x, xᵀHx = xᵀGx + xᵀRx. At the top eigenvector the sum is λ₁.
/// </summary>
/// <param name="GaussNewton">xᵀGx, never negative for the losses here.</param>
/// <param name="Residual">xᵀRx = xᵀHx − xᵀGx.</param>
public sealed record SharpnessParts(double GaussNewton, double Residual)
{
    /// <summary>xᵀHx.</summary>
    public double Sum => GaussNewton + Residual;

    /// <summary>Takes a Rayleigh quotient apart; two products.</summary>
    /// <param name="at">The evaluation at w.</param>
    /// <param name="vector">x, of length P and any norm but zero.</param>
    /// <returns>The parts, divided by ‖x‖².</returns>
    /// <exception cref="NotSupportedException">The objective is no loss of a model's outputs.</exception>
    public static SharpnessParts At(Evaluation at, Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(at);
        ArgumentNullException.ThrowIfNull(vector);
        using var scope = new TensorScope();
        Tensor x = vector.To(ScalarType.Float64);
        double square = x.Dot(x);
        double gaussNewton = x.Dot(at.GaussNewtonProduct(vector).To(ScalarType.Float64)) / square;
        double whole = x.Dot(at.HessianVectorProduct(vector).To(ScalarType.Float64)) / square;
        return new SharpnessParts(gaussNewton, whole - gaussNewton);
    }
}
