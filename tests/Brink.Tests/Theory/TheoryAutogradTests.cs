using Brink.Theory;
using Brink.Torch;

namespace Brink.Tests.Theory;

/// <summary>Value, gradient and Hessian of each model against automatic differentiation of the same function written in libtorch's operators.</summary>
public sealed class TheoryAutogradTests
{
    [Fact]
    public void The_minimalist_example()
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            Agree(new Minimalist(100, 0.01), TheoryProblems.Start(3, seed, positive: false), w =>
            {
                Tensor oscillating = At(w, 0) * At(w, 1);
                Tensor residual = (At(w, 0) * At(w, 2)) - 1;
                return (50 * (oscillating * oscillating)) + (0.005 * (residual * residual));
            });
        }
    }

    [Fact]
    public void Scalar_networks()
    {
        for (int depth = 1; depth <= 6; depth++)
        {
            Agree(new ScalarNetwork(depth, 1.3), TheoryProblems.Start(depth, (ulong)depth, positive: false), w =>
            {
                Tensor product = At(w, 0);
                for (int i = 1; i < w.Count; i++)
                {
                    product *= At(w, i);
                }

                Tensor residual = product - 1.3;
                return 0.5 * (residual * residual);
            });
        }
    }

    [Fact]
    public void Squared_regression()
    {
        const int Samples = 3;
        const int Features = 5;
        double[,] inputs = new double[Samples, Features];
        double[] targets = TheoryProblems.Start(Samples, 2, positive: false);
        double[] flat = TheoryProblems.Start(Samples * Features, 3, positive: false);
        Buffer.BlockCopy(flat, 0, inputs, 0, flat.Length * sizeof(double));
        Agree(new SquaredRegression(inputs, targets), TheoryProblems.Start(2 * Features, 4, positive: false), w =>
        {
            Tensor u = w.Narrow(0, 0, Features);
            Tensor v = w.Narrow(0, Features, Features);
            Tensor residual = Tensor.From(flat, Samples, Features).MatrixProduct((u * u) - (v * v)) - Tensor.From(targets);
            return (residual * residual).Sum() * (0.5 / Samples);
        });
    }

    internal static Tensor At(Tensor w, long i) => w.Select(0, i);

    internal static void Agree(TheoryModel model, double[] point, Func<Tensor, Tensor> loss)
    {
        using var scope = new TensorScope();
        Tensor w = Tensor.From(point).Clone();
        w.RequiresGrad = true;
        Tensor value = loss(w);
        Tensor gradient = Autograd.Gradients([value], [w], createGraph: true)[0]!;
        int count = point.Length;
        double[] ours = new double[count];
        model.Gradient(point, ours);
        double[] theirs = gradient.Detach().ToArray<double>();
        Near(value.Detach().Item(), model.Value(point), 1);
        double scale = 1 + theirs.Max(Math.Abs);
        Assert.All(theirs.Zip(ours), pair => Near(pair.First, pair.Second, scale));
        double[,] hessian = model.Hessian(point);
        double[][] rows = [.. Enumerable.Range(0, count).Select(i =>
            Autograd.Gradients([At(gradient, i)], [w], retainGraph: true)[0] is { } row ? row.ToArray<double>() : new double[count])];
        double largest = 1 + rows.Max(row => row.Max(Math.Abs));
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                Near(rows[i][j], hessian[i, j], largest);
            }
        }
    }

    private static void Near(double expected, double actual, double scale) => Assert.InRange(Math.Abs(expected - actual), 0, 1e-12 * scale);

    /// <summary>G = Σ cᵢ∇rᵢ∇rᵢᵀ with the residuals' gradients by automatic differentiation, f = Σ½cᵢrᵢ².</summary>
    [Theory]
    [InlineData("minimalist")]
    [InlineData("scalar")]
    [InlineData("regression")]
    [InlineData("linear")]
    public void Gauss_Newton_products_are_those_of_the_residuals_gradients(string name)
    {
        double[] flat = TheoryProblems.Start(6, 3, positive: false);
        double[] targets = TheoryProblems.Start(2, 2, positive: false);
        (TheoryModel model, double[] factors, Func<Tensor, Tensor[]> residuals) = SumOfSquares(name, flat, targets);
        double[] point = TheoryProblems.Start(model.Dimension, 7, positive: false);
        double[] direction = TheoryProblems.Start(model.Dimension, 8, positive: false);
        using var scope = new TensorScope();
        Tensor weights = Tensor.From(point).Clone();
        weights.RequiresGrad = true;
        double[] expected = new double[point.Length];
        Tensor[] terms = residuals(weights);
        for (int n = 0; n < terms.Length; n++)
        {
            double[] slope = Autograd.Gradients([terms[n]], [weights], retainGraph: true)[0]!.ToArray<double>();
            double along = factors[n] * slope.Zip(direction, (a, b) => a * b).Sum();
            expected = [.. expected.Zip(slope, (sum, entry) => sum + (along * entry))];
        }

        double[] found = new double[point.Length];
        model.GaussNewtonProduct(point, direction, found);
        Assert.All(expected.Zip(found), pair => Near(pair.First, pair.Second, 1 + expected.Max(Math.Abs)));
    }

    private static (TheoryModel Model, double[] Factors, Func<Tensor, Tensor[]> Residuals) SumOfSquares(string name, double[] flat, double[] targets)
    {
        switch (name)
        {
            case "minimalist":
                return (new Minimalist(3, 0.7), [3, 0.7], w => [At(w, 0) * At(w, 1), (At(w, 0) * At(w, 2)) - 1]);
            case "scalar":
                return (new ScalarNetwork(3, 1.3), [1], w => [(At(w, 0) * At(w, 1) * At(w, 2)) - 1.3]);
            case "regression":
                return (new SquaredRegression(Rows(flat, 2, 3), targets), [0.5, 0.5], Regression);
            default:
                return (new LinearNetwork([3, 2, 1], Rows(flat, 3, 2), Rows(targets, 1, 2), perSample: true), [0.5, 0.5], Linear);
        }

        Tensor[] Regression(Tensor w)
        {
            Tensor u = w.Narrow(0, 0, 3);
            Tensor v = w.Narrow(0, 3, 3);
            Tensor all = Tensor.From(flat, 2, 3).MatrixProduct((u * u) - (v * v)) - Tensor.From(targets);
            return [At(all, 0), At(all, 1)];
        }

        Tensor[] Linear(Tensor w)
        {
            Tensor hidden = w.Narrow(0, 0, 6).View(2, 3).MatrixProduct(Tensor.From(flat, 3, 2));
            Tensor all = (w.Narrow(0, 6, 2).View(1, 2).MatrixProduct(hidden) - Tensor.From(targets, 1, 2)).View(2);
            return [At(all, 0), At(all, 1)];
        }
    }

    private static double[,] Rows(double[] numbers, int rows, int columns)
    {
        double[,] matrix = new double[rows, columns];
        Buffer.BlockCopy(numbers, 0, matrix, 0, numbers.Length * sizeof(double));
        return matrix;
    }
}
