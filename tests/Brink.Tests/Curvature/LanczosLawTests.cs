using Brink.Curvature;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Curvature;

/// <summary>Laws over random symmetric matrices of dimension 1 to 40, drawn as (dimension, seed).</summary>
public sealed class LanczosLawTests
{
    private static readonly LanczosOptions s_tight = new() { ResidualTolerance = 1e-9 };

    private static readonly Arbitrary<(int Dimension, ulong Seed)> s_matrices =
        (from dimension in Gen.Choose(1, 40) from seed in Gen.Choose(0, 1_000_000) select (dimension, (ulong)seed)).ToArbitrary();

    [Fact]
    public void A_value_is_its_vectors_Rayleigh_quotient_and_never_outside_the_spectrum() => ForAll((matrix, seed) =>
    {
        double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
        double rounding = 1e-12 * Math.Max(Math.Abs(exact[0]), Math.Abs(exact[^1]));
        foreach (int products in (int[])[1, 3, 8])
        {
            var options = new LanczosOptions { MaximumProducts = products, Seed = seed };
            Eigenpairs pair = Lanczos.Largest(new DenseOperator(matrix), 1, options);
            Tensor x = pair.Vectors.Select(0, 0);
            Assert.Equal(x.Dot(matrix.MatrixProduct(x)), pair.Values[0], rounding);
            Assert.Equal(1, x.Norm(), 1e-12);
            Assert.InRange(pair.Values[0], exact[0] - rounding, exact[^1] + rounding);
            Assert.InRange(pair.Scale, 0, Math.Max(Math.Abs(exact[0]), Math.Abs(exact[^1])) + rounding);
        }
    });

    [Fact]
    public void The_reported_residual_is_the_recomputed_one_and_an_eigenvalue_lies_within_it() => ForAll((matrix, seed) =>
    {
        double[] exact = matrix.SymmetricEigen().Values.ToArray<double>();
        double rounding = 1e-12 * Math.Max(Math.Abs(exact[0]), Math.Abs(exact[^1]));
        var options = new LanczosOptions { MaximumProducts = 9, Seed = seed, Subspace = 6 };
        SpectrumEnds ends = Lanczos.Extremes(new DenseOperator(matrix), 2, 1, options);
        foreach (Eigenpairs pairs in (Eigenpairs[])[ends.Largest, ends.Smallest])
        {
            for (int i = 0; i < pairs.Count; i++)
            {
                Tensor x = pairs.Vectors.Select(0, i);
                double recomputed = (matrix.MatrixProduct(x) - (x * pairs.Values[i])).Norm();
                Assert.Equal(recomputed, pairs.Residuals[i], rounding);
                Assert.True(exact.Min(value => Math.Abs(value - pairs.Values[i])) <= pairs.Residuals[i] + rounding);
            }
        }
    });

    [Fact]
    public void A_shift_of_the_operator_shifts_the_values() => ForAll((matrix, seed) =>
    {
        double shift = (seed % 2 == 0 ? 1 : -1) * 2.5;
        var shifted = new DelegateOperator(
            matrix.Shape[0], ScalarType.Float64, Device.Cpu, x => matrix.MatrixProduct(x).AddScaled(x, shift));
        double plain = Lanczos.Largest(new DenseOperator(matrix), 1, s_tight).Values[0];
        double moved = Lanczos.Largest(shifted, 1, s_tight).Values[0];
        Assert.Equal(plain + shift, moved, 1e-8);
    });

    [Fact]
    public void The_negative_operators_largest_is_the_smallest_negated() => ForAll((matrix, _) =>
    {
        double smallest = Lanczos.Smallest(new DenseOperator(matrix), 1, s_tight).Values[0];
        double negated = Lanczos.Largest(new DenseOperator(-matrix), 1, s_tight).Values[0];
        Assert.Equal(smallest, -negated, 1e-8);
    });

    [Fact]
    public void An_orthogonal_change_of_coordinates_changes_the_vectors_only() => ForAll((matrix, seed) =>
    {
        Tensor q = Matrices.Orthogonal((int)matrix.Shape[0], seed + 1);
        Tensor turned = q.MatrixProduct(matrix).MatrixProduct(q.Transpose(0, 1));
        Eigenpairs plain = Lanczos.Largest(new DenseOperator(matrix), 2, s_tight);
        Eigenpairs other = Lanczos.Largest(new DenseOperator(turned), 2, s_tight);
        for (int i = 0; i < plain.Count; i++)
        {
            Assert.Equal(plain.Values[i], other.Values[i], 1e-8);
        }
    });

    [Fact]
    public void A_start_from_the_exact_vector_takes_one_product() => ForAll((matrix, _) =>
    {
        Tensor vectors = matrix.SymmetricEigen().Vectors;
        Tensor top = vectors.Select(1, matrix.Shape[0] - 1).Contiguous();
        Eigenpairs pair = Lanczos.Largest(new DenseOperator(matrix), 1, new LanczosOptions(), top);
        Assert.True(pair.AllConverged);
        Assert.Equal(1, pair.Products);
    });

    [Fact]
    public void The_same_seed_gives_the_same_bits() => ForAll((matrix, seed) =>
    {
        var options = new LanczosOptions { Seed = seed };
        Eigenpairs first = Lanczos.Largest(new DenseOperator(matrix), 2, options);
        Eigenpairs second = Lanczos.Largest(new DenseOperator(matrix), 2, options);
        Assert.Equal(first.Values, second.Values);
        Assert.Equal(first.Residuals, second.Residuals);
        Assert.True(first.Vectors.IsSameAs(second.Vectors));
    });

    private static void ForAll(Action<Tensor, ulong> law) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(40),
            Prop.ForAll(s_matrices, draw =>
            {
                using var scope = new TensorScope();
                law(Matrices.Random(draw.Dimension, draw.Seed), draw.Seed);
            }));
}
