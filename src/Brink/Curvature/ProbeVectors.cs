using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// Random sign vectors (Rademacher): z with independent entries ±1, so that E[zzᵀ] = I. Of all such entries they give
/// zᵀAz the smallest variance, 2·Σ_{i≠j} A_ij² (Hutchinson 1990).
/// </summary>
/// <param name="matrix">The operator they are for: its length, precision and place.</param>
/// <param name="seed">The same seed gives the same vectors, on every device and in every precision.</param>
internal sealed class ProbeVectors(SymmetricOperator matrix, ulong seed) : IDisposable
{
    private readonly Generator _random = new(seed);

    /// <summary>Draws a vector.</summary>
    /// <returns>A vector of length P, owned by the current scope.</returns>
    internal Tensor Next()
    {
        using var scope = new TensorScope();
        Tensor drawn = Tensor.Empty([matrix.Dimension], ScalarType.Float64);
        drawn.FillNormal(0, 1, _random);
        return scope.Keep(drawn.Sign().To(matrix.Type).To(matrix.Device).Clone());
    }

    /// <inheritdoc/>
    public void Dispose() => _random.Dispose();
}
