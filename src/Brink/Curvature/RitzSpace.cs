using Brink.Torch;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Brink.Curvature;

/// <summary>
/// An orthonormal basis V of a growing subspace with its products W = HV and the projected operator T = V H Vᵀ
/// (rows are vectors). Eigenvectors y of T give the Ritz pairs (θ, Vᵀy) and, because W holds the products themselves,
/// their true residuals Wᵀy − θVᵀy without any further product.
/// </summary>
/// <remarks>
/// V and W are two contiguous capacity × P tensors in the operator's precision, so that an orthogonalisation is two
/// matrix-vector products; T and its eigenproblem are float64 on the host. With 10⁸ parameters every further vector is half a
/// gigabyte: what can be computed in place is.
/// </remarks>
internal sealed class RitzSpace : IDisposable
{
    /// <summary>Passes of Gram–Schmidt: two are enough (Giraud et al. 2005), a third and fourth guard against a bad start.</summary>
    private const int OrthogonalizationPasses = 4;

    /// <summary>Columns that a restart combines at once: its temporary memory is this many numbers a vector kept, not P.</summary>
    private const long RestartColumns = 1 << 22;

    /// <summary>
    /// Bytes of V and W from which they go back to the system. The allocator would keep them, cut the next weights from their place
    /// and lay the next basis beside it: with VGG11 20 GB where tensors hold 13.
    /// </summary>
    private const long TooLargeToKeep = 4L << 30;

    private readonly SymmetricOperator _operator;
    private readonly Tensor _basis;
    private readonly Tensor _products;
    private readonly double[,] _projection;

    internal RitzSpace(SymmetricOperator matrix, int capacity)
    {
        _operator = matrix;
        Capacity = capacity;
        _basis = Tensor.Empty([capacity, matrix.Dimension], matrix.Type, matrix.Device).Unscoped();
        _products = _basis.EmptyLike().Unscoped();
        _projection = new double[capacity, capacity];
    }

    /// <summary>Most vectors the basis can hold.</summary>
    internal int Capacity { get; }

    /// <summary>Where the basis lives.</summary>
    internal Device Device => _operator.Device;

    /// <summary>P, the length of a vector.</summary>
    internal long Dimension => _operator.Dimension;

    /// <summary>Products spent on the basis, those of vectors that restarts have dropped included.</summary>
    internal int Products { get; private set; }

    /// <summary>Vectors in the basis.</summary>
    internal int Count { get; private set; }

    /// <summary>Largest ‖Hv‖ over the unit vectors multiplied so far: a lower bound of ‖H‖, and in practice close to it.</summary>
    internal double Scale { get; private set; }

    /// <summary>Ritz values, largest first; of length <see cref="Count"/> after <see cref="Solve"/>.</summary>
    internal double[] Values { get; private set; } = [];

    /// <summary>Column i holds the coordinates in V of the Ritz vector of value i.</summary>
    internal double[,] Coordinates { get; private set; } = new double[0, 0];

    /// <summary>Adds the part of a direction that is new, and multiplies it.</summary>
    /// <param name="direction">A vector of length P, of any norm.</param>
    /// <returns>What became of it; the basis grew only for <see cref="Expansion.Grown"/>.</returns>
    internal Expansion Expand(Tensor direction)
    {
        using var scope = new TensorScope();
        Tensor unit = _basis.Select(0, Count);
        if (!Orthonormalize(direction, unit))
        {
            return Expansion.NothingNew;
        }

        Tensor product = _operator.Apply(unit).Detach();
        Products++;
        double norm = product.Norm();
        double[] column = Host(_basis.Narrow(0, 0, Count + 1).MatrixProduct(product));

        // A NaN or an infinity anywhere in the product reaches every inner product with it.
        if (!double.IsFinite(norm) || !Array.TrueForAll(column, double.IsFinite))
        {
            return Expansion.NotFinite;
        }

        _products.Select(0, Count).CopyFrom(product);
        for (int i = 0; i <= Count; i++)
        {
            _projection[i, Count] = column[i];
            _projection[Count, i] = column[i];
        }

        Scale = Math.Max(Scale, norm);
        Count++;
        return Expansion.Grown;
    }

    /// <summary>The product that was computed last, until the next restart; a view of length P.</summary>
    internal Tensor LastProduct() => _products.Select(0, Count - 1);

