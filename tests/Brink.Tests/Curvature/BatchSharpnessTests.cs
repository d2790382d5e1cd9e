using Brink.Curvature;
using Brink.Objectives;
using Brink.Tests.Objectives;
using Brink.Torch;

namespace Brink.Tests.Curvature;

/// <summary>The batch sharpness against the dense Hessian of each batch.</summary>
public sealed class BatchSharpnessTests
{
    private static readonly long[][] s_batches = [[3, 0, 7], [1, 8, 2], [5, 4, 6]];

    [Theory]
    [InlineData("mse", false)]
    [InlineData("ce", false)]
    [InlineData("squared", true)]
    public void Mean_least_and_largest_are_those_of_the_batches_dense_hessians(string loss, bool normalised)
    {
        var problem = new TinyProblem { Loss = loss, Samples = 9, BatchNorm = normalised };
        using var scope = new TensorScope();
        using var workers = new Workers(2);
        using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(normalised ? 9 : 2));
        Tensor weights = problem.Weights();
        double[] expected = [.. s_batches.Select(batch => Sharpness(problem, workers, [.. batch.Select(k => (int)k)], weights))];
        using var tracker = new SharpnessTracker(new LanczosOptions { ResidualTolerance = 1e-9 });
        foreach (int _ in (int[])[1, 2])
        {
            // The second time from where the last batch was found.
            BatchSharpness found = BatchSharpness.Measure(objective, weights, s_batches, tracker);
            Assert.Equal(expected.Average(), found.Mean, 1e-9 * expected.Max());
            Assert.Equal(expected.Min(), found.Smallest, 1e-9 * expected.Max());
            Assert.Equal(expected.Max(), found.Largest, 1e-9 * expected.Max());
            Assert.Equal((3, 0), (found.Batches, found.Unconverged));
            Assert.InRange(found.WorstResidual, 0, 1e-9);
        }

        if (!normalised)
        {
            // λ₁ is convex, and even batches average to the whole.
            Assert.True(expected.Average() >= Sharpness(problem, workers, [.. Enumerable.Range(0, 9)], weights) - 1e-12);
        }
    }

    [Fact]
    public void The_products_are_counted_and_what_misses_its_tolerance_is_told()
    {
        var problem = new TinyProblem { Samples = 9 };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        using var tracker = new SharpnessTracker(new LanczosOptions { ResidualTolerance = 1e-9, MaximumProducts = 3 });
        BatchSharpness found = BatchSharpness.Measure(objective, problem.Weights(), s_batches, tracker);
        Assert.Equal((9, 3), (found.Products, found.Unconverged));
        Assert.True(found.WorstResidual > 1e-9);
        Assert.Throws<ArgumentException>(() => BatchSharpness.Measure(objective, problem.Weights(), [], tracker));
    }

    private static double Sharpness(TinyProblem problem, Workers workers, int[] samples, Tensor weights)
    {
        using NetworkObjective batch = problem.Objective(workers, new ObjectivePlan(100), samples);
        double[][] hessian = Derivatives.Hessian(batch, weights);
        double[] values = Tensor.From([.. hessian.SelectMany(row => row)], hessian.Length, hessian.Length).SymmetricEigen().Values.ToArray<double>();
        return values[^1];
    }
}
