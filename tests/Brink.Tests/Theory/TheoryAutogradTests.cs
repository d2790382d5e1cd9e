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
}
