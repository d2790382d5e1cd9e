using Brink.Curvature;
using Brink.Objectives;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Curvature;

public sealed class DensityBinsTests
{
    [Fact]
    public void The_shares_of_a_network_are_those_of_its_dense_Hessian()
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        DenseCase network = DenseCase.Named("mlp");
        Tensor weights = network.Weights();
        double[] exact = Matrix(network.Exact("ce", weights).Hessian).SymmetricEigen().Values.ToArray<double>();
        Assert.Contains(exact, value => value < -1e-3);
        using NetworkObjective objective = network.Objective("ce", workers);
        using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
        const int Probes = 400;
        SpectralDensity density = SpectralDensity.Estimate(new HessianOperator(objective, at), Probes, exact.Length, seed: 8);
        var bins = new DensityBins(1e-4, 10, 4);
        double[] shares = bins.Shares(density, width: 0.8);
        double[] expected = Smeared(bins, exact, 0.8);

        // A rule of all steps has the eigenvalues for nodes; (v·x)² of a vector of random signs has a deviation of at most √2/P.
        double error = Math.Sqrt(2.0 / Probes) / exact.Length;
        for (int j = 0; j < bins.Count; j++)
        {
            double eigenvalues = expected[j] * exact.Length;
            Assert.InRange(Math.Abs(shares[j] - expected[j]), 0, 5 * error * Math.Sqrt(Math.Max(eigenvalues, 0.01)));
        }
    }

    [Fact]
    public void An_interval_is_a_tenth_of_a_decade_far_from_zero_and_the_middle_one_is_about_zero()
    {
        var bins = new DensityBins(1e-4, 1e4, 10);
        Assert.Equal(161, bins.Count);
        Assert.Equal(162, bins.Edges.Count);
        Assert.Equal(-bins.Edges[80], bins.Edges[81]);
        Assert.True(bins.Edges[81] > 0);
        for (int j = 0; j < bins.Count; j++)
        {
            Assert.True(bins.Edges[j] < bins.Edges[j + 1]);
            Assert.Equal(-bins.Edges[bins.Count - j], bins.Edges[j], 1e-12 * Math.Abs(bins.Edges[j]));
        }

        // sinh and exp differ by e^(−2x): where λ is a hundred times s, by 1e-4.
        Assert.Equal(Math.Pow(10, 0.1), bins.Edges[140] / bins.Edges[139], 1e-4);
        Assert.Equal(Math.Pow(10, 0.1), bins.Edges[^1] / bins.Edges[^2], 1e-6);
        Assert.InRange(1e4, bins.Edges[^2], bins.Edges[^1]);
    }

    [Fact]
    public void Shares_sum_to_one_and_turn_with_the_matrix() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(40),
        Prop.ForAll((from n in Gen.Choose(1, 12) from seed in Gen.Choose(0, 100_000) from scale in Gen.Choose(-8, 8) select (n, seed, scale)).ToArbitrary(), draw =>
        {
            using var scope = new TensorScope();
            Tensor matrix = Matrices.Random(draw.n, (ulong)draw.seed) * Math.Pow(10, draw.scale);
            var bins = new DensityBins(1e-3, 1e2, 3);
            double[] shares = bins.Shares(SpectralDensity.Estimate(new DenseOperator(matrix), 3, 5, (ulong)draw.seed));
            double[] turned = bins.Shares(SpectralDensity.Estimate(new DenseOperator(matrix * -1.0), 3, 5, (ulong)draw.seed));
            Assert.Equal(1, shares.Sum(), 1e-12);
            Assert.All(shares, share => Assert.True(share >= 0));
            Assert.All(shares.Zip(turned.Reverse()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }));

    [Fact]
    public void What_lies_beyond_the_outermost_is_counted_there()
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.WithSpectrum([-1e9, 1e9, 0, 0], 3);
        double[] shares = new DensityBins(1e-2, 1, 2).Shares(SpectralDensity.Estimate(new DenseOperator(matrix), 200, 4), width: 0.01);
        Assert.Equal(3, shares.Count(share => share > 1e-12));
        Assert.Equal(0.25, shares[0], 0.1);
        Assert.Equal(0.5, shares[shares.Length / 2], 0.1);
        Assert.Equal(0.25, shares[^1], 0.1);
    }

    [Fact]
    public void Numbers_that_make_no_intervals_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new DensityBins(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DensityBins(1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DensityBins(1, 2, 0));
    }

    /// <summary>A Gaussian about each eigenvalue on the scale u, summed over a fine grid instead of by its integral.</summary>
    private static double[] Smeared(DensityBins bins, double[] eigenvalues, double width)
    {
        const int Points = 400;
        double Place(double value) => Math.Log((value / (2 * bins.Least)) + Math.Sqrt((value * value / (4 * bins.Least * bins.Least)) + 1)) / Math.Log(10) * bins.PerDecade;
        double[] shares = new double[bins.Count];
        foreach (double value in eigenvalues)
        {
            for (int i = 0; i < Points * 16; i++)
            {
                double offset = ((i + 0.5) / Points) - 8;
                double at = Place(value) + (offset * width);
                int bin = Math.Clamp((int)Math.Floor(at + 0.5) + ((bins.Count - 1) / 2), 0, bins.Count - 1);
                shares[bin] += Math.Exp(-0.5 * offset * offset) / Math.Sqrt(2 * Math.PI) / Points / eigenvalues.Length;
            }
        }

        return shares;
    }

    private static Tensor Matrix(double[,] values) => Tensor.From(values.Cast<double>().ToArray(), values.GetLength(0), values.GetLength(1));
}
