using Brink.Objectives;
using Brink.Torch;

namespace Brink.Tests.Objectives;

public sealed class DerivativeTests
{
    private static readonly Dictionary<string, TinyProblem> Problems = new()
    {
        ["relu"] = new() { Activation = "relu", Widths = [4, 3] },
        ["tanh"] = new() { Activation = "tanh", Loss = "ce" },
        ["gelu"] = new() { Activation = "gelu", Loss = "squared" },
        ["softplus"] = new() { Activation = "softplus", Widths = [3, 2] },
        ["linear"] = new() { Widths = [], Loss = "ce" },
        ["linear-mse"] = new() { Widths = [] },
        ["no-bias"] = new() { Bias = false, Loss = "ce", Widths = [3, 3] },
        ["linear-no-bias"] = new() { Bias = false, Widths = [] },
        ["batch-norm"] = new() { BatchNorm = true },
        ["batch-norm-relu"] = new() { BatchNorm = true, Activation = "relu", Loss = "ce", Widths = [3, 3] },
        ["cnn"] = new() { Kind = "cnn", Activation = "relu", Samples = 3 },
        ["cnn-tanh"] = new() { Kind = "cnn", Activation = "tanh", Samples = 3, Loss = "ce", Bias = false },
    };

    public static TheoryData<string> Names => [.. Problems.Keys];

    public static TheoryData<string> Small => [.. Problems.Keys.Where(name => !name.StartsWith("cnn"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_value_is_the_loss_of_plain_loops(string name)
    {
        TinyProblem problem = Problems[name];
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        foreach (string loss in LossFunction.Names)
        {
            TinyProblem own = problem with { Loss = loss };
            using NetworkObjective objective = own.Objective(workers);
            Tensor weights = own.Weights();
            double expected = own.PlainLoss(weights.ToArray<double>());
            Assert.Equal(expected, Derivatives.Value(objective, weights), 1e-12 * expected);
        }
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void The_gradient_is_the_central_difference_of_plain_losses(string name)
    {
        TinyProblem problem = Problems[name];
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Tensor weights = problem.Weights();
        double[] w = weights.ToArray<double>();
        double[] gradient = Derivatives.Gradient(objective, weights).ToArray<double>();
        const double H = 1e-5;
        for (int i = 0; i < w.Length; i++)
        {
            double difference = (problem.PlainLoss(Moved(w, i, H)) - problem.PlainLoss(Moved(w, i, -H))) / (2 * H);
            Assert.Equal(difference, gradient[i], 1e-8);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_and_products_are_directional_differences(string name)
    {
        TinyProblem problem = Problems[name];
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Tensor weights = problem.Weights();
        Tensor direction = problem.Direction(objective.Dimension, 5);
        direction.MultiplyInPlace(1 / direction.Norm());
        const double H = 1e-5;
        Tensor ahead = weights.AddScaled(direction, H);
        Tensor behind = weights.AddScaled(direction, -H);
        double slope = (Derivatives.Value(objective, ahead) - Derivatives.Value(objective, behind)) / (2 * H);
        Assert.Equal(slope, Derivatives.Gradient(objective, weights).Dot(direction), 1e-8);

        Tensor product = Derivatives.Product(objective, weights, direction);
        Tensor difference = (Derivatives.Gradient(objective, ahead) - Derivatives.Gradient(objective, behind)) / (2 * H);
        Assert.True(Derivatives.RelativeDistance(product, difference) < 1e-7);
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void Products_are_columns_of_one_symmetric_matrix(string name)
    {
        TinyProblem problem = Problems[name];
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Tensor weights = problem.Weights();
        double[][] hessian = Derivatives.Hessian(objective, weights);
        for (int i = 0; i < hessian.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.Equal(hessian[i][j], hessian[j][i], 1e-12);
            }
        }

        double[] v = problem.Direction(objective.Dimension, 9).ToArray<double>();
        double[] product = Derivatives.Product(objective, weights, Tensor.From(v)).ToArray<double>();
        for (int i = 0; i < v.Length; i++)
        {
            Assert.Equal(hessian[i].Zip(v, (h, x) => h * x).Sum(), product[i], 1e-11);
        }
    }

    [Theory]
    [InlineData("mse", "tanh", false)]
    [InlineData("ce", "softplus", false)]
    [InlineData("squared", "gelu", false)]
    [InlineData("mse", "tanh", true)]
    public void The_hessian_is_the_second_difference_of_plain_losses(string loss, string activation, bool batchNorm)
    {
        var problem = new TinyProblem { Loss = loss, Activation = activation, Widths = [2], Classes = 2, Samples = 5, BatchNorm = batchNorm };
        using var scope = new TensorScope();
        using var workers = new Workers(1);
        using NetworkObjective objective = problem.Objective(workers);
        Tensor weights = problem.Weights();
        double[] w = weights.ToArray<double>();
        double[][] hessian = Derivatives.Hessian(objective, weights);
        const double H = 3e-4;
        for (int i = 0; i < w.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double Corner(double a, double b) => problem.PlainLoss(Moved(Moved(w, i, a), j, b));
                double difference = (Corner(H, H) - Corner(H, -H) - Corner(-H, H) + Corner(-H, -H)) / (4 * H * H);
                Assert.Equal(difference, hessian[i][j], 3e-6);
            }
        }
    }

    private static double[] Moved(double[] w, int place, double by) => [.. w.Select((x, i) => i == place ? x + by : x)];
}
