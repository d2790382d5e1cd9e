using Brink.Torch;

namespace Brink.Tests.Curvature;

/// <summary>Symmetric test matrices, float64 on the CPU, owned by the current scope.</summary>
internal static class Matrices
{
    /// <summary>Independent normal entries, made symmetric.</summary>
    internal static Tensor Random(int dimension, ulong seed)
    {
        using var scope = new TensorScope();
        Tensor square = Normal([dimension, dimension], seed);
        return scope.Keep((square + square.Transpose(0, 1)) * 0.5);
    }

    /// <summary>A matrix with the given eigenvalues and random eigenvectors.</summary>
    internal static Tensor WithSpectrum(double[] eigenvalues, ulong seed)
    {
        using var scope = new TensorScope();
        Tensor q = Orthogonal(eigenvalues.Length, seed);
        Tensor matrix = (q * Tensor.From(eigenvalues)).MatrixProduct(q.Transpose(0, 1));
        return scope.Keep((matrix + matrix.Transpose(0, 1)) * 0.5);
    }

    /// <summary>A random orthogonal matrix.</summary>
    internal static Tensor Orthogonal(int dimension, ulong seed)
    {
        using var scope = new TensorScope();
        return scope.Keep(Random(dimension, seed).SymmetricEigen().Vectors);
    }

    /// <summary>Independent normal numbers.</summary>
    internal static Tensor Normal(long[] shape, ulong seed)
    {
        using var generator = new Generator(seed);
        Tensor values = Tensor.Empty(shape, ScalarType.Float64);
        values.FillNormal(0, 1, generator);
        return values;
    }
}
