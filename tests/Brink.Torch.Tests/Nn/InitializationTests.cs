using Brink.Torch.Nn;

namespace Brink.Torch.Tests.Nn;

public sealed class InitializationTests
{
    private static readonly Sequential Network = new(
        new Conv2d(3, 16, 3), new BatchNorm2d(16), new ReLU(), new Flatten(), new Linear(400, 200), new LayerNorm(200), new Linear(200, 10));

    [Fact]
    public void A_generator_of_its_own_gives_the_stream_of_manual_seed()
    {
        using var scope = new TensorScope();
        using var own = new Generator(12345);
        using Generator shared = Generator.Default(Device.Cpu);
        shared.Seed(12345);
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            Tensor mine = Tensor.Empty([37], type);
            Tensor theirs = Tensor.Empty([37], type);
            mine.FillUniform(-1, 1, own);
            theirs.FillUniform(-1, 1);
            Assert.True(mine.IsSameAs(theirs));
            mine.FillNormal(0, 1, own);
            theirs.FillNormal(0, 1);
            Assert.True(mine.IsSameAs(theirs));
        }
    }

    [Theory]
    [InlineData(InitializationScheme.Default)]
    [InlineData(InitializationScheme.XavierNormal)]
    [InlineData(InitializationScheme.XavierUniform)]
    [InlineData(InitializationScheme.KaimingNormal)]
    [InlineData(InitializationScheme.KaimingUniform)]
    public void Weights_have_the_bounds_or_moments_of_their_scheme(InitializationScheme scheme)
    {
        using var scope = new TensorScope();
        IReadOnlyList<(string Name, Tensor Value)> drawn = Initialization.Draw(Network, scheme, 3, ScalarType.Float64);
        foreach (AffineLayer layer in Network.Modules().OfType<AffineLayer>())
        {
            (double fanIn, double fanOut) = layer is Conv2d ? (3 * 9, 16 * 9) : (layer.Weight.Shape[1], layer.Weight.Shape[0]);
            double variance = scheme switch
            {
                InitializationScheme.Default => 1 / (3 * fanIn),
                InitializationScheme.XavierNormal or InitializationScheme.XavierUniform => 2 / (fanIn + fanOut),
                _ => 2 / fanIn,
            };
            string name = Network.NamedParameters().First(entry => entry.Parameter == layer.Weight).Name;
            double[] weight = drawn.First(entry => entry.Name == name).Value.ToArray<double>();

            // The sample variance of n numbers has a relative deviation of at most √(2/n); five of them.
            Assert.Equal(variance, weight.Average(value => value * value), 5 * variance * Math.Sqrt(2.0 / weight.Length));
            bool uniform = scheme is InitializationScheme.Default or InitializationScheme.XavierUniform or InitializationScheme.KaimingUniform;
            double largest = weight.Max(Math.Abs);
            Assert.Equal(uniform, largest <= Math.Sqrt(3 * variance));
            double[] bias = drawn.First(entry => entry.Name == name.Replace("weight", "bias")).Value.ToArray<double>();
            Assert.All(bias, value => Assert.InRange(value, -1 / Math.Sqrt(fanIn), 1 / Math.Sqrt(fanIn)));
        }
    }

    [Fact]
    public void Schemes_redraw_weights_and_leave_biases_and_normalisations_at_their_default()
    {
        using var scope = new TensorScope();
        var standard = Initialization.Draw(Network, InitializationScheme.Default, 3, ScalarType.Float32);
        var redrawn = Initialization.Draw(Network, InitializationScheme.KaimingNormal, 3, ScalarType.Float32);
        string[] different = ["0.weight", "4.weight", "6.weight"];
        Assert.All(standard.Zip(redrawn), pair =>
            Assert.Equal(!different.Contains(pair.First.Name), pair.First.Value.IsSameAs(pair.Second.Value)));
        Assert.All(standard.First(entry => entry.Name == "1.weight").Value.ToArray<float>(), value => Assert.Equal(1, value));
        Assert.All(standard.First(entry => entry.Name == "5.bias").Value.ToArray<float>(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Drawing_binds_nothing()
    {
        using var scope = new TensorScope();
        var network = new Sequential(new Linear(2, 2));
        Initialization.Draw(network, InitializationScheme.Default, 0, ScalarType.Float32);
        Assert.Throws<InvalidOperationException>(() => network.NamedParameters().First().Parameter.Value);
    }

    [Fact]
    public void A_module_that_forgets_to_draw_is_named()
    {
        using var scope = new TensorScope();
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() =>
            Initialization.Draw(new Sequential(new Silent()), InitializationScheme.Default, 0, ScalarType.Float32));
        Assert.Contains("'0.weight'", failure.Message);
    }

    private sealed class Silent : Module
    {
        internal Silent() => AddParameter("weight", 2);

        public override Tensor Forward(Tensor input) => input;
    }
}
