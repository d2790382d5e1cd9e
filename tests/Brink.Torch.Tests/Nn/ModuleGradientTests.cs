using Brink.Torch.Nn;

namespace Brink.Torch.Tests.Nn;

public sealed class ModuleGradientTests
{
    /// <summary>Every module, and the shape of an input it takes.</summary>
    private static readonly Dictionary<string, (Func<Module> Create, long[] Shape)> Cases = new()
    {
        ["linear"] = (() => new Linear(5, 3), [4, 5]),
        ["linear without bias"] = (() => new Linear(5, 3, bias: false), [4, 5]),
        ["convolution"] = (() => new Conv2d(2, 3, 3, padding: 1), [2, 2, 5, 4]),
        ["convolution with everything"] = (() => new Conv2d(4, 6, 3, stride: 2, padding: 2, dilation: 2, groups: 2, bias: false), [2, 4, 7, 6]),
        ["batch norm 2d"] = (() => new BatchNorm2d(3), [4, 3, 2, 3]),
        ["batch norm 1d"] = (() => new BatchNorm1d(3), [6, 3]),
        ["layer norm"] = (() => new LayerNorm(5), [3, 4, 5]),
        ["layer norm over two dimensions"] = (() => new LayerNorm([4, 5]), [3, 4, 5]),
        ["max pooling"] = (() => new MaxPool2d(2), [2, 3, 5, 4]),
        ["max pooling with stride and padding"] = (() => new MaxPool2d(3, stride: 2, padding: 1), [2, 3, 5, 4]),
        ["average pooling"] = (() => new AvgPool2d(2), [2, 3, 5, 4]),
        ["average pooling with stride and padding"] = (() => new AvgPool2d(3, stride: 1, padding: 1), [2, 3, 5, 4]),
        ["adaptive average pooling"] = (() => new AdaptiveAvgPool2d(2, 3), [2, 3, 5, 4]),
        ["relu"] = (() => new ReLU(), [4, 5]),
        ["tanh"] = (() => new Tanh(), [4, 5]),
        ["sigmoid"] = (() => new Sigmoid(), [4, 5]),
        ["gelu"] = (() => new GELU(), [4, 5]),
        ["elu"] = (() => new ELU(0.7), [4, 5]),
        ["softplus"] = (() => new Softplus(2), [4, 5]),
        ["hardtanh"] = (() => new Hardtanh(-0.5, 0.8), [4, 5]),
        ["identity"] = (() => new Identity(), [4, 5]),
        ["flatten"] = (() => new Flatten(), [2, 3, 2, 2]),
        ["residual"] = (() => new Residual(new Sequential(new Linear(4, 6), new Tanh(), new Linear(6, 4))), [3, 4]),
        ["residual with projection"] = (() => new Residual(new Conv2d(2, 3, 3, 2, 1), new Conv2d(2, 3, 1, 2), new GELU()), [2, 2, 4, 4]),
        ["dense"] = (() => new Sequential(new DenseConnection(new Conv2d(2, 3, 3, padding: 1)), new DenseConnection(new Conv2d(5, 1, 1))), [2, 2, 3, 3]),
        ["cnn"] = (() => new Sequential(new Conv2d(1, 2, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(8, 3)), [3, 1, 4, 4]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_are_finite_differences(string name)
    {
        using var scope = new TensorScope();
        (Module module, Tensor point, Tensor direction) = Prepare(name);
        point.RequiresGrad = true;
        Tensor value = Value(module, name, point, seed: 3);
        double slope = Autograd.Gradients([value], [point])[0]!.Dot(direction);

        // Central differences at h and h/2, extrapolated: the error is of order h⁴ away from kinks.
        double expected = ((4 * Difference(1e-4)) - Difference(2e-4)) / 3;
        Assert.Equal(expected, slope, 1e-7 * Math.Max(1, Math.Abs(expected)));

        double Difference(double step) => (At(step) - At(-step)) / (2 * step);

        double At(double step)
        {
            using GradientMode off = GradientMode.Off();
            return Value(module, name, point.AddScaled(direction, step), seed: 3).Item();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Hessian_vector_products_are_finite_differences_of_gradients(string name)
    {
        using var scope = new TensorScope();
        (Module module, Tensor point, Tensor direction) = Prepare(name);
        Tensor product = Gradient(point, graph: true) is var gradient && gradient.RequiresGrad
            ? Autograd.Gradients([gradient], [point], [direction])[0] ?? point.ZerosLike()
            : point.ZerosLike();

        Tensor wide = Gradient(point.AddScaled(direction, 2e-4), false) - Gradient(point.AddScaled(direction, -2e-4), false);
        Tensor narrow = Gradient(point.AddScaled(direction, 1e-4), false) - Gradient(point.AddScaled(direction, -1e-4), false);
        Tensor expected = ((narrow * 8) - wide) / (12 * 1e-4);
        Assert.True((product - expected).Norm() <= 1e-7 * Math.Max(1, expected.Norm()), $"{name}: {product.Norm()} against {expected.Norm()}");

        Tensor Gradient(Tensor at, bool graph)
        {
            Tensor leaf = graph ? at : at.Detach();
            leaf.RequiresGrad = true;
            Tensor value = Value(module, name, leaf, seed: 3);

            // Squared, so that modules linear in everything have curvature too.
            return Autograd.Gradients([value.Power(2)], [leaf], createGraph: graph)[0]!;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_forward_pass_changes_nothing_and_repeats_itself(string name)
    {
        using var scope = new TensorScope();
        (Module module, Tensor point, _) = Prepare(name);
        byte[] before = point.ToBytes();
        double first = Value(module, name, point, seed: 3).Item();
        double second = Value(module, name, point, seed: 3).Item();
        Assert.Equal(first, second);
        Assert.Equal(before, point.ToBytes());
        Assert.All(module.NamedBuffers(), entry => Assert.Null(entry.Buffer.Value));
    }

    /// <summary>Parameters and inputs together are one point; a direction along which they all move.</summary>
    private static (Module Module, Tensor Point, Tensor Direction) Prepare(string name)
    {
        (Func<Module> create, long[] shape) = Cases[name];
        Module module = create();
        long count = module.ParameterCount + shape.Aggregate(1L, (product, length) => product * length);
        return (module, Networks.Normal(17, count), Networks.Normal(5, count));
    }

    /// <summary>⟨v, module(x)⟩ for a random v, at a point that holds the parameters and then x.</summary>
    private static Tensor Value(Module module, string name, Tensor point, ulong seed)
    {
        var layout = new ParameterLayout(module);
        layout.Bind(point.Narrow(0, 0, layout.Count));
        Tensor output = module.Forward(point.Narrow(0, layout.Count, point.Count - layout.Count).View(Cases[name].Shape));
        return (output * Networks.Normal(seed, output.Shape)).Sum();
    }
}