    /// <summary>Solves the projected eigenproblem (Rayleigh–Ritz).</summary>
    internal void Solve()
    {
        int n = Count;
        Matrix<double> projected = Matrix<double>.Build.Dense(n, n, (i, j) => _projection[i, j]);
        Evd<double> decomposition = projected.Evd(Symmetricity.Symmetric);
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => decomposition.EigenValues[i].Real)];
        Values = [.. order.Select(i => decomposition.EigenValues[i].Real)];
        Coordinates = new double[n, n];
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < n; i++)
            {
                Coordinates[i, j] = decomposition.EigenVectors[i, order[j]];
            }
        }
    }

    /// <summary>Coordinates in V of a Ritz vector.</summary>
    /// <param name="index">Which, from the largest.</param>
    internal double[] Column(int index) => [.. Enumerable.Range(0, Count).Select(i => Coordinates[i, index])];

    /// <summary>The residual Hx − θx of a Ritz pair.</summary>
    /// <param name="index">Which pair, from the largest.</param>
    /// <returns>A vector of length P, owned by the current scope.</returns>
    internal Tensor Residual(int index)
    {
        using var scope = new TensorScope();
        Tensor coordinates = Coefficients(1, (_, i) => Coordinates[i, index], Count);
        Tensor residual = Combine(_products, coordinates);
        residual.AddInPlace(Combine(_basis, coordinates), -Values[index]);
        return scope.Keep(residual.View(_operator.Dimension));
    }

    /// <summary>The norm of a pair's residual: some eigenvalue lies within it of the Ritz value.</summary>
    /// <param name="index">Which pair, from the largest.</param>
    internal double ResidualNorm(int index)
    {
        using var scope = new TensorScope();
        return Residual(index).Norm();
    }

    /// <summary>Some Ritz vectors.</summary>
    /// <param name="indices">Which, from the largest.</param>
    /// <returns>The vectors as rows, owned by the current scope.</returns>
    internal Tensor Vectors(int[] indices)
    {
        using var scope = new TensorScope();
        if (indices.Length == 0)
        {
            return scope.Keep(Tensor.Empty([0, _operator.Dimension], _operator.Type, _operator.Device));
        }

        return scope.Keep(Combine(_basis, Coefficients(indices.Length, (k, i) => Coordinates[i, indices[k]], Count)));
    }

    /// <summary>Shrinks the basis to the span of given combinations of its vectors; costs no product.</summary>
    /// <param name="columns">Orthonormal coordinate vectors, each of length <see cref="Count"/>.</param>
    internal void Restart(IReadOnlyList<double[]> columns)
    {
        using var scope = new TensorScope();
        int kept = columns.Count;
        Tensor coefficients = Coefficients(kept, (k, i) => columns[k][i], Count);
        CombineInPlace(_basis, coefficients);
        CombineInPlace(_products, coefficients);

        var projected = new double[kept, kept];
        for (int a = 0; a < kept; a++)
        {
            for (int b = a; b < kept; b++)
            {
                double sum = 0;
                for (int i = 0; i < Count; i++)
                {
                    double row = 0;
                    for (int j = 0; j < Count; j++)
                    {
                        row += _projection[i, j] * columns[b][j];
                    }

                    sum += columns[a][i] * row;
                }

                projected[a, b] = projected[b, a] = sum;
            }
        }

        for (int a = 0; a < kept; a++)
        {
            for (int b = 0; b < kept; b++)
            {
                _projection[a, b] = projected[a, b];
            }
        }

        Count = kept;
    }

    /// <summary>Frees the products, half of the memory; afterwards there are only <see cref="Values"/> and <see cref="Vectors"/>.</summary>
    internal void ReleaseProducts() => _products.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _basis.Dispose();
        _products.Dispose();
        if (!Device.IsCuda && 2 * Capacity * Dimension * ScalarTypes.Size(_operator.Type) >= TooLargeToKeep)
        {
            Runtime.ReleaseFreeMemory();
        }
    }

    private static Tensor Combine(Tensor rows, Tensor coefficients) =>
        coefficients.MatrixProduct(rows.Narrow(0, 0, coefficients.Shape[1]));

    private static double[] Host(Tensor values)
    {
        using var scope = new TensorScope();
        return values.To(ScalarType.Float64).ToArray<double>();
    }

    /// <summary>Overwrites the first rows by combinations of rows, some columns at a time.</summary>
    private static void CombineInPlace(Tensor rows, Tensor coefficients)
    {
        for (long first = 0; first < rows.Shape[1]; first += RestartColumns)
        {
            using var scope = new TensorScope();
            Tensor columns = rows.Narrow(1, first, Math.Min(RestartColumns, rows.Shape[1] - first));
            columns.Narrow(0, 0, coefficients.Shape[0]).CopyFrom(Combine(columns, coefficients));
        }
    }

    /// <summary>Writes the normalised part of a direction that is orthogonal to the basis.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="unit">What is written; on false, without meaning.</param>
    /// <returns>Whether there is such a part.</returns>
    private bool Orthonormalize(Tensor direction, Tensor unit)
    {
        double norm = direction.Norm();
        if (!double.IsFinite(norm) || norm == 0 || Count == _operator.Dimension)
        {
            return false;
        }

        unit.CopyFrom(direction);
        unit.MultiplyInPlace(1 / norm);
        double remaining = 1;
        for (int pass = 0; pass < OrthogonalizationPasses && Count > 0; pass++)
        {
            using var scope = new TensorScope();
            Tensor basis = _basis.Narrow(0, 0, Count);
            unit.AddInPlace(basis.Transpose(0, 1).MatrixProduct(basis.MatrixProduct(unit)), -1);
            norm = unit.Norm();
            remaining *= norm;
            if (!(remaining > 64 * ScalarTypes.Epsilon(_operator.Type)))
            {
                return false;
            }

            unit.MultiplyInPlace(1 / norm);
            if (pass > 0 && norm > 0.7)
            {
                break;
            }
        }

        return true;
    }

    private Tensor Coefficients(int rows, Func<int, int, double> entry, int columns)
    {
        var values = new double[rows * columns];
        for (int k = 0; k < rows; k++)
        {
            for (int i = 0; i < columns; i++)
            {
                values[(k * columns) + i] = entry(k, i);
            }
        }

        return Tensor.From(values, rows, columns).To(_operator.Type).To(_operator.Device);
    }
}
