using Brink.Curvature;
using Brink.Objectives;
using Brink.Tests.Methods;
using Brink.Tests.Objectives;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Curvature;

/// <summary>The quotients along −g against closed forms and differences.</summary>
public sealed class SegmentSmoothnessTests
{
    [Fact]
    public void On_a_quadratic_every_quotient_is_that_of_the_hessian() =>
        Prop.ForAll(
            Gen.Choose(-400, 400).Select(k => k / 100.0).ArrayOf(4).Zip(Gen.Choose(1, 300).Select(k => k / 100.0).ArrayOf(4)).ToArbitrary(),
            given =>
            {
                (double[] curvatures, double[] at) = given;
                using var scope = new TensorScope();
                var objective = new ClosedFormObjective(Quadratic.Diagonal(curvatures), 4);
                using Evaluation here = objective.At(at);
                double[] g = [.. curvatures.Zip(at, (a, x) => a * x)];
                double[] hg = [.. curvatures.Zip(g, (a, x) => a * x)];
                if (Plain.Dot(g, g) == 0)
                {
                    return;
                }

                double exact = Math.Sqrt(Plain.Dot(hg, hg) / Plain.Dot(g, g));
                using var segment = new SegmentSmoothness(objective, here);
                foreach (double eta in (double[])[1e-3, 0.1, 1, 10])
                {
                    Assert.Equal(exact, segment.Quotient(eta), 1e-11 * (1 + exact) / Math.Min(1, eta));
                }

                (double rayleigh, double norm) = segment.AlongGradient();
                Assert.Equal(exact, norm, 1e-12 * exact);
                Assert.Equal(Plain.Dot(g, hg) / Plain.Dot(g, g), rayleigh, 1e-12 * (1 + exact));
                Assert.Equal((4, 1), (segment.Gradients, objective.Products));
                Assert.Equal(1, objective.Alive);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Theory]
    [InlineData("tanh", ScalarType.Float64, 1e-5)]
    [InlineData("relu", ScalarType.Float64, 1e-5)]
    [InlineData("tanh", ScalarType.Float32, 2e-4)]
    public void On_a_network_they_are_those_of_differences_of_the_plain_loss(string activation, ScalarType type, double tolerance)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        var problem = new TinyProblem { Activation = activation, Type = type, Widths = [5] };
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(3));
        double[] w = problem.Weights().To(ScalarType.Float64).ToArray<double>();
        double[] g = Slope(problem, w);
        using Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), Wanted.Value);
        using var segment = new SegmentSmoothness(objective, at);
        Assert.Equal(Math.Sqrt(Plain.Dot(g, g)), segment.GradientNorm, tolerance);
        foreach (double eta in (double[])[0.1, 1, 10])
        {
            double[] there = Slope(problem, Plain.Step(w, eta, g));
            double change = Math.Sqrt(g.Zip(there, (a, b) => (a - b) * (a - b)).Sum());
            double expected = change / (eta * Math.Sqrt(Plain.Dot(g, g)));
            Assert.Equal(expected, segment.Quotient(eta), tolerance * (1 + expected) / Math.Min(1, eta));
        }
    }

    [Fact]
    public void Short_steps_have_the_quotient_of_the_hessian_and_long_ones_may_have_none()
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        var problem = new TinyProblem { Widths = [5, 4] };
        using NetworkObjective objective = problem.Objective(workers);
        using Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), Wanted.Value);
        using var segment = new SegmentSmoothness(objective, at);
        double limit = segment.AlongGradient().Norm;
        double far = Math.Abs(segment.Quotient(1e-2) - limit);
        double near = Math.Abs(segment.Quotient(1e-3) - limit);
        Assert.InRange(near, 0, 0.2 * far);
        Assert.InRange(near, 0, 1e-2 * limit);

        var cliff = new ClosedFormObjective(new OneDimensional(x => x < 0 ? double.NaN : x, x => x < 0 ? double.NaN : 1, _ => 0), 1);
        using Evaluation edge = cliff.At(1);
        using var over = new SegmentSmoothness(cliff, edge);
        Assert.Equal(0, over.Quotient(0.5));
        Assert.Equal(double.NaN, over.Quotient(2));
    }

    [Fact]
    public void Where_the_gradient_is_zero_there_is_no_direction()
    {
        using var scope = new TensorScope();
        var objective = new ClosedFormObjective(Quadratic.Diagonal(1, 2), 2);
        using Evaluation at = objective.At(0, 0);
        using var segment = new SegmentSmoothness(objective, at);
        Assert.Equal(double.NaN, segment.Quotient(1));
        Assert.Equal((double.NaN, double.NaN), segment.AlongGradient());
        Assert.Equal((0, 0), (segment.Gradients, objective.Products));
        Assert.Equal(double.PositiveInfinity, segment.Resolution);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Above_its_resolution_rounding_moves_a_point_by_one_percent_at_most(ScalarType type)
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        var problem = new TinyProblem { Type = type, Widths = [20, 20] };
        using NetworkObjective objective = problem.Objective(workers);
        Tensor weights = problem.Weights();
        using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Value);
        using var segment = new SegmentSmoothness(objective, at);
        Tensor moved = weights.AddScaled(at.Gradient(), -segment.Resolution).To(ScalarType.Float64);
        double[] exact = [.. weights.To(ScalarType.Float64).ToArray<double>().Zip(
            at.Gradient().To(ScalarType.Float64).ToArray<double>(), (w, g) => w - (segment.Resolution * g))];
        double error = Math.Sqrt(moved.ToArray<double>().Zip(exact, (a, b) => (a - b) * (a - b)).Sum());
        double share = error / (segment.Resolution * segment.GradientNorm);
        Assert.InRange(share, type == ScalarType.Float32 ? 1e-4 : 0, 0.0101);
    }

    /// <summary>∇f by central differences of the loss in loops.</summary>
    private static double[] Slope(TinyProblem problem, double[] w)
    {
        const double Half = 1e-5;
        return [.. w.Select((x, i) =>
        {
            double[] up = [.. w];
            double[] down = [.. w];
            (up[i], down[i]) = (x + Half, x - Half);
            return (problem.PlainLoss(up) - problem.PlainLoss(down)) / (2 * Half);
        })];
    }
}
