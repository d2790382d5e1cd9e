using Brink.Objectives;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Objectives;

/// <summary>How an objective goes about its work changes nothing but the last bits, and the same way changes none.</summary>
public sealed class ExecutionPlanLawTests
{
    private sealed record Way(TinyProblem Problem, int MicroBatch, int Workers, bool Keep, bool Lines, bool KeepCurvature)
    {
        internal ObjectivePlan Plan => new(MicroBatch, Keep, Lines, KeepCurvature ? 1 << 30 : 0);
    }

    private static readonly Arbitrary<Way> Ways = Arb.From(
        from network in Gen.Elements(
            new TinyProblem(),
            new TinyProblem { Activation = "relu", Loss = "ce", Widths = [5, 4] },
            new TinyProblem { Widths = [], Loss = "squared" },
            new TinyProblem { Bias = false, Activation = "gelu" },
            new TinyProblem { Kind = "cnn", Activation = "relu", Samples = 4 })
        from seed in Gen.Choose(0, 1000)
        from microBatch in Gen.Choose(1, 8)
        from workers in Gen.Choose(1, 3)
        from keep in Gen.Elements(true, false)
        from lines in Gen.Elements(true, false)
        from keepCurvature in Gen.Elements(true, false)
        select new Way(network with { Seed = (ulong)seed }, microBatch, workers, keep, lines, keepCurvature));

    [Fact]
    public void Micro_batches_workers_and_kept_graphs_change_nothing_beyond_1e_minus_10() =>
        Prop.ForAll(Ways, way =>
        {
            using var scope = new TensorScope();
            AssertClose(Compute(way with { MicroBatch = 100, Workers = 1, Keep = false, Lines = false }), Compute(way));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void The_same_plan_gives_the_same_bits_and_so_does_keeping_graphs_or_not() =>
        Prop.ForAll(Ways, way =>
        {
            using var scope = new TensorScope();
            Results first = Compute(way);
            AssertSame(first, Compute(way));
            AssertSame(first, Compute(way with { Keep = !way.Keep }));
            AssertSame(first, Compute(way with { KeepCurvature = !way.KeepCurvature }));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void What_is_asked_for_first_changes_no_bit() =>
        Prop.ForAll(Ways, way =>
        {
            using var scope = new TensorScope();
            using var workers = new Workers(way.Workers);
            using NetworkObjective objective = way.Problem.Objective(workers, way.Plan);
            Tensor direction = way.Problem.Direction(objective.Dimension, 3);
            Results expected = Compute(way);
            foreach (Wanted wanted in Enum.GetValues<Wanted>())
            {
                using Evaluation at = objective.Evaluate(way.Problem.Weights().Unscoped(), wanted);
                Tensor product = at.HessianVectorProduct(direction);
                Tensor gradient = at.Gradient();
                at.ReleaseCurvature();
                AssertSame(expected, new Results(at.Value, at.Accuracy, gradient, product));
                AssertSame(expected, new Results(at.Value, at.Accuracy, at.Gradient(), at.HessianVectorProduct(direction)));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));

    [Fact]
    public void Restricted_to_all_samples_an_objective_is_itself_and_to_some_that_of_a_smaller_set() =>
        Prop.ForAll(Ways, Arb.From(Gen.Choose(1, 1000000)), (way, choice) =>
        {
            using var scope = new TensorScope();
            using var workers = new Workers(way.Workers);
            using NetworkObjective objective = way.Problem.Objective(workers, way.Plan);
            int[] all = [.. Enumerable.Range(0, way.Problem.Samples).Reverse()];
            int[] some = [.. all.Where(k => ((choice >> k) & 1) == 1 || k == choice % way.Problem.Samples)];
            using NetworkObjective whole = objective.Restrict(Indices(all));
            using NetworkObjective part = objective.Restrict(Indices(some));
            using NetworkObjective again = part.Restrict(Indices([.. Enumerable.Range(0, some.Length)]));
            using NetworkObjective smaller = way.Problem.Objective(workers, new ObjectivePlan(100), some);
            AssertClose(Compute(way.Problem, objective), Compute(way.Problem, whole));
            AssertClose(Compute(way.Problem, smaller), Compute(way.Problem, part));
            AssertClose(Compute(way.Problem, smaller), Compute(way.Problem, again));
            Assert.Equal((some.Length, objective.Dimension, objective.Outputs), (part.Samples, part.Dimension, part.Outputs));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void A_batchs_gradient_is_the_mean_of_its_samples_gradients() =>
        Prop.ForAll(Ways, Arb.From(Gen.Choose(1, 1000000)), (way, choice) =>
        {
            using var scope = new TensorScope();
            using var workers = new Workers(way.Workers);
            using NetworkObjective objective = way.Problem.Objective(workers, way.Plan);
            Tensor weights = way.Problem.Weights();
            int[] some = [.. Enumerable.Range(0, way.Problem.Samples).Where(k => ((choice >> k) & 1) == 1 || k == choice % way.Problem.Samples)];
            Tensor mean = weights.ZerosLike();
            double value = 0;
            foreach (int sample in some)
            {
                using NetworkObjective one = way.Problem.Objective(workers, new ObjectivePlan(1), [sample]);
                mean.AddInPlace(Derivatives.Gradient(one, weights), 1.0 / some.Length);
                value += Derivatives.Value(one, weights) / some.Length;
            }

            using NetworkObjective batch = objective.Restrict(Indices(some));
            Assert.True(Derivatives.RelativeDistance(Derivatives.Gradient(batch, weights), mean) < 1e-10);
            Assert.Equal(value, Derivatives.Value(batch, weights), 1e-10 * Math.Abs(value));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    private static long[] Indices(int[] samples) => [.. samples.Select(sample => (long)sample)];

    private sealed record Results(double Value, double? Accuracy, Tensor Gradient, Tensor Product);

    private static Results Compute(Way way)
    {
        using var workers = new Workers(way.Workers);
        using NetworkObjective objective = way.Problem.Objective(workers, way.Plan);
        return Compute(way.Problem, objective);
    }

    private static Results Compute(TinyProblem problem, NetworkObjective objective)
    {
        using Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), Wanted.Value);
        return new Results(
            at.Value, at.Accuracy, at.Gradient().Clone(), at.HessianVectorProduct(problem.Direction(objective.Dimension, 3)));
    }

    private static void AssertClose(Results expected, Results actual)
    {
        Assert.Equal(expected.Value, actual.Value, 1e-10 * Math.Abs(expected.Value));
        Assert.Equal(expected.Accuracy, actual.Accuracy);
        Assert.True(Derivatives.RelativeDistance(actual.Gradient, expected.Gradient) < 1e-10);
        Assert.True(Derivatives.RelativeDistance(actual.Product, expected.Product) < 1e-10);
    }

    private static void AssertSame(Results expected, Results actual)
    {
        Assert.Equal(expected.Value, actual.Value);
        Assert.Equal(expected.Accuracy, actual.Accuracy);
        Assert.Equal(expected.Gradient.ToBytes(), actual.Gradient.ToBytes());
        Assert.Equal(expected.Product.ToBytes(), actual.Product.ToBytes());
    }
}
