using Brink.Curvature;
using Brink.Torch;

namespace Brink.Tests.Curvature;

public sealed class LanczosTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(30)]
    [InlineData(200)]
    public void Both_ends_equal_a_dense_eigensolver(int dimension)
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(dimension, seed: 3);
        double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
        SpectrumEnds ends = Lanczos.Extremes(new DenseOperator(matrix), 3, 2, new LanczosOptions { ResidualTolerance = 1e-9 });
        Assert.Equal(EigenStatus.Converged, ends.Largest.Status);
        Assert.Equal(Math.Min(3, dimension), ends.Largest.Count);
        Assert.Equal(Math.Min(2, dimension), ends.Smallest.Count);
        for (int i = 0; i < ends.Largest.Count; i++)
        {
            Assert.Equal(exact[^(i + 1)], ends.Largest.Values[i], 1e-8 * Math.Abs(exact[^1]));
        }

        for (int i = 0; i < ends.Smallest.Count; i++)
        {
            Assert.Equal(exact[i], ends.Smallest.Values[i], 1e-8 * Math.Abs(exact[^1]));
        }
    }
}
