using Brink.Curvature;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Curvature;

/// <summary>Laws of LOBPCG over random symmetric matrices of dimension 1 to 40, drawn as (dimension, seed).</summary>
public sealed class LobpcgLawTests
{
    private static readonly LanczosOptions s_tight = new() { ResidualTolerance = 1e-9, MaximumProducts = 5000 };

    private static readonly Arbitrary<(int Dimension, ulong Seed)> s_matrices =
        (from dimension in Gen.Choose(1, 40) from seed in Gen.Choose(0, 1_000_000) select (dimension, (ulong)seed)).ToArbitrary();

    [Fact]
    public void The_reported_residual_is_the_recomputed_one_and_an_eigenvalue_lies_within_it() => ForAll((matrix, seed) =>
    {
        double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
        double rounding = 1e-12 * Math.Max(Math.Abs(exact[0]), Math.Abs(exact[^1]));
        foreach (int products in (int[])[1, 9, 40])
        {
            var options = new LanczosOptions { MaximumProducts = products, Seed = seed };
            SpectrumEnds ends = Lobpcg.Extremes(new DenseOperator(matrix), 2, 1, options);
            foreach (Eigenpairs pairs in (Eigenpairs[])[ends.Largest, ends.Smallest])
            {
                for (int i = 0; i < pairs.Count; i++)
                {
                    Tensor x = pairs.Vectors.Select(0, i);
                    Assert.Equal(1, x.Norm(), 1e-12);
                    double recomputed = (matrix.MatrixProduct(x) - (x * pairs.Values[i])).Norm();
                    Assert.Equal(recomputed, pairs.Residuals[i], rounding);
                    Assert.True(exact.Min(value => Math.Abs(value - pairs.Values[i])) <= pairs.Residuals[i] + rounding);
                }
            }
        }
    });

    [Fact]
    public void A_shift_a_negation_and_an_orthogonal_change_do_to_the_values_what_they_must() => ForAll((matrix, seed) =>
    {
        const double Shift = 2.5;
        long n = matrix.Shape[0];
        double[] plain = Lobpcg.Extremes(new DenseOperator(matrix), 2, 0, s_tight).Largest.Values;
        var shifted = new DelegateOperator(n, ScalarType.Float64, Device.Cpu, x => matrix.MatrixProduct(x).AddScaled(x, Shift));
        double[] moved = Lobpcg.Extremes(shifted, 2, 0, s_tight).Largest.Values;
        double[] negated = Lobpcg.Extremes(new DenseOperator(-matrix), 0, 2, s_tight).Smallest.Values;
        Tensor q = Matrices.Orthogonal((int)n, seed + 1);
        Tensor turned = q.MatrixProduct(matrix).MatrixProduct(q.Transpose(0, 1));
        double[] other = Lobpcg.Extremes(new DenseOperator(turned), 2, 0, s_tight).Largest.Values;
        for (int i = 0; i < plain.Length; i++)
        {
            Assert.Equal(plain[i] + Shift, moved[i], 1e-8);
            Assert.Equal(plain[i], -negated[i], 1e-8);
            Assert.Equal(plain[i], other[i], 1e-8);
        }
    });

    [Fact]
    public void The_same_seed_gives_the_same_bits() => ForAll((matrix, seed) =>
    {
        var options = new LanczosOptions { Seed = seed };
        Eigenpairs first = Lobpcg.Extremes(new DenseOperator(matrix), 2, 0, options).Largest;
        Eigenpairs second = Lobpcg.Extremes(new DenseOperator(matrix), 2, 0, options).Largest;
        Assert.Equal(first.Values, second.Values);
        Assert.Equal(first.Residuals, second.Residuals);
        Assert.True(first.Vectors.IsSameAs(second.Vectors));
    });

    private static void ForAll(Action<Tensor, ulong> law) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(25),
            Prop.ForAll(s_matrices, draw =>
            {
                using var scope = new TensorScope();
                law(Matrices.Random(draw.Dimension, draw.Seed), draw.Seed);
            }));
}
