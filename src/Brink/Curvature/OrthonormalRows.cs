using Brink.Torch;

namespace Brink.Curvature;

/// <summary>A growing set of orthonormal vectors q₁ … q_n, the rows of Q.</summary>
internal sealed class OrthonormalRows : IDisposable
{
    /// <summary>A vector whose part outside the span is below this many roundings of itself lies in the span.</summary>
    private const double Roundings = 64;

    private readonly Tensor _rows;
    private readonly double _epsilon;

    /// <summary>Makes room.</summary>
    /// <param name="capacity">Most vectors.</param>
    /// <param name="matrix">The operator whose vectors they are.</param>
    internal OrthonormalRows(int capacity, SymmetricOperator matrix)
    {
        _rows = Tensor.Empty([capacity, matrix.Dimension], matrix.Type, matrix.Device).Unscoped();
        _epsilon = ScalarTypes.Epsilon(matrix.Type);
    }

    /// <summary>Number of vectors.</summary>
    internal int Count { get; private set; }

    /// <summary>A vector.</summary>
    /// <param name="index">From 0.</param>
    /// <returns>A view, owned by the current scope.</returns>
    internal Tensor this[int index] => _rows.Select(0, index);

    /// <summary>v − QᵀQv, by Gram–Schmidt twice over (twice is enough: Giraud et al. 2005).</summary>
    /// <param name="vector">v.</param>
    /// <returns>A new vector, owned by the current scope.</returns>
    internal Tensor Reject(Tensor vector)
    {
        using var scope = new TensorScope();
        Tensor rest = vector.Clone();
        if (Count > 0)
        {
            Tensor rows = _rows.Narrow(0, 0, Count);
            Tensor columns = rows.Transpose(0, 1);
            for (int pass = 0; pass < 2; pass++)
            {
                rest = rest - columns.MatrixProduct(rows.MatrixProduct(rest));
            }
        }

        return scope.Keep(rest);
    }

    /// <summary>Adds the direction of a vector outside the span.</summary>
    /// <param name="vector">A vector of any norm.</param>
    /// <returns>The norm of its part outside the span; 0, and nothing added, where that is rounding only.</returns>
    internal double Add(Tensor vector)
    {
        using var scope = new TensorScope();
        Tensor rest = Reject(vector);
        double norm = rest.Norm();
        if (!(norm > Roundings * _epsilon * vector.Norm()))
        {
            return 0;
        }

        // A small rest is not orthogonal to the span as a long one is: once more at unit length.
        Tensor unit = Reject(rest * (1 / norm));
        _rows.Select(0, Count).CopyFrom(unit * (1 / unit.Norm()));
        Count++;
        return norm;
    }

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();
}
