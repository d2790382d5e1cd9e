using Brink.Torch;

namespace Brink.Curvature;

/// <summary>All eigenvalues of an operator small enough to be written out as a matrix, by LAPACK.</summary>
/// <param name="Values">The eigenvalues, descending.</param>
/// <param name="Asymmetry">
/// ‖A − Aᵀ‖ / ‖A‖ in the Frobenius norm, of the matrix as its products gave it: how far rounding (or an error) has taken it from
/// a symmetric one. The eigenvalues are those of (A + Aᵀ)/2. Zero for the zero matrix.
/// </param>
/// <param name="Products">Products spent: the dimension.</param>
public sealed record DenseSpectrum(double[] Values, double Asymmetry, int Products)
{
    /// <summary>Most rows written out unless more are allowed: 128 MB, and seconds of LAPACK.</summary>
    public const int DefaultLimit = 4000;

    /// <summary>Writes the operator out and decomposes it.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="limit">Most rows allowed.</param>
    /// <param name="progress">Told the rows done so far.</param>
    /// <returns>The spectrum.</returns>
    /// <exception cref="BrinkException">The operator is larger, or a product is not finite.</exception>
    public static DenseSpectrum Of(SymmetricOperator matrix, int limit = DefaultLimit, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix.Dimension > limit)
        {
            throw new BrinkException(
                $"a matrix of {matrix.Dimension} rows is too large to be written out (at most {limit}); name fewer parameters, or ask for the ends of its spectrum");
        }

        using var scope = new TensorScope();
        Tensor rows = Rows(matrix, progress);
        Tensor transposed = rows.Transpose(0, 1);
        if (!rows.IsFinite())
        {
            throw new BrinkException("a product with the matrix is not finite, so it has no eigenvalues");
        }

        double norm = rows.Norm();
        double asymmetry = norm == 0 ? 0 : (rows - transposed).Norm() / norm;
        double[] ascending = ((rows + transposed) * 0.5).SymmetricEigen().Values.ToArray<double>();
        Array.Reverse(ascending);
        return new DenseSpectrum(ascending, asymmetry, (int)matrix.Dimension);
    }

    /// <summary>The matrix of an operator, one product a row.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="progress">Told the rows done so far.</param>
    /// <returns>A square float64 matrix on the CPU, owned by the current scope.</returns>
    public static Tensor Rows(SymmetricOperator matrix, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        using var scope = new TensorScope();
        long dimension = matrix.Dimension;
        Tensor rows = Tensor.Empty([dimension, dimension], ScalarType.Float64);
        Tensor unit = Tensor.Zeros([dimension], matrix.Type, matrix.Device);
        for (int i = 0; i < dimension; i++)
        {
            using var row = new TensorScope();
            unit.Narrow(0, i, 1).Fill(1);
            rows.Select(0, i).CopyFrom(matrix.Apply(unit));
            unit.Narrow(0, i, 1).Fill(0);
            progress?.Invoke(i + 1);
        }

        return scope.Keep(rows);
    }
}
