using Brink.Torch.Nn;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Torch.Tests.Nn;

public sealed class CompositionTests
{
    [Fact]
    public void Sequential_names_count_the_parts_without_parameters()
    {
        var network = new Sequential(new Flatten(), new Linear(4, 3), new ReLU(), new Linear(3, 2, bias: false));
        Assert.Equal(["1.weight", "1.bias", "3.weight"], network.NamedParameters().Select(entry => entry.Name));
        Assert.Equal((4 * 3) + 3 + (3 * 2), network.ParameterCount);
    }

    [Fact]
    public void An_empty_name_lets_the_names_inside_stand_as_they_are()
    {
        var body = new Sequential([("conv1", new Conv2d(2, 4, 3, padding: 1)), ("relu", new ReLU()), ("conv2", (Module)new Conv2d(4, 4, 3, padding: 1))]);
        var block = new Residual(body, new Sequential(new Conv2d(2, 4, 1, bias: false)), new ReLU(), bodyName: "");
        Assert.Equal(
            ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "downsample.0.weight"],
            block.NamedParameters().Select(entry => entry.Name));
    }

    [Fact]
    public void Residual_adds_and_dense_joins()
    {
        using var scope = new TensorScope();
        var layer = new Linear(3, 3);
        Networks.BindRandom(layer);
        Tensor x = Networks.Normal(2, 4, 3);
        double[] change = layer.Forward(x).ToArray<double>();
        double[] sum = new Residual(layer, activation: new ReLU()).Forward(x).ToArray<double>();
        Assert.Equal(x.ToArray<double>().Select((value, k) => Math.Max(0, value + change[k])), sum);
        Assert.Equal(x.ToArray<double>().Select(value => 2 * value), new Residual(new Identity()).Forward(x).ToArray<double>());

        Tensor joined = new DenseConnection(layer).Forward(x);
        Assert.Equal([4, 6], joined.Shape);
        Assert.Equal(x.ToArray<double>(), joined.Narrow(1, 0, 3).ToArray<double>());
        Assert.Equal(change, joined.Narrow(1, 3, 3).ToArray<double>());
    }

    [Fact]
    public void Sequential_is_composition_wherever_it_is_cut()
    {
        Prop.ForAll(Gen.Choose(1, 6).SelectMany(length => Gen.Choose(0, 5).ArrayOf(length)).ToArbitrary(), kinds =>
        {
            using var scope = new TensorScope();
            var network = new Sequential(kinds.Select(Part));
            Networks.BindRandom(network);
            Tensor input = Networks.Normal(2, 3, 4, 4, 4);
            double[] expected = kinds.Index().Aggregate(input, (current, kind) => network[kind.Index].Forward(current)).ToArray<double>();
            double[] whole = network.Forward(input).ToArray<double>();
            for (int cut = 0; cut <= kinds.Length; cut++)
            {
                Tensor half = Enumerable.Range(0, cut).Aggregate(input, (current, k) => network[k].Forward(current));
                if (!network.ForwardFrom(cut, half).ToArray<double>().AsSpan().SequenceEqual(expected))
                {
                    return false;
                }
            }

            return whole.AsSpan().SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();

        static Module Part(int kind) => kind switch
        {
            0 => new Conv2d(4, 4, 3, padding: 1),
            1 => new ReLU(),
            2 => new MaxPool2d(3, stride: 1, padding: 1),
            3 => new Tanh(),
            4 => new Identity(),
            _ => new Residual(new Conv2d(4, 4, 1)),
        };
    }

    [Fact]
    public void Rectifying_after_pooling_has_the_gradient_of_rectifying_before_bit_for_bit()
    {
        using var scope = new TensorScope();
        var convolution = new Conv2d(2, 8, 3, padding: 1);
        var network = new Sequential(convolution, new ReLU(), new MaxPool2d(2));
        Tensor vector = Networks.BindRandom(network);
        vector.RequiresGrad = true;
        Tensor input = Networks.Normal(2, 5, 2, 8, 8);

        // Windows that are all negative, and equal maxima in one window, are the cases where an order could show.
        input.Narrow(0, 0, 1).Fill(0);
        input.Narrow(0, 1, 1).Fill(1);

        new ParameterLayout(network).Bind(vector);
        byte[] gradient = Gradient(network.Forward(input));
        byte[] inOrder = Gradient(convolution.Forward(input).Relu().MaxPooling(2, 2));
        Assert.Equal(inOrder, gradient);

        byte[] Gradient(Tensor output) =>
            Autograd.Gradients([(output * Networks.Normal(4, output.Shape)).Sum()], [vector])[0]!.ToBytes();
    }

    [Fact]
    public void Forward_frees_intermediate_results_but_not_its_input()
    {
        using var scope = new TensorScope();
        var first = new Kept(new Linear(3, 3));
        var second = new Kept(new Tanh());
        var network = new Sequential(new Identity(), first, second, new Identity());
        Networks.BindRandom(network);
        Tensor input = Networks.Normal(2, 4, 3);
        Tensor output = network.Forward(input);
        Assert.False(input.IsDisposed);
        Assert.True(first.Last!.IsDisposed);
        Assert.Same(second.Last, output);
        Assert.False(output.IsDisposed);
    }

    [Fact]
    public void Many_threads_evaluate_one_network_at_once()
    {
        using var scope = new TensorScope();
        var network = new Sequential(new Flatten(), new Linear(12, 8), new BatchNorm1d(8), new GELU(), new Linear(8, 3));
        Networks.BindRandom(network);
        Tensor input = Networks.Normal(2, 6, 3, 2, 2);
        double[] expected = network.Forward(input).ToArray<double>();
        bool[] same = new bool[8];
        Parallel.For(0, same.Length, thread =>
        {
            using var inner = new TensorScope();
            same[thread] = Enumerable.Range(0, 20).All(_ => network.Forward(input).ToArray<double>().AsSpan().SequenceEqual(expected));
        });
        Assert.All(same, Assert.True);
    }

    /// <summary>Remembers the tensor a part gave.</summary>
    private sealed class Kept : Module
    {
        private readonly Module _part;

        internal Kept(Module part) => _part = AddChild("part", part);

        internal Tensor? Last { get; private set; }

        public override Tensor Forward(Tensor input) => Last = _part.Forward(input);
    }
}
