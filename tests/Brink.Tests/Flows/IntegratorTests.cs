using Brink.Flows;
using Brink.Objectives;
using Brink.Tests.Methods;
using Brink.Tests.Objectives;
using Brink.Torch;

namespace Brink.Tests.Flows;

public sealed class IntegratorTests
{
    /// <summary>½ wᵀAw with eigenvalues evenly spaced in the logarithm; the flow is w(t) = e^{−tλ} w(0).</summary>
    private static readonly double[] s_stiff = [.. Enumerable.Range(0, 26).Select(i => Math.Pow(10, i / 5.0))];

    public static TheoryData<string> Names => [.. FlowIntegrator.Names];

    [Theory]
    [InlineData("rkc", 2)]
    [InlineData("rk4", 4)]
    [InlineData("dopri5", 5)]
    public void The_error_shrinks_with_the_order_of_the_method(string name, int order)
    {
        // The scalar network from unequal weights, whose exact flow is had from the same method at far smaller steps.
        double[] exact = FixedSteps("dopri5", 300);
        double coarse = Flow.Distance(FixedSteps(name, 20), exact);
        double fine = Flow.Distance(FixedSteps(name, 40), exact);
        Assert.InRange(Math.Log2(coarse / fine), order - 0.35, order + 1.2);
    }

    [Fact]
    public void A_stiff_flow_is_exact_to_the_tolerance_for_far_fewer_gradients_than_steps_of_one_over_sharpness()
    {
        double time = 1;
        Flow rkc = Stiff(new RungeKuttaChebyshev(1e-5), time, out double error);
        double classical = 4 * time * s_stiff[^1];
        Assert.True(error < 1e-4, $"error {error}");
        Assert.True(rkc.Gradients + (2 * rkc.Hvps) < classical / 50, $"{rkc}");
    }

