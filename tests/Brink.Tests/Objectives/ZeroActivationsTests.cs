using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Objectives;

/// <summary>Dead units of a network against its hidden layer computed in loops.</summary>
public sealed class ZeroActivationsTests
{
    [Fact]
    public void However_the_samples_are_cut_and_shared_the_counts_are_those_of_all_samples() =>
        Prop.ForAll(
            (from seed in Gen.Choose(0, 10000)
             from batch in Gen.Choose(1, 7)
             from workers in Gen.Choose(1, 3)
             from lines in Gen.Elements(true, false)
             select (seed, batch, workers, lines)).ToArbitrary(),
            given =>
            {
                using var scope = new TensorScope();
                using var workers = new Workers(given.workers);
                var problem = new TinyProblem { Activation = "relu", Widths = [9], Samples = 7, Seed = (ulong)given.seed };
                using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(given.batch, LineProducts: given.lines));
                Tensor weights = problem.Weights();
                ActivationZeros zeros = Assert.Single(ZeroActivations.Count(objective, weights));

                double[] w = weights.ToArray<double>();
                double[][] rows = PlainForward.Rows(problem.Inputs());
                bool[][] zero = [.. rows.Select(row => Enumerable.Range(0, 9).Select(unit =>
                    w[27 + unit] + row.Select((x, j) => x * w[(unit * 3) + j]).Sum() <= 0).ToArray())];
                Assert.Equal(("2", 9L, 7L), (zeros.Name, zeros.Units, zeros.Samples));
                Assert.Equal(zero.Sum(row => row.Count(one => one)), zeros.Zeros);
                Assert.Equal(Enumerable.Range(0, 9).Count(unit => zero.All(row => row[unit])), zeros.Dead);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void An_evaluation_made_before_is_left_as_it_is()
    {
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        var problem = new TinyProblem { Activation = "relu", Kind = "cnn" };
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(3));
        Tensor weights = problem.Weights();
        using Evaluation before = objective.Evaluate(weights.Clone(), Wanted.Value);
        Assert.NotEmpty(ZeroActivations.Count(objective, problem.Weights() * -3));
        Assert.True(before.Gradient().IsSameAs(Derivatives.Gradient(objective, weights)));
        Tensor direction = problem.Direction(objective.Dimension, 3);
        Assert.True(before.HessianVectorProduct(direction).IsSameAs(Derivatives.Product(objective, weights, direction)));
    }
}
