using Brink.Theory;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Theory;

/// <summary>The closed-form limits of gradient flow against plain integration, the conserved quantities, and the numbers of the literature.</summary>
public sealed class FlowLimitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public void A_scalar_network_ends_where_integration_ends(int depth)
    {
        for (ulong seed = 0; seed < 4; seed++)
        {
            var model = new ScalarNetwork(depth, seed % 2 == 0 ? 1 : 1.4);
            double[] start = TheoryProblems.Start(depth, seed, positive: seed < 2);
            double[] limit = model.FlowLimit(start);
            Near(TheoryProblems.Integrate(model, start), limit, 1e-6);
            Assert.InRange(Math.Abs(limit.Aggregate((a, b) => a * b) - model.Target), 0, 1e-13);
            Assert.InRange(Math.Abs((model.FlowLimitSharpness(start) / model.Sharpness(limit)) - 1), 0, 1e-9);
        }
    }

    [Fact]
    public void The_flow_of_a_scalar_network_keeps_differences_of_squares_and_ends_no_flatter_than_balanced_weights()
    {
        Gen<double[]> starts =
            from depth in Gen.Choose(2, 7)
            from numbers in Gen.Choose(1, 3000).ArrayOf(depth)
            select numbers.Select(number => number / 1000.0).ToArray();
        Prop.ForAll(starts.ToArbitrary(), start =>
        {
            var model = new ScalarNetwork(start.Length);
            double[] limit = model.FlowLimit(start);
            for (int i = 1; i < start.Length; i++)
            {
                double before = (start[i] * start[i]) - (start[0] * start[0]);
                Assert.InRange(Math.Abs((limit[i] * limit[i]) - (limit[0] * limit[0]) - before), 0, 1e-12);
            }

            Assert.InRange(model.Value(limit), 0, 1e-24);
            Assert.True(model.FlowLimitSharpness(start) >= model.FlattestSharpness * (1 - 1e-12));
            return true;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void Two_signs_flipped_change_nothing_and_the_smallest_weight_may_cross_zero()
    {
        var model = new ScalarNetwork(3);
        double phi = model.FlowLimitSharpness([0.5, 0.9, 1.3]);
        Assert.Equal(phi, model.FlowLimitSharpness([-0.5, 0.9, -1.3]));
        Assert.Equal(phi, model.FlowLimitSharpness([-0.5, 0.9, 1.3]));
        Assert.True(model.FlowLimit([-0.5, 0.9, 1.3])[0] > 0);
        Near(TheoryProblems.Integrate(model, [-0.5, 0.9, 1.3]), model.FlowLimit([-0.5, 0.9, 1.3]), 1e-6);
    }

    [Theory]
    [InlineData(-0.6, 0.6)]
    [InlineData(0.0, 0.0)]
    public void A_start_that_flows_to_a_saddle_is_refused(double first, double second)
    {
        BrinkException refused = Assert.Throws<BrinkException>(() => new ScalarNetwork(2).FlowLimit([first, second]));
        Assert.Contains("saddle", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void What_is_no_start_is_refused()
    {
        Assert.Contains("3", Assert.Throws<BrinkException>(() => new ScalarNetwork(3).FlowLimit([1, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("finite", Assert.Throws<BrinkException>(() => new ScalarNetwork(2).FlowLimit([1, double.NaN])).Message, StringComparison.Ordinal);
        Assert.Throws<BrinkException>(() => new ScalarNetwork(0));
        Assert.Throws<BrinkException>(() => new ScalarNetwork(2, -1));
        Assert.Throws<BrinkException>(() => new SquaredRegression(new double[3, 2], [1, 2, 3]));
        Assert.Throws<BrinkException>(() => new SquaredRegression(new[,] { { double.NaN, 1 } }, [1]));
    }

    /// <summary>
    /// Kreisler et al.: for starts with φ₀η between 2 and 2√2 in the positive orthant φ never rises along GD as long as it stays
    /// there; many runs end at the edge, φη between 1.5 and 2.05.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public void Along_gradient_descent_the_closed_form_never_rises(int depth)
    {
        var model = new ScalarNetwork(depth);
        var random = new Random(depth);
        int stayed = 0;
        int atTheEdge = 0;
        for (int trial = 0; trial < 60; trial++)
        {
            double[] w = [.. Enumerable.Range(0, depth).Select(_ => 0.4 + (1.2 * random.NextDouble()))];
            double phi = model.FlowLimitSharpness(w);
            double eta = (2 + ((Math.Sqrt(8) - 2) * random.NextDouble())) / phi;
            double[] gradient = new double[depth];
            double worst = 0;
            for (int k = 0; k < 400 && w.Min() > 0; k++)
            {
                model.Gradient(w, gradient);
                w = [.. w.Zip(gradient, (x, g) => x - (eta * g))];
                if (w.Min() > 0)
                {
                    double next = model.FlowLimitSharpness(w);
                    worst = Math.Max(worst, (next / phi) - 1);
                    phi = next;
                }
            }

            if (w.Min() > 0)
            {
                stayed++;
                atTheEdge += phi * eta is > 1.5 and < 2.05 ? 1 : 0;
                Assert.InRange(worst, 0, 1e-12);
            }
        }

        Assert.True(stayed >= 20 && atTheEdge > stayed / 4, $"{stayed} stayed, {atTheEdge} ended at the edge");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 6)]
    [InlineData(3, 9)]
    public void Squared_regression_ends_where_integration_ends(int samples, int features)
    {
        for (ulong seed = 0; seed < 3; seed++)
        {
            SquaredRegression model = TheoryProblems.Regression(samples, features, seed);
            double[] start = TheoryProblems.Start(2 * features, seed, positive: false);
            double[] limit = model.FlowLimit(start);
            Near(TheoryProblems.Integrate(model, start), limit, 1e-6);
            Assert.InRange(model.Value(limit), 0, 1e-22);
            Assert.InRange(Math.Abs((model.FlowLimitSharpness(start) / model.Sharpness(limit)) - 1), 0, 1e-9);
            for (int i = 0; i < features; i++)
            {
                Assert.Equal(start[i] * start[features + i], limit[i] * limit[features + i], 1e-12);
            }
        }
    }

    [Fact]
    public void Far_and_tiny_starts_are_no_harder()
    {
        SquaredRegression model = TheoryProblems.Regression(5, 40, 9);
        foreach (double scale in (double[])[1e-6, 1e-2, 10, 100])
        {
            double[] start = [.. TheoryProblems.Start(80, 3, positive: true).Select(x => scale * x)];
            double[] limit = model.FlowLimit(start);
            Assert.InRange(model.Value(limit), 0, 1e-16 * Math.Max(1, scale * scale));
        }
    }

    [Fact]
    public void Zeros_are_allowed_as_long_as_the_targets_can_be_fitted()
    {
        var model = new SquaredRegression(new[,] { { 1.0, 2.0 } }, [1.5]);
        double[] limit = model.FlowLimit([0.5, 0.4, 0, 0.3]);
        Assert.Equal(0, limit[2]);
        Near(TheoryProblems.Integrate(model, [0.5, 0.4, 0, 0.3]), limit, 1e-6);
        string refused = Assert.Throws<BrinkException>(() => new SquaredRegression(new[,] { { 1.0, 2.0 } }, [-1.5]).FlowLimit([0.5, 0.4, 0, 0])).Message;
        Assert.Contains("zero", refused, StringComparison.Ordinal);
        Assert.Throws<BrinkException>(() => model.FlowLimit([0, 0, 0, 0]));
    }

    private static void Near(double[] expected, double[] actual, double tolerance) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance));
}
