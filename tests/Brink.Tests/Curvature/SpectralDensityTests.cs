using Brink.Curvature;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Curvature;

public sealed class SpectralDensityTests
{
    private static readonly Arbitrary<(int Dimension, int Steps, int Seed)> s_draws =
        (from dimension in Gen.Choose(2, 40) from steps in Gen.Choose(1, 12) from seed in Gen.Choose(0, 100_000) select (dimension, steps, seed))
        .ToArbitrary();

    [Fact]
    public void The_rule_of_a_vector_is_exact_to_degree_2m_minus_1() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(s_draws, draw =>
        {
            using var scope = new TensorScope();
            int steps = Math.Min(draw.Steps, draw.Dimension);
            Tensor matrix = Matrices.Random(draw.Dimension, (ulong)draw.Seed);
            double norm = matrix.SymmetricEigen().Values.ToArray<double>().Max(Math.Abs);
            matrix.MultiplyInPlace(1 / norm);
            Tensor v = Matrices.Normal([draw.Dimension], (ulong)draw.Seed + 1);
            LanczosQuadrature rule = SpectralDensity.Quadrature(new DenseOperator(matrix), v, steps);
            Assert.All(rule.Weights, weight => Assert.True(weight >= 0));
            Tensor power = v;
            for (int k = 0; k <= (2 * steps) - 1; k++)
            {
                Assert.Equal(v.Dot(power) / v.Dot(v), rule.Moment(k), 1e-11);
                power = matrix.MatrixProduct(power);
            }
        }));

    [Fact]
    public void One_degree_more_is_not_exact()
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum([1, 0.5, -0.3, -1, 0.2], 3);
        Tensor v = Matrices.Normal([5], 4);
        LanczosQuadrature rule = SpectralDensity.Quadrature(new DenseOperator(matrix), v, 2);
        Tensor twice = matrix.MatrixProduct(matrix.MatrixProduct(v));
        Assert.NotEqual(twice.Dot(twice) / v.Dot(v), rule.Moment(4), 1e-3);
    }

    [Fact]
    public void A_rule_of_all_steps_has_the_eigenvalues_for_nodes()
    {
        using var scope = new TensorScope();
        double[] exact = [-1, -0.2, 0, 0.4, 2];
        Tensor matrix = Matrices.WithSpectrum(exact, 7);
        LanczosQuadrature rule = SpectralDensity.Quadrature(new DenseOperator(matrix), Matrices.Normal([5], 1), 5);
        Assert.All(exact.Zip(rule.Nodes), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void A_Krylov_space_that_ends_early_gives_a_shorter_exact_rule()
    {
        // Two different eigenvalues only: the space of any vector has two dimensions.
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum([.. Enumerable.Range(0, 50).Select(i => i < 10 ? 0.2 : 0)], 7);
        SpectralDensity density = SpectralDensity.Estimate(new DenseOperator(matrix), probes: 20, steps: 30);
        Assert.All(density.Rules, rule => Assert.Equal(2, rule.Nodes.Length));
        Assert.Equal(40, density.Products);
        SampleMean first = density.Moment(1);
        Assert.InRange(0.04, first.Mean - (3 * first.StandardError), first.Mean + (3 * first.StandardError));
        Assert.Equal(first.Mean * 5, density.Fraction(0.19, 0.21), 1e-12);
        Assert.Equal(1, density.Fraction(-1, 1), 1e-12);
    }

    [Fact]
    public void The_curve_integrates_to_one_and_follows_a_known_density()
    {
        // Equally spaced eigenvalues on [−1, 1]: the density is ½.
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum([.. Enumerable.Range(0, 200).Select(i => -1 + (2.0 * i / 199))], 9);
        SpectralDensity density = SpectralDensity.Estimate(new DenseOperator(matrix), probes: 30, steps: 40, seed: 5);
        DensityCurve curve = density.Smooth(width: 0.1);
        Assert.Equal(1, curve.Integral(), 1e-6);
        Assert.Equal(0.1, curve.Width);
        double[] inside = [.. curve.Points.Zip(curve.Values).Where(point => Math.Abs(point.First) < 0.7).Select(point => point.Second)];
        Assert.All(inside, value => Assert.Equal(0.5, value, 0.05));
        Assert.Equal(1, density.Smooth(width: 0.003).Integral(), 1e-3);
    }

    [Fact]
    public void The_density_of_the_zero_matrix_is_a_point()
    {
        using var scope = new TensorScope();
        SpectralDensity density = SpectralDensity.Estimate(new DenseOperator(Tensor.Zeros([9, 9], ScalarType.Float64)), probes: 2);
        Assert.All(density.Rules, rule => Assert.Equal([0.0], rule.Nodes));
        Assert.Equal(1, density.Smooth().Integral(), 1e-6);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void The_same_seed_gives_the_same_rules(ScalarType type)
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(60, 2).To(type);
        SpectralDensity[] twice = [.. Enumerable.Range(0, 2).Select(_ => SpectralDensity.Estimate(new DenseOperator(matrix), 3, 20, seed: 4))];
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(twice[0].Rules[k].Nodes, twice[1].Rules[k].Nodes);
            Assert.Equal(twice[0].Rules[k].Weights, twice[1].Rules[k].Weights);
        }

        Assert.NotEqual(twice[0].Rules[0].Nodes, SpectralDensity.Estimate(new DenseOperator(matrix), 1, 20, seed: 5).Rules[0].Nodes);
    }

    [Fact]
    public void Eigenvalues_built_in_pairs_are_found_paired()
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum(Spectra.Flatland(60), 5);
        SpectrumEnds ends = Lanczos.Extremes(
            new DenseOperator(matrix), 14, 4, new LanczosOptions { ResidualTolerance = 1e-8, MaximumProducts = 2000 });
        SpectrumPairing pairing = SpectrumPairing.Of(ends.Largest.Values, ends.Smallest.Values, skipped: 10);
        Assert.Equal(4, pairing.Pairs.Count);
        Assert.InRange(pairing.Mismatch, 0, 1e-9);
    }

    [Fact]
    public void The_mismatch_of_pairs_is_their_sums_over_their_sizes()
    {
        Assert.Equal(0.5 / 3.5, SpectrumPairing.Of([9, 1, 1], [-1, -0.5], 1).Mismatch, 1e-15);
        Assert.Equal(1, SpectrumPairing.Of([9, 2, 1], [1, 2], 1).Mismatch);
        Assert.Equal(0, SpectrumPairing.Of([9, 0], [0], 1).Mismatch);
        Assert.Throws<ArgumentException>(() => SpectrumPairing.Of([9, 1], [-1], 2));
    }
}
