using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// Turns the residual of a drifted eigenvector into the correction that first-order perturbation theory predicts, with the
/// eigenpairs (θᵢ, vᵢ) of an earlier operator M = Σ θᵢ vᵢvᵢᵀ standing for the present one: t = (θI − M)⁻¹ r. The part of r
/// along vᵢ is weighed by 1/(θ − θᵢ), the rest by 1/θ. It costs no product (Davidson 1975, with a spectral preconditioner).
/// </summary>
/// <param name="vectors">The earlier eigenvectors, as rows.</param>
/// <param name="values">Their values.</param>
internal sealed class SpectralCorrection(Tensor vectors, double[] values)
{
    /// <summary>|θ − θᵢ| is not taken below this part of |θ|: the target itself, and what has drifted across it, are not blown up.</summary>
    private const double SmallestGap = 0.1;

    /// <summary>The direction to expand by.</summary>
    /// <param name="residual">Residual of the target, length P.</param>
    /// <param name="value">Ritz value of the target.</param>
    /// <returns>A vector of length P, owned by the current scope; its norm has no meaning.</returns>
    internal Tensor Apply(Tensor residual, double value)
    {
        double bulk = 1 / Math.Abs(value);
        double least = SmallestGap * Math.Abs(value);
        if (!double.IsFinite(bulk))
        {
            return residual;
        }

        using var scope = new TensorScope();
        double[] weights = [.. values.Select(other =>
        {
            double gap = value - other;
            return (1 / (Math.Abs(gap) < least ? least : gap)) - bulk;
        })];
        Tensor components = vectors.MatrixProduct(residual);
        components.MultiplyInPlace(Tensor.From(weights).To(residual.Type).To(residual.Device));
        Tensor direction = residual * bulk;
        direction.AddInPlace(vectors.Transpose(0, 1).MatrixProduct(components));
        return scope.Keep(direction);
    }
}
