using Brink.Theory;
using Brink.Torch;

namespace Brink.Tests.Theory;

/// <summary>Linear networks against automatic differentiation, scalar networks, closed forms of the flattest minimiser, and the transition at η_c.</summary>
public sealed class LinearNetworkTests
{
    private static readonly double[,] s_inputs = { { 1, 0.2, -0.3 }, { 0.4, 0.9, 0.1 } };
    private static readonly double[,] s_targets = { { 1, 0.5, 0 }, { 0, 2, 1 } };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Derivatives_are_automatic_differentiations(bool perSample)
    {
        foreach (int[] widths in (int[][])[[2, 2], [2, 3, 2], [2, 1, 4, 2]])
        {
            var network = new LinearNetwork(widths, s_inputs, s_targets, perSample);
            TheoryAutogradTests.Agree(network, TheoryProblems.Start(network.Dimension, 3, positive: false), w =>
            {
                Tensor output = Tensor.From([.. s_inputs.Cast<double>()], 2, 3);
                int place = 0;
                for (int l = 1; l < widths.Length; l++)
                {
                    int size = widths[l] * widths[l - 1];
                    output = w.Narrow(0, place, size).View(widths[l], widths[l - 1]).MatrixProduct(output);
                    place += size;
                }

                Tensor residual = output - Tensor.From([.. s_targets.Cast<double>()], 2, 3);
                return (residual * residual).Sum() * (perSample ? 0.5 / 3 : 0.5);
            });
        }
    }

    [Fact]
    public void Of_width_one_it_is_the_scalar_network_to_the_third_derivative()
    {
        for (int depth = 1; depth <= 5; depth++)
        {
            LinearNetwork linear = Scalar(depth, 1.3);
            var scalar = new ScalarNetwork(depth, 1.3);
            double[] w = TheoryProblems.Start(depth, 1, positive: true);
            double[] u = TheoryProblems.Start(depth, 2, positive: false);
            double[] v = TheoryProblems.Start(depth, 3, positive: false);
            double[] ours = new double[depth];
            double[] theirs = new double[depth];
            linear.ThirdDerivative(w, u, v, ours);
            scalar.ThirdDerivative(w, u, v, theirs);
            Assert.All(ours.Zip(theirs), pair => Assert.Equal(pair.First, pair.Second, 1e-12 * (1 + Math.Abs(pair.First))));
            Assert.Equal(scalar.FlowLimitSharpness(w), linear.FlowLimitSharpness(w));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 0.7)]
    [InlineData(3, 2)]
    [InlineData(4, 0.5)]
    [InlineData(5, 1.5)]
    [InlineData(6, -1.3)]
    public void The_flattest_minimiser_of_a_scalar_network(int depth, double target)
    {
        double exact = depth * Math.Pow(Math.Abs(target), 2 - (2.0 / depth));
        var minimizers = new LinearMinimizers(Scalar(depth, target));
        Assert.Equal(exact, minimizers.ClosedFormSharpness!.Value, 1e-12);
        LinearMinimizer found = minimizers.Flattest(1);
        Assert.InRange(found.Sharpness, exact * (1 - 1e-12), exact * (1 + 1e-6));
        Assert.Equal(1, found.Rank);
    }

    [Fact]
    public void The_flattest_minimiser_of_a_wider_network_for_white_inputs()
    {
        var minimizers = new LinearMinimizers(new LinearNetwork([2, 3, 2, 2], Identity(2), new double[,] { { 1, 0.3 }, { -0.2, 1.4 } }));
        double sharpness = minimizers.Flattest(2).Sharpness;
        Assert.InRange(sharpness, minimizers.ClosedFormSharpness!.Value * (1 - 1e-10), minimizers.ClosedFormSharpness.Value * 1.001);
        Assert.Equal(minimizers.ClosedFormSharpness.Value, minimizers.Balanced().Sharpness, 1e-10);
    }

    [Fact]
    public void The_rank_is_constant_for_a_full_rank_target_only()
    {
        var full = new LinearMinimizers(new LinearNetwork([2, 2, 2], Identity(2), new double[,] { { 1, 0 }, { 0, 2 } }));
        Assert.True(full.IsFullRank);
        Assert.Equal([4], Enumerable.Range(0, 20).Select(i => full.Sample((ulong)i)!.Rank).Append(full.Balanced().Rank).Distinct());
        var deficient = new LinearMinimizers(new LinearNetwork([2, 2, 2], Identity(2), new double[,] { { 1, 0 }, { 0, 0 } }));
        Assert.False(deficient.IsFullRank);
        Assert.Equal(4, deficient.Sample(1)!.Rank);
        Assert.Equal(3, deficient.Balanced().Rank);
    }

