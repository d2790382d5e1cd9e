using Brink.Objectives;
using Brink.Tests.Curvature;
using Brink.Torch;

namespace Brink.Tests.Objectives;

public sealed class ThirdDerivativeTests
{
    private static readonly Dictionary<string, TinyProblem> Problems = new()
    {
        ["tanh"] = new() { Widths = [4, 3] },
        ["tanh-ce"] = new() { Loss = "ce", Widths = [4] },
        ["gelu-squared"] = new() { Activation = "gelu", Loss = "squared", Widths = [3, 3] },
        ["softplus-no-bias"] = new() { Activation = "softplus", Bias = false, Loss = "ce" },
        ["linear-ce"] = new() { Widths = [], Loss = "ce" },
        ["deep-linear"] = new() { Activation = "relu", Widths = [4, 4] },
        ["cnn"] = new() { Kind = "cnn", Samples = 3, Loss = "ce" },
        ["cnn-squared"] = new() { Kind = "cnn", Activation = "gelu", Samples = 3, Loss = "squared" },
    };

    public static TheoryData<string> Names => [.. Problems.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_the_central_difference_of_Hessian_vector_products(string name)
    {
        TinyProblem problem = Problems[name];
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        foreach (bool lineProducts in (bool[])[true, false])
        {
            using NetworkObjective objective = problem.Objective(workers, new ObjectivePlan(problem.Samples, LineProducts: lineProducts));
            Tensor weights = problem.Weights();
            Tensor u = problem.Direction(objective.Dimension, 3);
            Tensor v = problem.Direction(objective.Dimension, 4);
            using Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
            Tensor third = at.ThirdDerivative(u, v);
            const double H = 1e-4;
            Tensor ahead = Derivatives.Product(objective, weights.AddScaled(v, H), u);
            Tensor behind = Derivatives.Product(objective, weights.AddScaled(v, -H), u);
            Tensor difference = (ahead - behind) / (2 * H);
            Assert.True(
                Derivatives.RelativeDistance(third, difference) < 2e-6,
                $"relative distance {Derivatives.RelativeDistance(third, difference)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_symmetric_in_all_three_arguments_and_bilinear(string name)
    {
        TinyProblem problem = Problems[name];
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        using Evaluation at = objective.Evaluate(problem.Weights().Clone().Unscoped(), Wanted.Nothing);
        Tensor u = problem.Direction(objective.Dimension, 5);
        Tensor v = problem.Direction(objective.Dimension, 6);
        Tensor x = problem.Direction(objective.Dimension, 7);
        double value = at.ThirdDerivative(u, v).Dot(x);
        double scale = at.ThirdDerivative(u, v).Norm() * x.Norm();
        Assert.Equal(value, at.ThirdDerivative(v, u).Dot(x), 1e-12 * scale);
        Assert.Equal(value, at.ThirdDerivative(u, x).Dot(v), 1e-12 * scale);
        Assert.Equal(value, at.ThirdDerivative(x, v).Dot(u), 1e-12 * scale);
        Tensor sum = at.ThirdDerivative(u.AddScaled(x, 2), v);
        Tensor parts = at.ThirdDerivative(u, v).AddScaled(at.ThirdDerivative(x, v), 2);
        Assert.True(Derivatives.RelativeDistance(sum, parts) < 1e-12);
    }

    [Theory]
    [InlineData("tanh", 1, 3)]
    [InlineData("tanh", 2, 2)]
    [InlineData("tanh-ce", 3, 2)]
    [InlineData("cnn", 2, 2)]
    public void All_pairs_together_equal_one_by_one_whatever_the_micro_batch_and_the_memory(string name, int threads, long microBatch)
    {
        TinyProblem problem = Problems[name];
        using var scope = new TensorScope();
        using var one = new Workers(1);
        using NetworkObjective whole = problem.Objective(one);
        using Evaluation reference = whole.Evaluate(problem.Weights().Clone().Unscoped(), Wanted.Nothing);
        Tensor directions = Matrices.Normal([3, whole.Dimension], 8);
        using var workers = new Workers(threads);
        foreach (long budget in (long[])[0, 1L << 30])
        {
            using NetworkObjective cut = problem.Objective(workers, new ObjectivePlan(microBatch, GraphBudget: budget));
            using Evaluation at = cut.Evaluate(problem.Weights().Clone().Unscoped(), Wanted.Nothing);
            Tensor all = at.ThirdDerivatives(directions);
            Assert.Equal([6, whole.Dimension], all.Shape);
            int row = 0;
            for (int i = 0; i < 3; i++)
            {
                for (int j = i; j < 3; j++)
                {
                    Tensor single = reference.ThirdDerivative(directions.Select(0, i), directions.Select(0, j));
                    Assert.True(Derivatives.RelativeDistance(all.Select(0, row++), single) < 1e-12);
                }
            }

            // The same graphs go on serving products.
            Assert.True(Derivatives.RelativeDistance(
                at.HessianVectorProduct(directions.Select(0, 0)), reference.HessianVectorProduct(directions.Select(0, 0))) < 1e-12);
        }
    }

    [Fact]
    public void Where_libtorch_would_be_wrong_it_is_refused()
    {
        var problem = new TinyProblem { BatchNorm = true };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        using Evaluation at = objective.Evaluate(problem.Weights().Clone().Unscoped(), Wanted.Nothing);
        Tensor u = problem.Direction(objective.Dimension, 1);
        Assert.Contains("normalisation", Assert.Throws<BrinkException>(() => at.ThirdDerivative(u, u)).Message);
    }

    [Fact]
    public void A_linear_network_with_squared_loss_has_none()
    {
        var problem = new TinyProblem { Widths = [], Loss = "squared" };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        using Evaluation at = objective.Evaluate(problem.Weights().Clone().Unscoped(), Wanted.Nothing);
        Tensor u = problem.Direction(objective.Dimension, 1);
        Assert.Equal(0, at.ThirdDerivative(u, u).Norm());
    }
}
