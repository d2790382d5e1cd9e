using Brink.Networks;
using Brink.Torch;
using Brink.Torch.Nn;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Networks;

public sealed class NetworkCatalogueTests
{
    private static readonly NetworkOptions Colour = new() { Channels = 3, Height = 32, Width = 32, Classes = 10 };

    [Fact]
    public void The_mlp_has_the_names_and_shapes_of_pytorchs_sequential() =>
        Assert.Equal(
            ["1.weight 64x3072", "1.bias 64", "3.weight 32x64", "3.bias 32", "5.weight 10x32", "5.bias 10"],
            Describe("mlp", Colour with { Widths = [64, 32] }));

    [Fact]
    public void The_mlp_without_widths_is_linear() =>
        Assert.Equal(["1.weight 10x3072", "1.bias 10"], Describe("mlp", Colour with { Widths = [] }));

    [Fact]
    public void Batch_norm_stands_between_layer_and_activation() =>
        Assert.Equal(
            ["1.weight 8x3072", "2.weight 8", "2.bias 8", "4.weight 10x8"],
            Describe("mlp", Colour with { Widths = [8], BatchNorm = true, Bias = false }));

    [Fact]
    public void The_cnn_has_the_names_and_shapes_of_pytorchs_sequential() =>
        Assert.Equal(
            ["0.weight 32x3x3x3", "0.bias 32", "3.weight 32x32x3x3", "3.bias 32", "7.weight 10x2048", "7.bias 10"],
            Describe("cnn", Colour));

    [Fact]
    public void The_cnn_takes_gray_images_and_leaves_out_biases() =>
        Assert.Equal(
            ["0.weight 32x1x3x3", "3.weight 32x32x3x3", "7.weight 26x1568"],
            Describe("cnn", new() { Channels = 1, Height = 28, Width = 28, Classes = 26, Bias = false }));

    [Fact]
    public void The_cnn_with_batch_norm_says_that_its_samples_depend_on_each_other()
    {
        Assert.Equal(
            ["0.weight 32x3x3x3", "0.bias 32", "1.weight 32", "1.bias 32", "4.weight 32x32x3x3", "4.bias 32", "5.weight 32", "5.bias 32", "9.weight 10x2048", "9.bias 10"],
            Describe("cnn", Colour with { BatchNorm = true }));
        Assert.True(NetworkCatalogue.Create("cnn", Colour with { BatchNorm = true }).HasBatchStatistics);
        Assert.False(NetworkCatalogue.Create("cnn", Colour).HasBatchStatistics);
    }

    [Theory]
    [InlineData("relu", typeof(ReLU))]
    [InlineData("tanh", typeof(Tanh))]
    [InlineData("gelu", typeof(GELU))]
    [InlineData("elu", typeof(ELU))]
    [InlineData("softplus", typeof(Softplus))]
    [InlineData("hardtanh", typeof(Hardtanh))]
    [InlineData("sigmoid", typeof(Sigmoid))]
    [InlineData("identity", typeof(Identity))]
    public void Activations_go_by_their_names(string name, Type kind)
    {
        Assert.IsType(kind, ((Sequential)NetworkCatalogue.Create("mlp", Colour with { Activation = name }))[2]);
        Assert.IsType(kind, ((Sequential)NetworkCatalogue.Create("cnn", Colour with { Activation = name }))[1]);
        Assert.Contains(name, ActivationCatalogue.Names);
    }

    [Fact]
    public void Any_network_gives_one_output_per_class_for_each_sample()
    {
        Gen<NetworkOptions> options =
            from channels in Gen.Choose(1, 3)
            from height in Gen.Choose(4, 12)
            from width in Gen.Choose(4, 12)
            from classes in Gen.Choose(1, 7)
            from widths in Gen.Choose(1, 9).ListOf()
            from activation in Gen.Elements(ActivationCatalogue.Names.ToArray())
            from variant in Gen.Choose(0, 3)
            select new NetworkOptions
            {
                Channels = channels,
                Height = height,
                Width = width,
                Classes = classes,
                Widths = [.. widths],
                Activation = activation,
                Bias = variant % 2 == 0,
                BatchNorm = variant > 1,
            };
        Prop.ForAll(options.ToArbitrary(), option =>
        {
            using var scope = new TensorScope();
            Tensor images = Tensor.Full([5, option.Channels, option.Height, option.Width], 0.5, ScalarType.Float32);
            return NetworkCatalogue.With(NetworkVariants.Activation).Append("deep-linear").All(name =>
            {
                if (name == "cohen-cnn")
                {
                    option = option with { Widths = [2, 3], AveragePooling = option.Bias };
                }

                Module network = NetworkCatalogue.Create(name, option);
                var layout = new ParameterLayout(network);
                layout.Bind(layout.Pack(Initialization.Draw(network, InitializationScheme.Default, 0, ScalarType.Float32)));
                Tensor output = network.Forward(images);
                return output.Shape is [5, var classes] && classes == option.Classes && output.IsFinite();
            });
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("mpl", "unknown network 'mpl': did you mean 'mlp'? known are mlp, cnn, cohen-fc, cohen-cnn, deep-linear, vgg11, resnet34, wide-resnet50-2, densenet121, vit")]
    [InlineData("transformer", "unknown network 'transformer': known are mlp, cnn, cohen-fc, cohen-cnn, deep-linear, vgg11, resnet34, wide-resnet50-2, densenet121, vit")]
    public void Unknown_networks_are_refused_with_the_nearest_name(string name, string message) =>
        Assert.Equal(message, Assert.Throws<BrinkException>(() => NetworkCatalogue.Create(name, Colour)).Message);

    [Fact]
    public void Unknown_activations_and_schemes_are_refused_with_the_nearest_name()
    {
        Assert.StartsWith(
            "unknown activation 'rleu': did you mean 'relu'? known are relu, tanh",
            Assert.Throws<BrinkException>(() => NetworkCatalogue.Create("mlp", Colour with { Activation = "rleu" })).Message);
        Assert.StartsWith(
            "unknown initialization 'kaiming-norm': did you mean 'kaiming-normal'? known are default, xavier-normal",
            Assert.Throws<BrinkException>(() => InitializationCatalogue.Parse("kaiming-norm")).Message);
    }

    [Fact]
    public void Impossible_sizes_are_refused()
    {
        Refused("widths must be whole numbers of at least 1, not 0", "mlp", Colour with { Widths = [3, 0] });
        Refused("at least 1 class, not 0", "mlp", Colour with { Classes = 0 });
        Refused("at least 1×1×1, not 0×32×32", "mlp", Colour with { Channels = 0 });
        Refused("at least 4×4 pixels, not 3×32", "cnn", Colour with { Height = 3 });
        Refused("halves images 3 times and needs at least 8×8 pixels, not 7×32", "cohen-cnn", Colour with { Height = 7, Widths = [2, 2, 2] });
        Refused("patches of 8×8 or 7×7 pixels, and neither divides 30×32", "vit", Colour with { Height = 30 });

        static void Refused(string message, string network, NetworkOptions options) =>
            Assert.Contains(message, Assert.Throws<BrinkException>(() => NetworkCatalogue.Create(network, options)).Message);
    }

    private static IEnumerable<string> Describe(string network, NetworkOptions options) =>
        NetworkCatalogue.Create(network, options).NamedParameters()
            .Select(entry => $"{entry.Name} {string.Join('x', entry.Parameter.Shape)}");
}
