using Brink.Torch;

namespace Brink.Curvature;

/// <summary>What an eigenvalue computation may be asked for and may start from.</summary>
internal static class StartVectors
{
    /// <summary>Checks how many pairs are asked for.</summary>
    internal static void Check(int top, int bottom)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfNegative(bottom);
        if (top + bottom == 0)
        {
            throw new ArgumentException("ask for at least one eigenpair", nameof(top));
        }
    }

    /// <summary>Checks that given vectors are rows of the operator's length.</summary>
    internal static void Check(SymmetricOperator matrix, Tensor start)
    {
        if (start.Dimensions is not (1 or 2) || start.Shape[^1] != matrix.Dimension)
        {
            throw new ArgumentException(
                $"start vectors are rows of length {matrix.Dimension}, not of shape [{string.Join(", ", start.Shape)}]", nameof(start));
        }
    }

    /// <summary>A vector of independent normal numbers, drawn in float64 on the CPU, so that every device and precision starts alike.</summary>
    internal static Tensor Random(SymmetricOperator matrix, Generator generator)
    {
        Tensor direction = Tensor.Empty([matrix.Dimension], ScalarType.Float64);
        direction.FillNormal(0, 1, generator);
        return direction.To(matrix.Type).To(matrix.Device);
    }
}
