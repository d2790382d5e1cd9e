using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Tests;

namespace Brink.Tests.Objectives;

/// <summary>An objective whose samples ranks share is the objective on all samples, and says how many sums that takes.</summary>
public sealed class RanksTests
{
    [Theory]
    [InlineData("mlp", "mse", 2, false)]
    [InlineData("mlp", "ce", 3, false)]
    [InlineData("cnn", "mse", 4, false)]
    [InlineData("mlp", "squared", 7, false)]
    [InlineData("mlp", "ce", 3, true)]
    [InlineData("cnn", "mse", 2, true)]
    [InlineData("cnn", "squared", 7, true)] // a channel of a rank's one sample has a variance of its own there, and not here
    public void Everything_a_sum_over_samples_gives_is_the_whole_objectives(string kind, string loss, int ranks, bool batchNorm)
    {
        var problem = new TinyProblem
        {
            Kind = kind,
            Loss = loss,
            Widths = kind == "cnn" ? [2, 2] : [4],
            Activation = kind == "cnn" && !batchNorm ? "relu" : "tanh",
            BatchNorm = batchNorm,
        };
        double tolerance = batchNorm ? 1e-11 : 1e-12;
        Numbers whole;
        using (var scope = new TensorScope())
        using (var workers = new Workers(1))
        using (NetworkObjective objective = problem.Objective(workers))
        {
            whole = Take(problem, objective, null);
        }

        Numbers[] shared = RankThreads.Run(ranks, group => OnRank(problem, group, objective => Take(problem, objective, group)));
        foreach (Numbers one in shared)
        {
            foreach ((double[] expected, double[] actual) in whole.Vectors.Zip(one.Vectors))
            {
                double scale = expected.Select(Math.Abs).Append(0).Max();
                Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance * scale));
            }

