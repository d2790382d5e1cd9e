using Brink.Methods;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Methods;

public sealed class FixedStepTests
{
    private static readonly double[] Start = [-1.2, 1];

    [Fact]
    public void Gradient_descent_goes_down_the_gradient()
    {
        var form = new Rosenbrock();
        using var method = new GradientDescent(1e-3);
        Follow(method, form, w => Plain.Step(w, 1e-3, form.Gradient(w)));
    }

    [Fact]
    public void Heavy_ball_adds_the_gradient_to_a_decaying_velocity()
    {
        var form = new Rosenbrock();
        double[] velocity = [0, 0];
        using var method = new GradientDescent(1e-3, momentum: 0.9);
        Follow(method, form, w =>
        {
            velocity = [.. velocity.Zip(form.Gradient(w), (v, g) => (0.9 * v) + g)];
            return Plain.Step(w, 1e-3, velocity);
        });
    }

    [Fact]
    public void Nesterov_steps_along_gradient_plus_velocity_and_decay_adds_the_weights()
    {
        var form = new Rosenbrock();
        double[] velocity = [0, 0];
        using var method = new GradientDescent(1e-3, momentum: 0.8, nesterov: true, weightDecay: 0.1);
        Follow(method, form, w =>
        {
            double[] gradient = [.. form.Gradient(w).Zip(w, (g, x) => g + (0.1 * x))];
            velocity = [.. velocity.Zip(gradient, (v, g) => (0.8 * v) + g)];
            return Plain.Step(w, 1e-3, [.. gradient.Zip(velocity, (g, v) => g + (0.8 * v))]);
        });
    }

    [Fact]
    public void Sam_takes_its_gradient_uphill_and_keeps_a_velocity()
    {
        var form = new Rosenbrock();
        double[] velocity = [0, 0];
        using var method = new SharpnessAwareMinimization(1e-3);
        Follow(
            method,
            form,
            w =>
            {
                double[] gradient = form.Gradient(w);
                double[] uphill = Plain.Step(w, -0.05 / Math.Sqrt(Plain.Dot(gradient, gradient)), gradient);
                double[] d = [.. form.Gradient(uphill).Zip(w, (g, x) => g + (1e-4 * x))];
                velocity = [.. velocity.Zip(d, (v, x) => (0.9 * v) + x)];
                return Plain.Step(w, 1e-3, velocity);
            },
            gradients: 2);
    }

    [Fact]
    public void Sam_stays_where_the_gradient_vanishes()
    {
        using var method = new SharpnessAwareMinimization(0.1, weightDecay: 0);
        Taken taken = Trajectory.Run(method, new ClosedFormObjective(new Rosenbrock(), 2), [1, 1], 1)[0];
        Assert.Equal([1.0, 1.0], taken.To);
    }

    [Fact]
    public void Cdat_divides_the_squared_gradient_by_its_curvature()
    {
        var form = new Rosenbrock();
        var objective = new ClosedFormObjective(form, 2);
        using var method = new CurvatureDynamicsAwareTuning();
        foreach (Taken taken in Trajectory.Run(method, objective, [-1.2, 1], 30))
        {
            double[] gradient = form.Gradient(taken.From);
            double curvature = Plain.Dot(gradient, form.HessianTimes(taken.From, gradient));
            double expected = 2.06 * Plain.Dot(gradient, gradient) / Math.Abs(curvature);
            Assert.Equal(expected, taken.Report.StepSize, 1e-10 * expected);
            Assert.Equal(1, taken.Report.HessianVectorProducts);
            Assert.Equal(taken.To[0], Plain.Step(taken.From, expected, gradient)[0], 1e-8 * (1 + Math.Abs(taken.To[0])));
        }

        Assert.Equal(30, objective.Products);
    }

    [Fact]
    public void Cdat_on_negative_curvature_steps_as_far_as_on_positive()
    {
        using var method = new CurvatureDynamicsAwareTuning(2);
        Taken taken = Trajectory.Run(method, new ClosedFormObjective(Quadratic.Diagonal(-4), 1), [1], 1)[0];
        Assert.Equal(0.5, taken.Report.StepSize, 1e-15);
        Assert.Equal(3, taken.To[0], 1e-14);
    }

    [Theory]
    [InlineData(Brink.Torch.ScalarType.Float64, 0.0)]
    [InlineData(Brink.Torch.ScalarType.Float32, 0.0)]
    [InlineData(Brink.Torch.ScalarType.Float32, 1e-42)]
    public void Cdat_without_curvature_reports_a_step_that_leads_out_of_all_numbers(Brink.Torch.ScalarType type, double curvature)
    {
        var slope = new OneDimensional(w => w, _ => 1, _ => curvature);
        using var method = new CurvatureDynamicsAwareTuning();
        Taken taken = Trajectory.Run(method, new ClosedFormObjective(slope, 1, type: type), [1], 1)[0];
        Assert.True(taken.Report.StepSize > 1e40);
        Assert.False(double.IsFinite(taken.ToValue));
    }

    [Fact]
    public void On_a_quadratic_gradient_descent_converges_below_2_over_sharpness_and_only_there() =>
        Threshold((eta, _) => new GradientDescent(eta), _ => 2);

    [Fact]
    public void With_heavy_ball_the_edge_is_at_2_plus_2_beta() =>
        Threshold((eta, beta) => new GradientDescent(eta, beta), beta => 2 + (2 * beta));

    [Fact]
    public void With_nesterov_the_edge_is_at_2_plus_2_beta_over_1_plus_2_beta() =>
        Threshold((eta, beta) => new GradientDescent(eta, beta, nesterov: true), beta => (2 + (2 * beta)) / (1 + (2 * beta)));

    /// <summary>Just inside the threshold the loss must have fallen after many steps, just outside it must have risen.</summary>
    private static void Threshold(Func<double, double, Method> make, Func<double, double> edge)
    {
        var settings = Arb.From(
            from sharpness in Gen.Choose(1, 1000)
            from beta in Gen.Elements(0.1, 0.5, 0.9)
            from inside in Gen.Elements(true, false)
            from other in Gen.Choose(1, 99)
            select (Sharpness: sharpness / 10.0, Beta: beta, Inside: inside, Other: other / 100.0));
        Prop.ForAll(settings, s =>
        {
            double eta = edge(s.Beta) / s.Sharpness * (s.Inside ? 0.97 : 1.03);
            using Method method = make(eta, s.Beta);
            var objective = new ClosedFormObjective(Quadratic.Diagonal(s.Sharpness, s.Sharpness * s.Other), 2);
            List<Taken> taken = Trajectory.Run(method, objective, [1, 1], 600);
            double steepest = Math.Abs(taken[^1].To[0]);
            return s.Inside ? steepest < 0.5 : steepest > 10;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    /// <summary>Every step must be what the plain formula makes of the point it started from.</summary>
    private static void Follow(Method method, ClosedForm form, Func<double[], double[]> next, int gradients = 1)
    {
        foreach (Taken taken in Trajectory.Run(method, new ClosedFormObjective(form, 2), Start, 40))
        {
            Assert.Equal(next(taken.From), taken.To, (a, b) => Math.Abs(a - b) <= 1e-11 * (1 + Math.Abs(a)));
            Assert.Equal(1e-3, taken.Report.StepSize);
            Assert.Equal(gradients, taken.Report.GradientEvaluations);
            Assert.Equal(gradients, taken.Report.FunctionEvaluations);
            Assert.Null(taken.Report.ReferenceValue);
        }
    }
}
