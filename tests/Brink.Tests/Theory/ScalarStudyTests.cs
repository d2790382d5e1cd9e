using Brink.Theory;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Theory;

/// <summary>The monotone fall of φ under gradient descent: counts, counter-examples searched for, and a check that would see one.</summary>
public sealed class ScalarStudyTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(10)]
    public void Phi_rises_in_no_run_that_stays_in_the_hypotheses(int depth)
    {
        ScalarCount count = ScalarStudy.Count(depth, 600, 300, 1, TestContext.Current.CancellationToken);
        Assert.InRange(count.InHypotheses, 100, 600);
        Assert.Equal(0, count.Rose);
        Assert.InRange(count.AtTheEdge, count.InHypotheses / 3, count.InHypotheses);
    }

    [Fact]
    public void No_counter_example_is_found() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(
            (from depth in Gen.Choose(2, 8) from seed in Gen.Choose(0, 1_000_000) from part in Gen.Choose(1, 999) select (depth, seed, part)).ToArbitrary(),
            draw =>
            {
                // Log-uniform weights: far more unbalanced than the counts' starts.
                var random = new Random(draw.seed);
                double[] w = [.. Enumerable.Range(0, draw.depth).Select(_ => Math.Exp((4 * random.NextDouble()) - 2))];
                var network = new ScalarNetwork(draw.depth);
                double eta = (2 + ((Math.Sqrt(8) - 2) * draw.part / 1000)) / network.FlowLimitSharpness(w);
                var descent = new ScalarDescent(network, eta);
                ScalarRun run = ScalarStudy.Judge(descent, descent.Run(w, 100));
                Assert.True(run.Unmet is not null || run.LargestExcess <= 0, $"({string.Join(", ", w)}), η = {eta:R}: φ rose by {run.LargestExcess}");
            }));

    [Fact]
    public void A_rise_would_be_seen_and_the_tolerance_is_small()
    {
        var network = new ScalarNetwork(3);
        double[] start = [1.4, 0.9, 0.8];
        double eta = 2.5 / network.FlowLimitSharpness(start);
        var descent = new ScalarDescent(network, eta);
        ScalarPoint[] points = [.. descent.Run(start, 30)];
        Assert.True(ScalarStudy.Judge(descent, points) is { Unmet: null, LargestExcess: <= 0 });
        // The same run backwards: φ rises, by far more than the tolerance.
        ScalarPoint[] backwards = [.. points.Take(4).Reverse().Select((point, i) => point with { Iteration = i })];
        var slower = new ScalarDescent(network, 2.2 / backwards[0].GfsSharpness!.Value);
        Assert.True(ScalarStudy.Judge(slower, backwards).LargestExcess > 1e-6);
        Assert.All(points.Zip(points.Skip(1)), pair => Assert.InRange(
            descent.RisingTolerance(pair.First.Weights, pair.Second.Weights, network.FlowLimit(pair.Second.Weights)), 1e-16, 1e-12));
    }

    [Fact]
    public void The_tolerance_covers_the_error_of_the_closed_form()
    {
        // φ computed from points shifted along the flow's invariants must agree: scaling t keeps w² − m² exactly in theory, so the two values differ by rounding alone.
        var random = new Random(5);
        for (int i = 0; i < 200; i++)
        {
            double[] w = [.. Enumerable.Range(0, 4).Select(_ => 0.1 + (2 * random.NextDouble()))];
            var network = new ScalarNetwork(4);
            double[] end = network.FlowLimit(w);
            double tolerance = new ScalarDescent(network, 0.1).RisingTolerance(w, end, end);
            Assert.InRange(Math.Abs(network.FlowLimitSharpness(end) - network.FlowLimitSharpness(w)), 0, tolerance);
        }
    }

    [Fact]
    public void The_map_holds_all_its_regions_and_no_rise()
    {
        IReadOnlyList<ScalarMapCell> map = ScalarMap.Draw(2, 0.5, 24, 200, TestContext.Current.CancellationToken);
        Assert.Equal(576, map.Count);
        Assert.Contains(map, cell => cell.Outcome == ScalarOutcome.Fell);
        Assert.Contains(map, cell => cell.Outcome == ScalarOutcome.OutsideStart);
        Assert.DoesNotContain(map, cell => cell.Outcome == ScalarOutcome.Rose);
        Assert.All(map, cell => Assert.Equal(cell.Outcome != ScalarOutcome.OutsideStart, cell.EtaGfsSharpness > 2 && cell.EtaGfsSharpness < Math.Sqrt(8)));
    }

    [Fact]
    public void Outside_the_hypotheses_there_is_no_judgement()
    {
        Assert.Contains("depth is 1", Judge(new ScalarNetwork(1), 0.5, [0.3]).Unmet);
        Assert.Contains("not 1", Judge(new ScalarNetwork(2, 2), 0.5, [1, 1.5]).Unmet);
        Assert.Contains("φ₀η", Judge(new ScalarNetwork(2), 0, [1, 1.5]).Unmet);
        Assert.Contains("orthant", Judge(new ScalarNetwork(2), 0.5, [-1, 1.5]).Unmet);
        Assert.Contains("orthant", Judge(new ScalarNetwork(2), 0.5, [0, 0]).Unmet); // the saddle
        Assert.Contains("orthant", Judge(new ScalarNetwork(2), 0.5, [1e200, 1e200]).Unmet); // overflow
        Assert.Throws<BrinkException>(() => new ScalarDescent(new ScalarNetwork(2), double.NaN));
        Assert.Throws<BrinkException>(() => new ScalarDescent(new ScalarNetwork(2), 1).Run([1, 2, 3], 5));

        // MathNet's decomposition fails where the squares of a Hessian's entries overflow.
        Assert.Equal(3e200, new ScalarNetwork(2).Sharpness([1e100, 1e100]), 2e186);
        Assert.True(double.IsNaN(new ScalarNetwork(2).Sharpness([1e300, 1e300])));

        // A saddle stays where it is, and its flow has no minimum; a denormal start lies in the orthant and goes on.
        Assert.All(new ScalarDescent(new ScalarNetwork(2), 0.5).Run([0, 0], 4), point => Assert.True(point is { Loss: 0.5, GfsSharpness: null }));
        ScalarPoint[] tiny = [.. new ScalarDescent(new ScalarNetwork(2), 0.5).Run([double.Epsilon, double.Epsilon], 4)];
        Assert.Equal(2, tiny[0].GfsSharpness!.Value, 1e-12);
        Assert.True(tiny[^1].IsFinite);
    }

    [Fact]
    public void Squared_regression_falls_too_and_is_judged_within_its_hypotheses_only()
    {
        (double[,] x, double[] y) = SquaredDescent.RandomData(2, 5, 2);
        double[] start = SquaredDescent.RandomStart(5, 2);
        var model = new SquaredRegression(x, y);
        double phi = model.FlowLimitSharpness(start);
        var descent = new SquaredDescent(model, 2.4 / phi);
        SquaredPoint[] points = [.. descent.Run(start, 200)];
        Assert.Equal(VerdictOutcome.Holds, Assert.Single(descent.Verdicts(points)).Outcome);
        Assert.Equal(VerdictOutcome.Fails, Assert.Single(new SquaredDescent(model, 2.4 / points[^1].GfsSharpness!.Value).Verdicts([.. points.Reverse()])).Outcome);
        foreach (double eta in (double[])[0, 1.9 / phi, 3 / phi, 1e3])
        {
            var outside = new SquaredDescent(model, eta);
            Assert.Equal(VerdictOutcome.NotApplicable, Assert.Single(outside.Verdicts([.. outside.Run(start, 200)])).Outcome);
        }
    }

    private static ScalarRun Judge(ScalarNetwork network, double eta, double[] start)
    {
        var descent = new ScalarDescent(network, eta);
        return ScalarStudy.Judge(descent, descent.Run(start, 50));
    }
}
