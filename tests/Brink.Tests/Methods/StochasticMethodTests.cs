using Brink.Methods;
using Brink.Objectives;
using Brink.Tests.Objectives;
using Brink.Torch;

namespace Brink.Tests.Methods;

/// <summary>A method on batches takes its own steps, each on the loss of one batch.</summary>
public sealed class StochasticMethodTests
{
    private static readonly Dictionary<string, Func<Method>> s_methods = new()
    {
        ["gd"] = () => new GradientDescent(0.1, 0.9, nesterov: true, weightDecay: 0.01),
        ["warmup"] = () => new Warmup("large", start: 0.1, factor: 2),
        ["ls"] = () => new ExtrapolatingSearch("ls", new MonotoneReference(), new SearchParameters()),
        ["nls"] = () => new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters()),
        ["nls-grippo"] = () => new ExtrapolatingSearch("nls", new GrippoReference(3), new SearchParameters()),
        ["nls-ub"] = () => new BoundedSearch(new ZhangHagerReference(), new SearchParameters()),
        ["ponls"] = () => new PolyakSearch(new ZhangHagerReference(), new SearchParameters()),
        ["cdat"] = () => new CurvatureDynamicsAwareTuning(),
        ["sam"] = () => new SharpnessAwareMinimization(0.1),
        ["sgd"] = () => new StochasticGradientDescent(0.1, 0.9, dampening: 0.1),
        ["rmsprop"] = () => new RmsProp(0.01),
        ["adam"] = () => new Adam(0.01, weightDecay: 0.01),
    };

    public static TheoryData<string> Names => [.. s_methods.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_batch_of_all_samples_is_the_full_batch(string name)
    {
        var problem = new TinyProblem { Samples = 7, Activation = "tanh" };
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(2));
        using Method full = s_methods[name]();
        using Method batches = new StochasticMethod(s_methods[name](), 7, seed: 4);
        Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), full.Wanted);
        Evaluation on = objective.Evaluate(problem.Weights().Unscoped(), batches.Wanted);
        for (int k = 0; k < 5; k++)
        {
            (at, StepReport expected) = Advance(full, objective, at);
            (on, StepReport report) = Advance(batches, objective, on);
            Assert.Equal(expected.StepSize, report.StepSize, 1e-11 * expected.StepSize);
            Assert.Equal(expected.Backtracks, report.Backtracks);
            Assert.True(Derivatives.RelativeDistance(on.Weights, at.Weights) < 1e-12);
        }

        at.Dispose();
        on.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_step_is_the_methods_own_on_the_loss_of_the_next_batch(string name)
    {
        foreach (bool normalised in (bool[])[false, true])
        {
            var problem = new TinyProblem { Samples = 11, Loss = "squared", BatchNorm = normalised };
            using var scope = new TensorScope();
            using var workers = new Workers(2);
            using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(normalised ? 11 : 3));
            using Method own = s_methods[name]();
            using var batches = new StochasticMethod(s_methods[name](), 4, seed: 9);
            Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), batches.Wanted);
            for (int k = 0; k < 6; k++)
            {
                // Made without Restrict, from the samples themselves.
                int[] samples = [.. batches.Batches(11)[k % 3].Select(sample => (int)sample)];
                using NetworkObjective batch = problem.Objective(workers, new ObjectivePlan(100), samples);
                using Evaluation here = batch.Evaluate(at.Weights.Clone().Unscoped(), own.Wanted);
                (Evaluation expected, StepReport report) = own.Step(batch, here);
                (at, StepReport taken) = Advance(batches, objective, at);
                Assert.Equal(report.StepSize, taken.StepSize, 1e-9 * report.StepSize);
                Assert.Equal(report.Backtracks, taken.Backtracks);
                Assert.Equal(report.ReferenceValue ?? 0, taken.ReferenceValue ?? 0, 1e-10);
                Assert.True(Derivatives.RelativeDistance(at.Weights, expected.Weights) < 1e-10);

                // Nothing of the batch, its first layer's products least of all, is left where the whole is evaluated.
                Assert.Equal(Derivatives.Value(objective, at.Weights), at.Value);
                Assert.Empty(at.CachedProducts());
                expected.Dispose();
            }

            at.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_reported_is_what_was_evaluated(string name)
    {
        var objective = new ClosedFormObjective(new Rosenbrock(), 2, outputs: 10);
        using Method method = new StochasticMethod(s_methods[name](), 1, seed: 0);
        Evaluation at = objective.At(-1.2, 1);
        for (int k = 0; k < 4; k++)
        {
            (objective.Values, objective.Gradients, objective.Products) = (0, 0, 0);
            (at, StepReport report) = Advance(method, objective, at);
            Assert.Equal(
                (objective.Values, objective.Gradients, objective.Products),
                (report.FunctionEvaluations, report.GradientEvaluations, report.HessianVectorProducts));
        }

        at.Dispose();
        Assert.Equal(0, objective.Alive);
    }

    [Fact]
    public void The_batches_of_an_epoch_share_the_samples_and_each_epoch_has_an_order_of_its_own()
    {
        var problem = new TinyProblem { Samples = 11 };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        using var method = new StochasticMethod(new GradientDescent(0.1), 4, seed: 2);
        using var unseen = new StochasticMethod(new GradientDescent(0.1), 4, seed: 2);
        var orders = new List<long[]>();
        Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), method.Wanted);
        Evaluation other = objective.Evaluate(problem.Weights().Unscoped(), method.Wanted);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            for (int k = 0; k < 3; k++)
            {
                IReadOnlyList<long[]> batches = method.Batches(11);
                Assert.Equal([4, 4, 3], batches.Select(batch => batch.Length));
                long[] order = [.. batches.SelectMany(batch => batch)];
                Assert.Equal(Enumerable.Range(0, 11).Select(sample => (long)sample), order.Order());
                Assert.Equal(k == 0 ? order : orders[epoch], order);
                if (k == 0)
                {
                    orders.Add(order);
                }

                // Looking at the batches changes no step.
                (at, _) = Advance(method, objective, at);
                (other, _) = Advance(unseen, objective, other);
                Assert.Equal(other.Weights.ToBytes(), at.Weights.ToBytes());
            }
        }

        Assert.Equal(3, orders.Select(order => string.Join(',', order)).Distinct().Count());
        at.Dispose();
        other.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_method_that_was_stored_amid_an_epoch_goes_on_to_the_same_bits(string name)
    {
        var problem = new TinyProblem { Samples = 7 };
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(2));
        Method Make() => new StochasticMethod(s_methods[name](), 3, seed: 5);
        List<byte[]> whole = [];
        using Method method = Make();
        Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), method.Wanted);
        var states = new Dictionary<int, Dictionary<string, Tensor>>();
        for (int k = 0; k < 12; k++)
        {
            if (k is 0 or 5 or 6)
            {
                states[k] = method.State().ToDictionary(
                    entry => entry.Key, entry => Tensor.FromBytes(entry.Value.ToBytes(), entry.Value.Type, entry.Value.Shape));
            }

            whole.Add(at.Weights.ToBytes());
            (at, _) = Advance(method, objective, at);
        }

        at.Dispose();
        foreach ((int stop, Dictionary<string, Tensor> state) in states)
        {
            using Method resumed = Make();
            resumed.Restore(state, objective);
            at = objective.Resume(Tensor.FromBytes(whole[stop], ScalarType.Float64, objective.Dimension).Unscoped(), new Dictionary<string, Tensor>(), resumed.Wanted);
            for (int k = stop; k < 12; k++)
            {
                Assert.Equal(whole[k], at.Weights.ToBytes());
                (at, _) = Advance(resumed, objective, at);
            }

            at.Dispose();
        }
    }

    [Fact]
    public void An_epoch_of_tiny_steps_adds_up_to_the_full_gradient()
    {
        // Each sample is seen once an epoch: with a step that moves almost nowhere, batches of one sum to N times the mean.
        var problem = new TinyProblem { Samples = 7 };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        const double Eta = 1e-6;
        using var method = new StochasticMethod(new StochasticGradientDescent(Eta), 1, seed: 3);
        Tensor start = problem.Weights();
        Evaluation at = objective.Evaluate(start.Clone().Unscoped(), method.Wanted);
        for (int k = 0; k < 7; k++)
        {
            (at, _) = Advance(method, objective, at);
        }

        Tensor moved = (start - at.Weights) / (Eta * 7);
        Assert.True(Derivatives.RelativeDistance(moved, Derivatives.Gradient(objective, start)) < 1e-4);
        at.Dispose();
    }

    [Fact]
    public void It_goes_by_the_methods_name_and_shows_its_preconditioner()
    {
        using var adam = new StochasticMethod(new Adam(0.1), 4, 0);
        using var nls = new StochasticMethod(s_methods["nls"](), 4, 0);
        Assert.Equal(("adam", "nls"), (adam.Name, nls.Name));
        Assert.Same(adam.Inner, adam.Preconditioned);
        Assert.Null(nls.Preconditioned);
        Assert.Contains("batches", Assert.Throws<NotSupportedException>(
            () => new ModelObjective(new Brink.Theory.ScalarNetwork(2, 1)).Restrict([0L])).Message);
    }

    private static (Evaluation Next, StepReport Report) Advance(Method method, Objective objective, Evaluation at)
    {
        (Evaluation next, StepReport report) = method.Step(objective, at);
        at.Dispose();
        return (next, report);
    }
}
