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
            using NetworkObjective batch = objective.Restrict([0L]);
            Assert.Throws<ArgumentException>(() => batch.Evaluate(wrong, Wanted.Value));
            Assert.Throws<ArgumentException>(() => objective.Resume(wrong, at.CachedProducts(), Wanted.Value));
            Assert.Throws<ArgumentException>(() => at.HessianVectorProduct(wrong));
        }

        foreach (long[] samples in (long[][])[[], [0L, 7], [-1L]])
        {
            Assert.Contains("each from 0 to 6", Assert.Throws<ArgumentException>(() => objective.Restrict(samples)).Message);
        }
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
}
