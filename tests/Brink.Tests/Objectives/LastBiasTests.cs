using Brink.Objectives;
using Brink.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Objectives;

/// <summary>With <c>mse</c> the last bias's Hessian block is (2/K)·I, so that 2/K bounds the sharpness from below (math.md §1).</summary>
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

    [Fact]
    public void The_block_is_2_over_k_times_identity_and_the_sharpness_at_least_2_over_k() =>
        Prop.ForAll(Networks, given =>
        {
            (TinyProblem problem, bool lines, int microBatch) = given;
            using var scope = new TensorScope();
            using var workers = new Workers(1);
            using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(microBatch, LineProducts: lines));
            double[][] hessian = Derivatives.Hessian(objective, problem.Weights());
            int classes = problem.Classes;
            int first = hessian.Length - classes;
            for (int i = 0; i < classes; i++)
            {
                for (int j = 0; j < classes; j++)
                {
                    Assert.Equal(i == j ? 2.0 / classes : 0, hessian[first + i][first + j], 1e-12);
                }
            }

            Assert.True(Sharpness(hessian) >= (2.0 / classes) - 1e-12);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

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

    private static double Sharpness(double[][] hessian) =>
        Tensor.From([.. hessian.SelectMany(row => row)], hessian.Length, hessian.Length).SymmetricEigen().Values.ToArray<double>()[^1];
}
