using MathNet.Numerics.LinearAlgebra;

namespace Brink.Flows;

/// <summary>
/// Symmetric k×k matrices as vectors of length k(k+1)/2: the upper triangle row by row, (0,0), (0,1), …, (1,1), …, what is
/// off the diagonal times √2, so that inner products are kept: ⟨X, Y⟩ = svec(X)·svec(Y).
/// </summary>
public static class SymmetricCoordinates
{
    /// <summary>k(k+1)/2.</summary>
    /// <param name="size">k, at least 0.</param>
    public static int Length(int size) => size * (size + 1) / 2;

    /// <summary>svec(X).</summary>
    /// <param name="matrix">X, k×k; its lower triangle is not read.</param>
    public static Vector<double> Pack(Matrix<double> matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var packed = Vector<double>.Build.Dense(Length(matrix.RowCount));
        ForEachPair(matrix.RowCount, (place, i, j) => packed[place] = matrix[i, j] * Weight(i, j));
        return packed;
    }

    /// <summary>The symmetric matrix of given coordinates.</summary>
    /// <param name="packed">svec(X), of length k(k+1)/2.</param>
    /// <param name="size">k.</param>
    public static Matrix<double> Unpack(Vector<double> packed, int size)
    {
        ArgumentNullException.ThrowIfNull(packed);
        var matrix = Matrix<double>.Build.Dense(size, size);
        ForEachPair(size, (place, i, j) => matrix[i, j] = matrix[j, i] = packed[place] / Weight(i, j));
        return matrix;
    }

    /// <summary>1 on the diagonal, √2 off it.</summary>
    /// <param name="row">i.</param>
    /// <param name="column">j.</param>
    public static double Weight(int row, int column) => row == column ? 1 : Math.Sqrt(2);

    /// <summary>Goes through the pairs i ≤ j in the order of the coordinates.</summary>
    /// <param name="size">k.</param>
    /// <param name="visit">Given the place, i and j.</param>
    public static void ForEachPair(int size, Action<int, int, int> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        int place = 0;
        for (int i = 0; i < size; i++)
        {
            for (int j = i; j < size; j++)
            {
                visit(place++, i, j);
            }
        }
    }
}
