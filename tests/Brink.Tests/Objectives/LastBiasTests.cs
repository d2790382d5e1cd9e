using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Objectives;

/// <summary>
/// Under squared errors the last bias's Hessian block is a multiple of I whatever the weights, which bounds the sharpness from
/// below; under cross-entropy it is what it is said to be at random guess, and no bound (math.md §1).
/// </summary>
public sealed class LastBiasTests
{
    private static readonly Arbitrary<(TinyProblem Problem, bool Lines, int MicroBatch)> Networks = Arb.From(
        from depth in Gen.Choose(0, 2)
        from widths in Gen.Choose(1, 4).ListOf(depth)
        from activation in Gen.Elements("relu", "tanh", "gelu", "softplus", "elu")
        from classes in Gen.Choose(1, 5)
        from samples in Gen.Choose(1, 6)
        from seed in Gen.Choose(0, 100000)
        from lines in Gen.Elements(true, false)
        from microBatch in Gen.Choose(1, 6)
        select (
            new TinyProblem { Widths = [.. widths], Activation = activation, Classes = classes, Samples = samples, Seed = (ulong)seed },
            lines,
            microBatch));

    [Theory]
    [InlineData("mse")]
    [InlineData("squared")]
    public void Under_squared_errors_the_block_is_a_multiple_of_the_identity_and_the_sharpness_at_least_that(string loss) =>
        Prop.ForAll(Networks, given =>
        {
            (TinyProblem problem, bool lines, int microBatch) = (given.Problem with { Loss = loss }, given.Lines, given.MicroBatch);
            using var scope = new TensorScope();
            using var workers = new Workers(1);
            using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(microBatch, LineProducts: lines));
            double[][] hessian = Derivatives.Hessian(objective, problem.Weights());
            int classes = problem.Classes;
            double expected = loss == "mse" ? 2.0 / classes : 1;
            Assert.Equal(expected, LossFunction.Named(loss).LastBiasSharpness(classes));
            Assert.True(LossFunction.Named(loss).LastBiasBoundsSharpness);
            double[][] block = LastBlock(hessian, classes);
            for (int i = 0; i < classes; i++)
            {
                for (int j = 0; j < classes; j++)
                {
                    Assert.Equal(i == j ? expected : 0, block[i][j], 1e-12);
                }
            }

            Assert.True(Sharpness(hessian) >= expected - 1e-12);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Theory]
    [InlineData("mse")]
    [InlineData("squared")]
    [InlineData("ce")]
    public void With_outputs_that_guess_at_random_the_block_is_as_sharp_as_is_said(string loss)
    {
        foreach (int classes in (int[])[2, 3, 5])
        {
            // All weights zero: so are the outputs. Of three layers or more none but the last bias then curves.
            var problem = new TinyProblem { Loss = loss, Classes = classes, Samples = 2 * classes, Widths = [4, 3] };
            using var scope = new TensorScope();
            using var workers = new Workers(1);
            using NetworkObjective objective = problem.Objective(workers);
            double[][] hessian = Derivatives.Hessian(objective, problem.Weights().ZerosLike());
            double[] values = Values(LastBlock(hessian, classes));
            double expected = LossFunction.Named(loss).LastBiasSharpness(classes);
            Assert.Equal(expected, values[^1], 1e-12);
            Assert.Equal(expected, Sharpness(hessian), 1e-12);
            Assert.Equal(2 / values[^1], objective.FlatStep, 1e-9);

            // mse and squared: K times. Cross-entropy: K − 1 times, and 0 along the sum of the outputs.
            Assert.Equal(loss == "ce" ? 0 : expected, values[0], 1e-12);
            Assert.All(values[1..], value => Assert.Equal(expected, value, 1e-12));
        }
    }

    [Fact]
    public void Under_cross_entropy_it_is_no_bound()
    {
        // A last bias that is sure of the one sample's class: p is near one-hot, and the whole Hessian goes to zero.
        var problem = new TinyProblem { Loss = "ce", Samples = 1, Widths = [4, 3] };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Tensor weights = problem.Weights().ZerosLike();
        weights.Narrow(0, weights.Count - problem.Classes + problem.Labels[0], 1).Fill(12);
        double[][] hessian = Derivatives.Hessian(objective, weights);
        Assert.False(LossFunction.Named("ce").LastBiasBoundsSharpness);
        Assert.True(Sharpness(hessian) < 1e-3 * LossFunction.Named("ce").LastBiasSharpness(problem.Classes));
    }

    [Theory]
    [InlineData("mse", 10)]
    [InlineData("squared", 2)]
    [InlineData("ce", 20)]
    public void Nls_ub_stays_below_the_bound_of_its_loss(string loss, double bound)
    {
        // Hardly any slope: a search that nothing holds back extrapolates far beyond the bound.
        var problem = new TinyProblem { Loss = loss, Classes = 10, Samples = 20, Widths = [4] };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Assert.Equal(bound, objective.FlatStep, 1e-12);
        double Largest(Method method)
        {
            double largest = 0;
            Evaluation at = objective.Evaluate((problem.Weights() * 1e-3).Unscoped(), method.Wanted);
            for (int k = 0; k < 30; k++)
            {
                (Evaluation next, StepReport report) = method.Step(objective, at);
                at.Dispose();
                (at, largest) = (next, Math.Max(largest, report.StepSize));
            }

            at.Dispose();
            return largest;
        }

        using var bounded = new BoundedSearch(new ZhangHagerReference(), new SearchParameters());
        using var free = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
        Assert.InRange(Largest(bounded), bound / 2.1, bound * (1 - 1e-12));
        Assert.True(Largest(free) > bound);
    }

    [Fact]
    public void Without_the_last_bias_the_bound_is_gone()
    {
        // Dead units: no output depends on anything, and the Hessian vanishes.
        var problem = new TinyProblem { Bias = false, Activation = "relu" };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        double[][] hessian = Derivatives.Hessian(objective, problem.Weights().ZerosLike());
        Assert.True(Sharpness(hessian) < 0.01 * 2 / problem.Classes);
    }

    private static double[][] LastBlock(double[][] hessian, int classes) => [.. hessian[^classes..].Select(row => row[^classes..])];

    private static double Sharpness(double[][] matrix) => Values(matrix)[^1];

    private static double[] Values(double[][] matrix) =>
        Tensor.From([.. matrix.SelectMany(row => row)], matrix.Length, matrix.Length).SymmetricEigen().Values.ToArray<double>();
}