    [Fact]
    public void The_error_follows_the_tolerance()
    {
        // Order two: a local error ∝ h³ allowed to be 1000 times smaller makes 10 times as many steps and a global error 100 times smaller.
        Stiff(new RungeKuttaChebyshev(1e-4), 0.1, out double loose);
        Stiff(new RungeKuttaChebyshev(1e-7), 0.1, out double tight);
        Assert.InRange(loose / tight, 30, 1000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_loss_never_rises(string name)
    {
        var problem = new TinyProblem { Widths = [6, 5] };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        using FlowIntegrator integrator = FlowIntegrator.Named(name, 1e-4);
        Flow flow = Flow.Run(integrator, objective, problem.Weights(), 1e6, untilGradNorm: 1e-3);
        Assert.All(flow.Losses.Zip(flow.Losses.Skip(1)), pair => Assert.True(pair.Second <= pair.First * (1 + 1e-13)));
        Assert.True(flow.Steps > 5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_lands_exactly_where_it_has_to(string name)
    {
        using var scope = new TensorScope();
        var objective = new ClosedFormObjective(Quadratic.Diagonal(1, 3), 2);
        using FlowIntegrator integrator = FlowIntegrator.Named(name, 1e-3);
        Evaluation at = objective.At(1, 1);
        foreach (double longest in (double[])[1e-3, 1e-9, 0.1, 1e-3])
        {
            double left = longest;
            while (left > 0)
            {
                (Evaluation next, FlowStep step) = integrator.Step(objective, at, left);
                at.Dispose();
                at = next;
                Assert.InRange(step.Duration, 0, left);
                Assert.NotEqual(0, step.Duration);
                left = step.Duration == left ? 0 : left - step.Duration;
            }
        }

        at.Dispose();
        Assert.Equal(0, objective.Alive);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_and_products_are_counted_as_they_are_made(string name)
    {
        var objective = new ClosedFormObjective(new Rosenbrock(), 2);
        using FlowIntegrator integrator = FlowIntegrator.Named(name, 1e-4);
        using var scope = new TensorScope();
        Flow flow = Flow.Run(integrator, objective, Tensor.From([-1.2, 1.0]), 1);
        Assert.Equal(objective.Gradients, flow.Gradients);
        Assert.Equal(objective.Products, flow.Hvps);
        Assert.Equal(0, objective.Alive);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_that_was_stored_goes_on_as_if_never_stopped(string name)
    {
        using var scope = new TensorScope();
        var objective = new ClosedFormObjective(new Rosenbrock(), 2);
        foreach (int stop in (int[])[1, 8])
        {
            using FlowIntegrator whole = FlowIntegrator.Named(name, 1e-5);
            (double[] expected, List<FlowStep> steps) = Steps(whole, objective, [-1.2, 1], 16);

            using FlowIntegrator before = FlowIntegrator.Named(name, 1e-5);
            (double[] halfway, _) = Steps(before, objective, [-1.2, 1], stop);
            using FlowIntegrator after = FlowIntegrator.Named(name, 1e-5);
            Steps(after, objective, [0.4, -3], 3);
            after.Restore(
                before.State().ToDictionary(e => e.Key, e => Tensor.FromBytes(e.Value.ToBytes(), e.Value.Type, e.Value.Shape)), objective);
            (double[] resumed, List<FlowStep> rest) = Steps(after, objective, halfway, 16 - stop);
            Assert.Equal(expected, resumed);
            Assert.Equal(steps.Skip(stop), rest);
        }
    }

    [Fact]
    public void A_stage_that_is_not_finite_is_tried_again_with_a_shorter_step()
    {
        // −log(1 − w²): beyond ±1 there is no loss. The first step of dopri5 from far out is too long.
        static double Inside(double w, double inside) => Math.Abs(w) < 1 ? inside : double.NaN;
        var barrier = new OneDimensional(
            w => Inside(w, -Math.Log(1 - (w * w))), w => Inside(w, 2 * w / (1 - (w * w))), w => 2 * (1 + (w * w)) / Math.Pow(1 - (w * w), 2));
        foreach (string name in (string[])["rkc", "dopri5"])
        {
            using var scope = new TensorScope();
            var objective = new ClosedFormObjective(barrier, 1);
            using FlowIntegrator integrator = FlowIntegrator.Named(name, 0.5);
            Flow flow = Flow.Run(integrator, objective, Tensor.From([0.9999]), 10);
            Assert.True(double.IsFinite(flow.Loss) && flow.Loss < 1e-3, $"{name}: {flow.Loss}");
        }
    }

    [Fact]
    public void Where_no_step_can_be_taken_it_says_so()
    {
        var cliff = new OneDimensional(w => w == 1 ? 1 : double.NaN, _ => double.NaN, _ => double.NaN);
        var objective = new ClosedFormObjective(cliff, 1);
        foreach (string name in (string[])["rkc", "dopri5"])
        {
            using FlowIntegrator integrator = FlowIntegrator.Named(name);
            using Evaluation at = objective.At(1);
            string message = Assert.Throws<BrinkException>(() => integrator.Step(objective, at, double.PositiveInfinity)).Message;
            Assert.Contains(name == "rkc" ? "Hessian" : "rejected", message);
            Assert.DoesNotContain('\n', message);
        }

        Assert.Equal(0, objective.Alive);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest()
    {
        Assert.Contains("did you mean 'rkc'", Assert.Throws<BrinkException>(() => FlowIntegrator.Named("rck")).Message);
        Assert.Throws<BrinkException>(() => FlowIntegrator.Named("rkc", 0));
        Assert.Throws<BrinkException>(() => FlowIntegrator.Named("rk4", fraction: -1));
    }

    private static (double[] End, List<FlowStep> Steps) Steps(FlowIntegrator integrator, ClosedFormObjective objective, double[] from, int count)
    {
        var steps = new List<FlowStep>();
        Evaluation at = objective.At(from);
        for (int i = 0; i < count; i++)
        {
            (Evaluation next, FlowStep step) = integrator.Step(objective, at, double.PositiveInfinity);
            at.Dispose();
            at = next;
            steps.Add(step);
        }

        double[] end = Trajectory.Point(at);
        at.Dispose();
        return (end, steps);
    }

    /// <summary>The end of a flow of equal steps, short enough that neither error nor stability asks for shorter ones.</summary>
    private static double[] FixedSteps(string name, int count)
    {
        const double Time = 0.6;
        using var scope = new TensorScope();
        var objective = new ClosedFormObjective(new ScalarNetwork(), 3);
        using FlowIntegrator integrator = FlowIntegrator.Named(name, 0.9, fraction: 100);
        integrator.Restore(
            new Dictionary<string, Tensor>(integrator.State()) { ["number.next_step"] = Tensor.From([Time]) }, objective);
        Evaluation at = objective.At(0.6, 1.1, 1.9);
        for (int i = 0; i < count; i++)
        {
            (Evaluation next, FlowStep step) = integrator.Step(objective, at, Time / count);
            at.Dispose();
            at = next;
            Assert.Equal(Time / count, step.Duration);
        }

        double[] end = Trajectory.Point(at);
        at.Dispose();
        return end;
    }

    private static Flow Stiff(FlowIntegrator integrator, double time, out double error)
    {
        using var scope = new TensorScope();
        var objective = new ClosedFormObjective(Quadratic.Diagonal(s_stiff), s_stiff.Length);
        double[] start = [.. s_stiff.Select(_ => 1.0)];
        Flow flow = Flow.Run(integrator, objective, Tensor.From(start), time);
        integrator.Dispose();
        error = Flow.Distance(flow.End, [.. s_stiff.Select(curvature => Math.Exp(-time * curvature))]) / Math.Sqrt(start.Length);
        return flow;
    }
}