    [Fact]
    public void Descent_converges_from_some_starts_below_the_critical_step_and_from_none_above()
    {
        LinearStudy study = LinearStudy.Run(
            Scalar(2, 1), new LinearStudyOptions([0.3, 0.6, 0.9, 1.05, 1.2, 1.5], 200, 1, 2000, 20, 0), TestContext.Current.CancellationToken);
        Assert.Equal(1, study.CriticalStep!.Value, 1e-12);
        Assert.All(study.Lines, line => Assert.Equal(line.Eta < 1, line.FractionConverged > 0));
        Assert.All(study.Lines.Where(line => line.Eta > 1), line => Assert.InRange(line.MedianGradientNorm!.Value, 1e-3, 10));
        Assert.All(study.Verdicts, verdict => Assert.Equal(VerdictOutcome.Holds, verdict.Outcome));
    }

    [Fact]
    public void A_step_in_place_is_the_gradients()
    {
        var network = new LinearNetwork([2, 3, 2], s_inputs, s_targets, perSample: true);
        double[] w = TheoryProblems.Start(network.Dimension, 3, positive: false);
        double[] gradient = new double[w.Length];
        network.Gradient(w, gradient);
        double[] moved = [.. w];
        (double loss, double norm) = new LinearDescent(network).Step(moved, 0.1);
        Assert.Equal(network.Value(w), loss, 1e-14);
        Assert.Equal(Math.Sqrt(gradient.Sum(x => x * x)), norm, 1e-13);
        Assert.All(moved.Select((x, i) => x - (w[i] - (0.1 * gradient[i]))), error => Assert.Equal(0, error, 1e-14));
    }

    [Fact]
    public void An_unattainable_target_has_its_least_loss_and_no_verdict_on_zero_loss()
    {
        // Reduced-rank regression by hand: y = (1, 2) on one input direction, and a bottleneck that keeps the larger singular value.
        Assert.Equal(0.5, new LinearMinimizers(new LinearNetwork([2, 1, 2], Identity(2), new double[,] { { 1, 0 }, { 0, 2 } })).LeastLoss, 1e-13);
        LinearStudy study = LinearStudy.Run(
            new LinearNetwork([2, 1, 2], Identity(2), new double[,] { { 1, 0 }, { 0, 2 } }),
            new LinearStudyOptions([0, 0.1], 20, 1, 3000, 5, 0), TestContext.Current.CancellationToken);
        Assert.Equal(0, study.Lines[0].FractionConverged);
        Assert.InRange(study.Lines[1].FractionConverged, 0.5, 1);
        Assert.All(study.Verdicts.Skip(1), verdict => Assert.Equal(VerdictOutcome.NotApplicable, verdict.Outcome));
    }

    [Fact]
    public void Degenerate_input_is_refused_with_the_range_or_does_as_mathematics_says()
    {
        Assert.Throws<BrinkException>(() => new LinearNetwork([1], Identity(1), Identity(1)));
        Assert.Throws<BrinkException>(() => new LinearNetwork([1, 0, 1], Identity(1), Identity(1)));
        Assert.Throws<BrinkException>(() => new LinearNetwork([2, 1], Identity(1), Identity(1)));
        Assert.Throws<BrinkException>(() => new LinearNetwork([1, 1], Identity(1), new double[,] { { double.NaN } }));
        Assert.Throws<BrinkException>(() => new LinearNetwork([2, 2], Identity(2), Identity(2)).FlowLimit([1, 0, 0, 1]));

        // y = 0: the origin is a minimiser with λ₁ = 0, so no step is too large for all starts.
        LinearStudy zero = LinearStudy.Run(Scalar(2, 0), new LinearStudyOptions([0.1, 3], 20, 1, 500, 5, 0), TestContext.Current.CancellationToken);
        Assert.Null(zero.CriticalStep);
        Assert.Contains(zero.Verdicts, verdict => verdict.UnmetHypothesis?.Contains("target is 0", StringComparison.Ordinal) == true);

        // Depth 1 is a parabola: every start converges below 2 and none above.
        LinearStudy line = LinearStudy.Run(Scalar(1, 1), new LinearStudyOptions([1.9, 2.1], 50, 1, 3000, 5, 0), TestContext.Current.CancellationToken);
        Assert.Equal([1.0, 0.0], line.Lines.Select(each => each.FractionConverged));
        // Starts that overflow at once have diverged.
        LinearSweepLine far = new LinearMonteCarlo(Scalar(3, 1), 0, new LinearStudyOptions([0.5], 10, 1e200, 100, 1, 0)).Run(0.5, CancellationToken.None);
        Assert.Equal(1, far.FractionDiverged);
        Assert.Null(far.MedianGradientNorm);
    }

    private static LinearNetwork Scalar(int depth, double target) =>
        new([.. Enumerable.Repeat(1, depth + 1)], Identity(1), new double[,] { { target } });

    private static double[,] Identity(int size)
    {
        double[,] identity = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            identity[i, i] = 1;
        }

        return identity;
    }
}
