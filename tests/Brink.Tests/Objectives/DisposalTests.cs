using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Objectives;

/// <summary>Runs alone: the bytes it counts are the process's.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    internal const string Name = "memory";
}

[Collection(MemoryCollection.Name)]
public sealed class DisposalTests
{
    private static readonly TinyProblem[] Problems =
    [
        new() { Samples = 6 },
        new() { Samples = 6, Widths = [], Loss = "ce" },
        new() { Samples = 6, BatchNorm = true },
        new() { Samples = 4, Kind = "cnn", Activation = "relu" },
    ];

    [Fact]
    public void Disposing_gives_every_byte_back()
    {
        foreach (TinyProblem problem in Problems)
        {
            foreach ((bool keep, bool lines) in ((bool, bool)[])[(true, true), (false, true), (true, false), (false, false)])
            {
                using var workers = new Workers(2);
                var plan = new ObjectivePlan(problem.BatchNorm ? 6 : 2, keep, lines);
                Tensor weights = problem.Weights();
                Tensor direction = problem.Direction(weights.Count, 1);
                Work(problem, workers, plan, weights, direction);
                long before = SettledBytes();
                Work(problem, workers, plan, weights, direction);
                Assert.Equal(before, Runtime.TensorBytes(Device.Cpu));
                weights.Dispose();
                direction.Dispose();
            }
        }
    }

    [Theory]
    [InlineData("nls")]
    [InlineData("sam")]
    [InlineData("cdat")]
    [InlineData("adam on batches")]
    [InlineData("nls on batches")]
    [InlineData("cdat on batches")]
    [InlineData("gd")]
    public void Memory_is_flat_from_step_to_step(string name)
    {
        var problem = new TinyProblem { Activation = "relu" };
        using var workers = new Workers(2);
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(3));
        using Method method = name switch
        {
            "nls" => new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters()),
            "sam" => new SharpnessAwareMinimization(0.01),
            "cdat" => new CurvatureDynamicsAwareTuning(),
            "adam on batches" => new StochasticMethod(new Adam(0.01), 3, 0),
            "nls on batches" => new StochasticMethod(new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters()), 3, 0),
            "cdat on batches" => new StochasticMethod(new CurvatureDynamicsAwareTuning(), 3, 0),
            _ => new GradientDescent(0.1, 0.9, nesterov: true),
        };
        long bytes = Runtime.TensorBytes(Device.Cpu);
        Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), method.Wanted);
        for (int k = 0; k < 40; k++)
        {
            (Evaluation next, _) = method.Step(objective, at);
            at.Dispose();
            at = next;
            if (k == 19)
            {
                bytes = SettledBytes();
            }
        }

        Assert.Equal(bytes, Runtime.TensorBytes(Device.Cpu));
        at.Dispose();
    }

    /// <summary>Bytes held after the collector has freed what earlier tests left to it.</summary>
    private static long SettledBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Runtime.TensorBytes(Device.Cpu);
    }

    /// <summary>Everything an objective can do, without a scope that would tidy up behind it.</summary>
    private static void Work(TinyProblem problem, Workers workers, ObjectivePlan plan, Tensor weights, Tensor direction)
    {
        NetworkObjective objective = problem.Objective(workers, plan);
        foreach (Wanted wanted in Enum.GetValues<Wanted>())
        {
            Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), wanted);
            _ = at.Accuracy;
            at.HessianVectorProduct(direction).Dispose();
            at.HessianVectorProduct(direction).Dispose();
            at.Gradient();
            Ray ray = objective.Along(at, direction);
            Evaluation trial = ray.Try(0.1);
            ray.Try(0.2).Dispose();
            ray.Dispose();
            at.Dispose();
            trial.Gradient();
            Evaluation resumed = objective.Resume(trial.Weights.Clone().Unscoped(), trial.CachedProducts(), wanted);
            resumed.Dispose();
            trial.Dispose();
        }

        using (NetworkObjective batch = objective.Restrict([0L, 3, 1]))
        {
            using Evaluation at = batch.Evaluate(weights.Clone().Unscoped(), Wanted.Value);
            at.Gradient();
            at.HessianVectorProduct(direction).Dispose();
        }

        objective.Dispose();
    }
}
