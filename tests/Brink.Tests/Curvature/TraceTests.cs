using Brink.Curvature;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Curvature;

public sealed class TraceTests
{
    [Fact]
    public void A_small_matrix_is_written_out_and_exact()
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(30, seed: 1);
        double[] values = matrix.SymmetricEigen().Values.ToArray<double>();
        TraceEstimate trace = TraceEstimate.HutchPlusPlus(new DenseOperator(matrix), products: 30);
        Assert.True(trace.Exact);
        Assert.Equal(values.Sum(), trace.Trace, 1e-12);
        Assert.Equal(values.Sum(value => value * value), trace.SquareTrace, 1e-10);
        Assert.Equal((0, 0, 30), (trace.StandardError, trace.SquareStandardError, trace.Products));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    public void A_matrix_of_low_rank_lies_in_the_sketch(int rank)
    {
        using var scope = new TensorScope();
        double[] spectrum = [.. Enumerable.Range(0, 200).Select(i => i < rank ? Math.Pow(-0.8, i) : 0)];
        Tensor matrix = Matrices.WithSpectrum(spectrum, seed: 5);
        TraceEstimate trace = TraceEstimate.HutchPlusPlus(new DenseOperator(matrix), products: 30, seed: 2);
        Assert.Equal(spectrum.Sum(), trace.Trace, 1e-12);
        Assert.Equal(spectrum.Sum(value => value * value), trace.SquareTrace, 1e-12);
        Assert.InRange(trace.StandardError, 0, 1e-12);
        Assert.False(trace.Exact);
        Assert.InRange(trace.Products, 20 + rank, 30);
    }

    [Fact]
    public void Over_many_seeds_the_error_is_as_large_as_the_standard_error_says()
    {
        using var scope = new TensorScope();
        double[] spectrum = Spectra.Training(150, seed: 3);
        Tensor matrix = Matrices.WithSpectrum(spectrum, seed: 6);
        (double exact, double exactSquares) = (spectrum.Sum(), spectrum.Sum(value => value * value));
        TraceEstimate[] estimates = [.. Enumerable.Range(0, 60).Select(seed =>
            TraceEstimate.HutchPlusPlus(new DenseOperator(matrix), products: 60, seed: (ulong)seed))];
        double[] scores = [.. estimates.Select(estimate => (estimate.Trace - exact) / estimate.StandardError)];
        double[] squareScores = [.. estimates.Select(estimate => (estimate.SquareTrace - exactSquares) / estimate.SquareStandardError)];

        // Student's t with 19 degrees of freedom has variance 19/17; the bounds are four deviations of the mean and the mean square.
        foreach (double[] z in (double[][])[scores, squareScores])
        {
            Assert.InRange(z.Average(), -4 * 1.06 / Math.Sqrt(60), 4 * 1.06 / Math.Sqrt(60));
            Assert.InRange(z.Average(score => score * score), 0.3, 2.2);
        }

        // Hutchinson alone, at the same 60 products, errs by √(2(‖A‖_F² − Σ A_ii²)/60).
        double[] entries = matrix.ToArray<double>();
        double diagonal = Enumerable.Range(0, 150).Sum(i => entries[i * 151] * entries[i * 151]);
        Assert.True(estimates.Average(estimate => estimate.StandardError) < 0.5 * Math.Sqrt(2 * (exactSquares - diagonal) / 60));
    }

    [Theory]
    [InlineData("mlp", "ce")]
    [InlineData("batch-norm", "mse")]
    [InlineData("cnn", "squared")]
    [InlineData("attention", "mse")]
    public void Trace_and_density_of_a_network_are_within_three_standard_errors(string name, string loss)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        DenseCase network = DenseCase.Named(name);
        Tensor weights = network.Weights();
        double[,] hessian = network.Exact(loss, weights).Hessian;
        double trace = Enumerable.Range(0, hessian.GetLength(0)).Sum(i => hessian[i, i]);
        double squares = hessian.Cast<double>().Sum(entry => entry * entry);
        using NetworkObjective objective = network.Objective(loss, workers);
        using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
        var matrix = new HessianOperator(objective, at);
        TraceEstimate estimate = TraceEstimate.HutchPlusPlus(matrix, products: (int)Math.Min(60, objective.Dimension - 1), seed: 1);
        Assert.False(estimate.Exact);
        Assert.InRange(estimate.Trace, trace - (3 * estimate.StandardError), trace + (3 * estimate.StandardError));
        Assert.InRange(
            estimate.SquareTrace, squares - (3 * estimate.SquareStandardError), squares + (3 * estimate.SquareStandardError));
        SpectralDensity density = SpectralDensity.Estimate(matrix, probes: 40, steps: 8, seed: 1);
        (SampleMean first, SampleMean second) = (density.Moment(1), density.Moment(2));
        double p = objective.Dimension;
        Assert.InRange(trace / p, first.Mean - (3 * first.StandardError), first.Mean + (3 * first.StandardError));
        Assert.InRange(squares / p, second.Mean - (3 * second.StandardError), second.Mean + (3 * second.StandardError));
        Assert.Equal(1, density.Smooth().Integral(), 1e-6);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_another_estimate()
    {
        using var scope = new TensorScope();
        Tensor matrix = Matrices.Random(100, seed: 8);
        TraceEstimate Estimate(ulong seed) => TraceEstimate.HutchPlusPlus(new DenseOperator(matrix), 30, seed);
        Assert.Equal(Estimate(1), Estimate(1));
        Assert.NotEqual(Estimate(1).Trace, Estimate(2).Trace);
    }

    [Fact]
    public void A_product_that_is_not_finite_is_refused()
    {
        using var scope = new TensorScope();
        var broken = new DelegateOperator(100, ScalarType.Float64, Device.Cpu, v => v * double.NaN);
        Assert.Throws<BrinkException>(() => TraceEstimate.HutchPlusPlus(broken, 30));
        Assert.Throws<BrinkException>(() => SpectralDensity.Estimate(broken));
        Assert.Throws<BrinkException>(() => DenseSpectrum.Of(broken));
    }
}
