using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Objectives;

public sealed class RayTests
{
    [Theory]
    [InlineData("mlp", ScalarType.Float64, 16, 1e-12)]
    [InlineData("mlp", ScalarType.Float64, 1, 1e-12)]
    [InlineData("mlp", ScalarType.Float32, 16, 2e-5)]
    [InlineData("cnn", ScalarType.Float64, 16, 1e-12)]
    public void Trials_equal_fresh_evaluations_over_many_accepted_steps(string kind, ScalarType type, int lifetime, double tolerance)
    {
        var problem = new TinyProblem { Kind = kind, Type = type, Samples = 5 };
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(2, ProductLifetime: lifetime));
        Assert.Equal(kind == "mlp", objective.UsesLineProducts);
        Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), Wanted.Value);
        int steps = kind == "mlp" ? 120 : 5;
        for (int k = 0; k < steps; k++)
        {
            using Ray ray = objective.Along(at, at.Gradient());
            foreach (double rejected in (double[])[3.0, 100])
            {
                using Evaluation trial = ray.Try(rejected);
                AssertFresh(objective, trial, tolerance);
            }

            Evaluation next = ray.Try(0.9);
            AssertFresh(objective, next, tolerance);
            at.Dispose();
            at = next;
        }

        at.Dispose();
    }

    [Fact]
    public void A_ray_from_a_point_where_nothing_was_asked_for_works()
    {
        var problem = new TinyProblem();
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        using Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), Wanted.Nothing);
        Assert.Empty(at.CachedProducts());
        using Ray ray = objective.Along(at, problem.Direction(objective.Dimension, 2));
        using Evaluation trial = ray.Try(0.5);
        AssertFresh(objective, trial, 1e-12);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void A_resumed_evaluation_equals_the_interrupted_one_bit_for_bit(bool keep, bool lines)
    {
        var problem = new TinyProblem { Activation = "relu", Widths = [6, 5] };
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(2, keep, lines, ProductLifetime: 4));
        Evaluation at = objective.Evaluate(problem.Weights().Unscoped(), Wanted.Value);
        for (int k = 0; k < 11; k++)
        {
            // The checkpoint may be taken before or after the gradient was asked for.
            if (k % 2 == 1)
            {
                at.Gradient();
            }

            Dictionary<string, Tensor> products = at.CachedProducts().ToDictionary(
                entry => entry.Key, entry => Tensor.FromBytes(entry.Value.ToBytes(), entry.Value.Type, entry.Value.Shape));
            Assert.Equal(lines && k > 0, products.Count > 0); // At first they are computed from w alone.
            using Evaluation resumed = objective.Resume(at.Weights.Clone().Unscoped(), products, Wanted.Value);
            AssertSame(at, resumed);
            using Ray ray = objective.Along(at, at.Gradient());
            using Ray resumedRay = objective.Along(resumed, resumed.Gradient());
            using (Evaluation far = ray.Try(7), resumedFar = resumedRay.Try(7))
            {
                AssertSame(far, resumedFar);
            }

            Evaluation next = ray.Try(0.7);
            using Evaluation resumedNext = resumedRay.Try(0.7);
            AssertSame(next, resumedNext);
            at.Dispose();
            at = next;
        }

        at.Dispose();
    }

    private static void AssertFresh(NetworkObjective objective, Evaluation trial, double tolerance)
    {
        double fresh = Derivatives.Value(objective, trial.Weights);
        Assert.Equal(fresh, trial.Value, tolerance * fresh);
    }

    private static void AssertSame(Evaluation expected, Evaluation actual)
    {
        using var scope = new TensorScope();
        Assert.Equal(expected.Value, actual.Value);
        Assert.Equal(expected.Weights.ToBytes(), actual.Weights.ToBytes());
        Assert.Equal(expected.Gradient().ToBytes(), actual.Gradient().ToBytes());
    }
}