            Assert.All(shared[0].Vectors.Zip(one.Vectors), pair => Assert.True(pair.First.AsSpan().SequenceEqual(pair.Second)));
        }
    }

    [Theory]
    [InlineData("mlp", false)]
    [InlineData("cnn", false)]
    [InlineData("cnn", true)]
    public void One_two_three_and_four_ranks_find_the_same_ends_of_the_spectrum(string kind, bool batchNorm)
    {
        var problem = new TinyProblem { Kind = kind, Widths = kind == "cnn" ? [2, 2] : [5, 4], BatchNorm = batchNorm };
        var options = new LanczosOptions { ResidualTolerance = 1e-8, MaximumProducts = 500 };
        (double[] Values, int Products)[] found = [.. Enumerable.Range(1, 4).Select(size =>
        {
            (double[] Values, int Products)[] each = RankThreads.Run(size, group => OnRank(problem, group, objective =>
            {
                using var scope = new TensorScope();
                using Evaluation at = objective.Evaluate(problem.Weights(), Wanted.Value);
                SpectrumEnds ends = Lanczos.Extremes(new HessianOperator(objective, at), 3, 2, options);
                Assert.True(ends.Largest.Converged.Concat(ends.Smallest.Converged).All(good => good));
                return ((double[])[.. ends.Largest.Values, .. ends.Smallest.Values], ends.Largest.Products);
            }));
            Assert.All(each, one => Assert.Equal(each[0].Products, one.Products));
            Assert.All(each, one => Assert.Equal(each[0].Values, one.Values));
            return each[0];
        })];
        Assert.All(found, one => Assert.All(
            found[0].Values.Zip(one.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-10 * found[0].Values[0])));
    }

    [Fact]
    public void With_synchronised_batch_statistics_the_product_is_the_difference_of_gradients()
    {
        var problem = new TinyProblem { Kind = "cnn", Widths = [2, 2], BatchNorm = true };
        RankThreads.Run(3, group => OnRank(problem, group, objective =>
        {
            using var scope = new TensorScope();
            Tensor v = problem.Direction(objective.Dimension, 1);
            using Evaluation at = objective.Evaluate(problem.Weights(), Wanted.Value);
            double[] product = at.HessianVectorProduct(v).ToArray<double>();
            const double step = 2e-6;
            double[] Gradient(double along)
            {
                using Evaluation there = objective.Evaluate((problem.Weights() + (v * along)).Unscoped(), Wanted.ValueAndGradient);
                return there.Gradient().ToArray<double>();
            }

            double[] difference = [.. Gradient(step).Zip(Gradient(-step), (plus, minus) => (plus - minus) / (2 * step))];
            double scale = product.Max(Math.Abs);
            Assert.All(product.Zip(difference), pair => Assert.Equal(pair.First, pair.Second, 1e-7 * scale));
            return 0;
        }));
    }

    [Fact]
    public void All_ranks_know_after_the_same_product_that_one_was_asked_to_stop()
    {
        var problem = new TinyProblem();
        int[] done = RankThreads.Run(3, group =>
        {
            using var stop = new AgreedStop();
            using var asked = new CancellationTokenSource();
            CancellationToken agreed = stop.Watch(asked.Token);
            return OnRank(problem, group, objective =>
            {
                using var scope = new TensorScope();
                using Evaluation at = objective.Evaluate(problem.Weights(), Wanted.Value);
                Tensor v = problem.Direction(objective.Dimension, 1);
                int products = 0;
                for (; !agreed.IsCancellationRequested && products < 100; products++)
                {
                    if (group.Rank == 2 && products == 4)
                    {
                        asked.Cancel();
                    }

                    // One number more than the vector.
                    Spent(group, () => at.HessianVectorProduct(v), 1, 8 * (objective.Dimension + 1));
                }

                return products;
            }, stop);
        });
        Assert.Equal([5, 5, 5], done);
    }

    [Fact]
    public void A_trial_costs_one_number_and_each_product_one_vector()
    {
        var problem = new TinyProblem();
        RankThreads.Run(2, group => OnRank(problem, group, objective =>
        {
            using var scope = new TensorScope();
            long bytes = 8 * objective.Dimension;
            Spent(group, () => objective.Evaluate(problem.Weights(), Wanted.Value).Dispose(), 1, 8);
            using Evaluation at = objective.Evaluate(problem.Weights(), Wanted.ValueAndGradient);
            Spent(group, () => _ = at.Accuracy, 1, 8);
            Spent(group, () => at.Gradient(), 0, 0);
            Spent(group, () => at.HessianVectorProduct(problem.Direction(objective.Dimension, 1)), 1, bytes);
            Spent(group, () => at.GaussNewtonProduct(problem.Direction(objective.Dimension, 2)), 1, bytes);
            Spent(group, () => at.ThirdDerivatives(Tensor.Stack([problem.Direction(objective.Dimension, 3), problem.Direction(objective.Dimension, 4)])), 1, 3 * bytes);
            using Ray ray = objective.Along(at, at.Gradient());
            Spent(group, () => ray.Try(0.1).Dispose(), 1, 8);
            return 0;
        }));
    }

    [Fact]
    public void Line_products_of_all_ranks_resume_on_any_number_of_them()
    {
        var problem = new TinyProblem { Samples = 7 };
        double[][] stored = RankThreads.Run(3, group => OnRank(problem, group, objective => AfterTwoSteps(problem, objective, resume: false)));
        double[][] resumed = RankThreads.Run(2, group => OnRank(problem, group, objective => AfterTwoSteps(problem, objective, resume: true)));
        Assert.All(stored[0].Zip(resumed[0]), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
    }

    [Fact]
    public void Batch_statistics_and_too_many_ranks_are_refused()
    {
        string[] said = RankThreads.Run(2, group =>
        {
            var problem = new TinyProblem { Kind = "cnn", Widths = [2, 2], BatchNorm = true };
            return Assert.Throws<BrinkException>(() => OnRank(problem, group, _ => 0, plan: new ObjectivePlan(7))).Message;
        });
        Assert.All(said, message => Assert.Contains("--sync-batch-norm", message, StringComparison.Ordinal));

        // Pieces of a rank's share have no statistics of the whole.
        said = RankThreads.Run(2, group =>
        {
            var problem = new TinyProblem { Kind = "cnn", Widths = [2, 2], BatchNorm = true };
            return Assert.Throws<BrinkException>(() => OnRank(problem, group, _ => 0, plan: new ObjectivePlan(2, SyncBatchNorm: true))).Message;
        });
        Assert.All(said, message => Assert.Contains("leave out --micro-batch", message, StringComparison.Ordinal));

        string[] many = RankThreads.Run(2, group => Assert.Throws<BrinkException>(void () => SampleShare.Of(group, 1)).Message);
        Assert.Equal("2 ranks cannot share 1 samples: start at most 1 ranks", many[0]);
    }

    private static Numbers Take(TinyProblem problem, NetworkObjective objective, ProcessGroup? group)
    {
        using var scope = new TensorScope();
        using Evaluation at = objective.Evaluate(problem.Weights(), Wanted.ValueAndGradient);
        Tensor u = problem.Direction(objective.Dimension, 1);
        Tensor v = problem.Direction(objective.Dimension, 2);
        var vectors = new List<double[]>
        {
            new[] { at.Value, at.Accuracy!.Value, objective.Samples },
            at.Gradient().ToArray<double>(),
            at.HessianVectorProduct(v).ToArray<double>(),
            at.GaussNewtonProduct(v).ToArray<double>(),
        };
        if (!problem.BatchNorm)
        {
            // libtorch's third derivatives of one process's batch normalisation are wrong, and refused.
            vectors.Add(at.ThirdDerivative(u, v).ToArray<double>());
        }

        using Ray ray = objective.Along(at, at.Gradient());
        using Evaluation trial = ray.Try(0.25);
        vectors.Add([trial.Value]);
        vectors.Add(trial.Gradient().ToArray<double>());
        vectors.Add([.. ZeroActivations.Count(objective, at.Weights).Select(one => (double)one.Zeros)]);
        return new Numbers(vectors);
    }

    private static double[] AfterTwoSteps(TinyProblem problem, NetworkObjective objective, bool resume)
    {
        using var scope = new TensorScope();
        using var method = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
        Evaluation at = objective.Evaluate(problem.Weights(), Wanted.ValueAndGradient);
        for (int k = 0; k < 4; k++)
        {
            if (resume && k == 2)
            {
                Evaluation again = objective.Resume(at.Weights.Clone().Unscoped(), at.CachedProducts(), Wanted.ValueAndGradient);
                at.Dispose();
                at = again;
            }

            (Evaluation next, _) = method.Step(objective, at);
            at.Dispose();
            at = next;
        }

        double[] weights = at.Weights.ToArray<double>();
        at.Dispose();
        return weights;
    }

    private static void Spent(ProcessGroup group, Action work, long sums, long bytes)
    {
        (long before, long bytesBefore) = (group.Sums, group.SummedBytes);
        work();
        Assert.Equal(sums, group.Sums - before);
        Assert.Equal(bytes, group.SummedBytes - bytesBefore);
    }

    private static T OnRank<T>(
        TinyProblem problem, ProcessGroup group, Func<NetworkObjective, T> work, AgreedStop? stop = null, ObjectivePlan? plan = null)
    {
        using var workers = new Workers(1);
        (SampleShare share, long count) = SampleShare.Of(group, problem.Samples, stop);
        plan ??= problem.BatchNorm ? new ObjectivePlan(problem.Samples, SyncBatchNorm: true) : new ObjectivePlan(2);
        int[] rows = [.. Enumerable.Range((int)share.First, (int)count)];
        using NetworkObjective objective = problem.Objective(workers, plan, rows, share);
        return work(objective);
    }

    private sealed record Numbers(IReadOnlyList<double[]> Vectors);
}
