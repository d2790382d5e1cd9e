using Brink.Flows;
using Brink.Objectives;
using Brink.Tests.Objectives;
using Brink.Tests.Theory;
using Brink.Theory;
using Brink.Torch;

namespace Brink.Tests.Flows;

/// <summary>The general machinery against the closed forms, and the certificate of what it did not reach.</summary>
public sealed class GradientFlowSolutionTests
{
    private static readonly FlowSolutionOptions s_tight = new()
    {
        Tolerance = 1e-9,
        UntilLoss = 1e-16,
        Accuracy = 1e-7,
        ResidualTolerance = 1e-9,
    };

    [Theory]
    [InlineData(2, "rkc")]
    [InlineData(3, "rkc")]
    [InlineData(4, "rkc")]
    [InlineData(3, "dopri5")]
    public void It_agrees_with_the_closed_form_of_scalar_networks(int depth, string integrator)
    {
        for (ulong seed = 0; seed < 4; seed++)
        {
            Agrees(new ScalarNetwork(depth), TheoryProblems.Start(depth, seed, positive: true), s_tight with { Integrator = integrator });
        }
    }

    [Theory]
    [InlineData(2, 6)]
    [InlineData(4, 12)]
    public void It_agrees_with_the_dual_solution_of_squared_regression(int samples, int features)
    {
        for (ulong seed = 0; seed < 3; seed++)
        {
            Agrees(
                TheoryProblems.Regression(samples, features, seed), TheoryProblems.Start(2 * features, seed, positive: false), s_tight);
        }
    }

    [Fact]
    public void The_defaults_are_good_to_a_thousandth_on_the_closed_forms()
    {
        for (ulong seed = 0; seed < 6; seed++)
        {
            foreach (TheoryModel model in (TheoryModel[])[new ScalarNetwork(3), TheoryProblems.Regression(3, 9, seed)])
            {
                double[] start = TheoryProblems.Start(model.Dimension, seed, positive: true);
                using var scope = new TensorScope();
                GradientFlowSolution found = Find(new ModelObjective(model), Tensor.From(start));
                Assert.True(found.Converged, string.Join("; ", found.Missed));
                Assert.InRange(Math.Abs((found.Sharpness / model.FlowLimitSharpness(start)) - 1), 0, 2e-3);
            }
        }
    }

    [Fact]
    public void What_is_not_reached_is_told()
    {
        using var scope = new TensorScope();
        var objective = new ModelObjective(new ScalarNetwork(3));
        Tensor start = Tensor.From([0.3, 0.8, 1.1]);
        GradientFlowSolution poor = Find(objective, start, new FlowSolutionOptions { MaximumGradients = 5, UntilGradNorm = 1e-9, UntilLoss = 1e-9 });
        Assert.False(poor.Converged);
        Assert.Contains(poor.Missed, reason => reason.Contains("gradients were spent", StringComparison.Ordinal));
        Assert.Contains(poor.Missed, reason => reason.Contains("loss is", StringComparison.Ordinal));
        Assert.Contains(poor.Missed, reason => reason.Contains("norm is", StringComparison.Ordinal));
        Assert.True(poor.Loss > 1e-9 && double.IsFinite(poor.Sharpness));

        GradientFlowSolution good = Find(objective, start, new FlowSolutionOptions { UntilGradNorm = 1e-6 });
        Assert.True(good.Converged, string.Join("; ", good.Missed));
        Assert.InRange(good.GradNorm, 0, 1e-6);
        Assert.True(good.Gradients > good.Steps && good.Hvps > 0 && good.Remaining <= 1e-3 && good.Time > 0);
    }

    [Fact]
    public void Without_an_accuracy_it_ends_where_the_loss_is_reached()
    {
        using var scope = new TensorScope();
        var objective = new ModelObjective(new ScalarNetwork(2));
        Tensor start = Tensor.From([0.3, 0.8]);
        GradientFlowSolution settled = Find(objective, start, new FlowSolutionOptions { UntilLoss = 1e-2 });
        GradientFlowSolution found = Find(objective, start, new FlowSolutionOptions { UntilLoss = 1e-2, Accuracy = double.PositiveInfinity });
        Assert.True(found.Converged, string.Join("; ", found.Missed));
        Assert.InRange(found.Loss, 1e-3, 1e-2);
        Assert.True(found.Gradients < settled.Gradients && settled.Loss < found.Loss);

        // f = ½(ab − 1)²: the Hessian is [[b², 2ab − 1], [2ab − 1, a²]].
        double[] w = found.Weights.ToArray<double>();
        (double a, double b) = (w[0], w[1]);
        double beside = (2 * a * b) - 1;
        double expected = (((a * a) + (b * b)) / 2) + Math.Sqrt((Math.Pow((a * a) - (b * b), 2) / 4) + (beside * beside));
        Assert.Equal(expected, found.Sharpness, 1e-6);
    }

    [Fact]
    public void A_warm_start_gives_the_same_and_a_stationary_point_is_its_own_solution()
    {
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        var problem = new TinyProblem { Loss = "mse", Samples = 4, Widths = [12] };
        using NetworkObjective objective = problem.Objective(workers);
        Tensor start = problem.Weights();
        using var tracker = new Brink.Curvature.SharpnessTracker();
        using Evaluation at = objective.Evaluate(start.Clone().Unscoped(), Wanted.ValueAndGradient);
        tracker.Measure(new Brink.Curvature.HessianOperator(objective, at));
        GradientFlowSolution cold = Find(objective, start);
        GradientFlowSolution warm = Find(objective, start, nearby: tracker.Export());
        Assert.True(cold.Converged && warm.Converged, string.Join("; ", [.. cold.Missed, .. warm.Missed]));
        Assert.InRange(Math.Abs((warm.Sharpness / cold.Sharpness) - 1), 0, 1e-3);

        GradientFlowSolution there = Find(new ModelObjective(new ScalarNetwork(2)), Tensor.From([1.0, 1.0]));
        Assert.True(there.Converged, string.Join("; ", there.Missed));
        Assert.Equal(2, there.Sharpness, 1e-9);
        Assert.Equal(0, there.Steps);
    }

    [Fact]
    public void It_can_be_given_up()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => GradientFlowSolution.Find(
            new ModelObjective(new ScalarNetwork(2)), Tensor.From([0.5, 0.6]), cancellation: source.Token));
    }

    private static GradientFlowSolution Find(
        Objective objective, Tensor start, FlowSolutionOptions? options = null, IReadOnlyDictionary<string, Tensor>? nearby = null) =>
        GradientFlowSolution.Find(objective, start, options, nearby, TestContext.Current.CancellationToken);

    private static void Agrees(TheoryModel model, double[] start, FlowSolutionOptions options)
    {
        using var scope = new TensorScope();
        GradientFlowSolution found = Find(new ModelObjective(model), Tensor.From(start), options);
        Assert.True(found.Converged, string.Join("; ", found.Missed));
        Assert.InRange(Math.Abs((found.Sharpness / model.FlowLimitSharpness(start)) - 1), 0, 1e-6);
    }
}
