using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Objectives;

public sealed class NetworkObjectiveTests
{
    [Fact]
    public void Batch_normalisation_in_micro_batches_must_be_asked_for()
    {
        var problem = new TinyProblem { BatchNorm = true, Samples = 6 };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        string message = Assert.Throws<BrinkException>(() => problem.Objective(workers, new ObjectivePlan(3))).Message;
        Assert.Contains("--ghost-batch-norm", message);
        Assert.Contains("6 samples in micro-batches of 3", message);

        using NetworkObjective ghost = problem.Objective(workers, new ObjectivePlan(3, GhostBatchNorm: true));
        using NetworkObjective exact = problem.Objective(workers);
        using NetworkObjective front = problem.Objective(workers, subset: [0, 1, 2]);
        using NetworkObjective back = problem.Objective(workers, subset: [3, 4, 5]);
        Tensor weights = problem.Weights();
        double halves = (Derivatives.Value(front, weights) + Derivatives.Value(back, weights)) / 2;
        Assert.Equal(halves, Derivatives.Value(ghost, weights), 1e-12);
        Assert.True(Math.Abs(halves - Derivatives.Value(exact, weights)) > 1e-6);
    }

    [Fact]
    public void Accuracy_is_the_fraction_whose_largest_output_is_the_label()
    {
        foreach (string loss in (string[])["mse", "ce"])
        {
            var problem = new TinyProblem { Samples = 20, Loss = loss };
            using var scope = new TensorScope();
            using var workers = new Workers(2);
            using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(6));
            Tensor weights = problem.Weights();
            double[][] outputs = PlainForward.Outputs(
                problem.Network(), weights.ToArray<double>(), PlainForward.Rows(problem.Inputs()), problem.InputShape);
            double expected = outputs.Zip(problem.Labels, (row, label) => Array.IndexOf(row, row.Max()) == label ? 1.0 : 0).Average();
            using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
            Assert.Equal(expected, at.Accuracy);
            Assert.InRange(expected, 0.01, 0.99);
        }
    }

    [Fact]
    public void Vectors_of_another_length_shape_or_type_are_refused()
    {
        var problem = new TinyProblem();
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        using Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), Wanted.Value);
        long p = objective.Dimension;
        foreach (Tensor wrong in (Tensor[])[
            Tensor.Zeros([p + 1], ScalarType.Float64), Tensor.Zeros([p - 1], ScalarType.Float64),
            Tensor.Zeros([p], ScalarType.Float32), Tensor.Zeros([1, p], ScalarType.Float64)])
        {
            Assert.Contains($"a vector of {p} Float64", Assert.Throws<ArgumentException>(() => objective.Evaluate(wrong, Wanted.Value)).Message);
            Assert.Throws<ArgumentException>(() => objective.Along(at, wrong));
            Assert.Throws<ArgumentException>(() => objective.BatchGradient(wrong, [0L]));
            Assert.Throws<ArgumentException>(() => objective.Resume(wrong, at.CachedProducts(), Wanted.Value));
            Assert.Throws<ArgumentException>(() => at.HessianVectorProduct(wrong));
        }

        Assert.Throws<ArgumentException>(() => objective.BatchGradient(at.Weights, []));
        Assert.Throws<ArgumentException>(() => objective.BatchGradient(at.Weights, [0L, 7]));
        Assert.Throws<ArgumentException>(() => objective.BatchGradient(at.Weights, [-1L]));
    }

    [Fact]
    public void An_unknown_loss_is_refused_with_the_nearest() =>
        Assert.Contains("squared", Assert.Throws<BrinkException>(() => LossFunction.Named("square")).Message);

    [Fact]
    public void A_failure_on_a_worker_reaches_the_caller_and_the_workers_go_on()
    {
        using var workers = new Workers(3);
        for (int failing = 0; failing < 3; failing++)
        {
            Assert.Equal(
                $"worker {failing}",
                Assert.Throws<FormatException>(() => workers.Run(worker =>
                {
                    if (worker == failing)
                    {
                        throw new FormatException($"worker {worker}");
                    }
                })).Message);
            int[] done = new int[3];
            workers.Run(worker => done[worker]++);
            Assert.Equal([1, 1, 1], done);
        }
    }

    [Fact]
    public void Each_workers_operators_use_the_threads_they_were_given_whichever_thread_calls()
    {
        using var workers = new Workers(2);
        int[] threads = new int[2];
        var caller = new Thread(() => workers.Run(worker => threads[worker] = Runtime.Threads));
        caller.Start();
        caller.Join();
        Assert.Equal([1, 1], threads);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    public void Stochastic_steps_see_every_sample_once_an_epoch_and_resume_to_the_same_bits(string name)
    {
        var problem = new TinyProblem { Samples = 7 };
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(2));
        Method Make() => name == "sgd"
            ? new StochasticGradientDescent(0.1, 0.9, batchSize: 3, seed: 5)
            : new Adam(0.01, batchSize: 3, seed: 5);
        List<byte[]> whole = [];
        using Method method = Make();
        Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), method.Wanted);
        Dictionary<string, Tensor> state = [];
        for (int k = 0; k < 12; k++)
        {
            if (k == 5)
            {
                state = method.State().ToDictionary(
                    entry => entry.Key, entry => Tensor.FromBytes(entry.Value.ToBytes(), entry.Value.Type, entry.Value.Shape));
            }

            whole.Add(at.Weights.ToBytes());
            at = Advance(method, objective, at);
        }

        at.Dispose();
        using Method resumed = Make();
        resumed.Restore(state, objective);
        at = objective.Resume(Tensor.FromBytes(whole[5], ScalarType.Float64, objective.Dimension).Unscoped(), new Dictionary<string, Tensor>(), resumed.Wanted);
        for (int k = 5; k < 12; k++)
        {
            Assert.Equal(whole[k], at.Weights.ToBytes());
            at = Advance(resumed, objective, at);
        }

        at.Dispose();
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
        using var method = new StochasticGradientDescent(Eta, batchSize: 1, seed: 3);
        Tensor start = problem.Weights();
        Evaluation at = objective.Evaluate(start.Clone().Unscoped(), method.Wanted);
        for (int k = 0; k < 7; k++)
        {
            at = Advance(method, objective, at);
        }

        Tensor moved = (start - at.Weights) / (Eta * 7);
        Assert.True(Derivatives.RelativeDistance(moved, Derivatives.Gradient(objective, start)) < 1e-4);
        at.Dispose();
    }

    private static Evaluation Advance(Method method, Objective objective, Evaluation at)
    {
        (Evaluation next, _) = method.Step(objective, at);
        at.Dispose();
        return next;
    }
}
