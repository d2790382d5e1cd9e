using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Brink.Networks;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Tests.Networks;

/// <summary>The networks against PyTorch and torchvision: peer-networks.json, made by peer_networks.py beside this file.</summary>
public sealed class PeerNetworkTests
{
    private const int Samples = 5;
    private const ulong Seed = 3;

    private static readonly JsonElement s_peer = Read();

    public static TheoryData<string> Layouts => [.. s_peer.GetProperty("layouts").EnumerateObject().Select(entry => entry.Name)];

    public static TheoryData<string> Computed => [.. s_peer.GetProperty("computed").EnumerateObject().Select(entry => entry.Name)];

    [Theory]
    [InlineData("vgg11", false, 132_863_336)]
    [InlineData("vgg11", true, 132_868_840)]
    [InlineData("resnet34", true, 21_797_672)]
    [InlineData("wide-resnet50-2", true, 68_883_240)]
    [InlineData("densenet121", false, 7_978_856)]
    public void Parameter_counts_are_those_torchvision_publishes_for_ImageNet(string network, bool batchNorm, long count) =>
        Assert.Equal(count, NetworkCatalogue.Create(network, Images(3, 224, 1000) with { BatchNorm = batchNorm }).ParameterCount);

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Names_and_shapes_are_the_peers(string name)
    {
        string[] words = name.Split(' ');
        Module network = NetworkCatalogue.Create(words[0], Images(3, 32, int.Parse(words[^1])) with { BatchNorm = words.Contains("bn") });
        JsonElement peer = s_peer.GetProperty("layouts").GetProperty(name);
        Assert.Equal(peer.GetProperty("count").GetInt64(), network.ParameterCount);
        Assert.Equal(peer.GetProperty("sha256").GetString(), Layout(network));
    }

    [Theory]
    [MemberData(nameof(Computed))]
    public void Weights_outputs_gradients_and_Hessian_vector_products_are_the_peers(string name)
    {
        using var scope = new TensorScope();
        (Module network, long[] shape, int classes) = Case(name);
        JsonElement peer = s_peer.GetProperty("computed").GetProperty(name);
        Assert.Equal(peer.GetProperty("layout").GetString(), Layout(network));

        var layout = new ParameterLayout(network);
        IReadOnlyList<(string Name, Tensor Value)> drawn = Initialization.Draw(network, InitializationScheme.Default, Seed, ScalarType.Float64);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((_, Tensor value) in drawn)
        {
            digest.AppendData(value.ToBytes());
        }

        Assert.Equal(peer.GetProperty("weights").GetString(), Convert.ToHexStringLower(digest.GetHashAndReset()));

        Tensor weights = layout.Pack(drawn);
        Tensor inputs = Pattern(Samples * shape[0] * shape[1] * shape[2]).View([Samples, .. shape]) * 4;
        Tensor labels = Tensor.From([.. Enumerable.Range(0, Samples).Select(k => (long)(k % classes))]);
        layout.Bind(weights);
        using (GradientMode.Off())
        {
            Close(Numbers(peer, "outputs"), network.Forward(inputs).ToArray<double>());
        }

        LossFunction loss = LossFunction.Named("mse");
        using var workers = new Workers(1);
        using var objective = new NetworkObjective(
            network, new SampleBatches(inputs, labels, classes, loss, Samples, channelsLast: false), loss, classes, workers, new ObjectivePlan(Samples));
        using Evaluation at = objective.Evaluate(weights, Wanted.ValueAndGradient);
        double value0 = peer.GetProperty("loss").GetDouble();
        Assert.Equal(value0, at.Value, 1e-12 * Math.Max(1, value0));
        Close(Numbers(peer, "gradient"), Norms(layout, at.Gradient()));
        Close(Numbers(peer, "product"), Norms(layout, at.HessianVectorProduct(Pattern(layout.Count))));
    }

    private static (Module Network, long[] Shape, int Classes) Case(string name) => name switch
    {
        "vgg tiny" => (Vgg.Create(Images(3, 8, 5), [8, 0, 16, 0], averaged: 7, hidden: 24), [3, 8, 8], 5),
        "vgg tiny one pixel" => (Vgg.Create(Images(3, 4, 5), [8, 0, 16, 0], averaged: 7, hidden: 24), [3, 4, 4], 5),
        "wide tiny" => (ResNet.Create(Images(3, 16, 5), [1, 1, 1, 1], stem: 64, bottleneck: true), [3, 16, 16], 5),
        "densenet121 28" => (NetworkCatalogue.Create("densenet121", Images(3, 28, 7)), [3, 28, 28], 7),
        "vit gray" => (NetworkCatalogue.Create("vit", Images(1, 28, 26)), [1, 28, 28], 26),
        "cohen-fc" => (NetworkCatalogue.Create(name, Images(3, 3, 4) with { Widths = [8, 6], Activation = "tanh", BatchNorm = true }), [3, 3, 3], 4),
        "cohen-cnn" => (
            NetworkCatalogue.Create(name, Images(2, 8, 4) with { Widths = [5, 6], Activation = "elu", BatchNorm = true, AveragePooling = true }),
            [2, 8, 8],
            4),
        "deep-linear" => (NetworkCatalogue.Create(name, Images(3, 3, 4) with { Widths = [7, 6, 5] }), [3, 3, 3], 4),
        _ => (NetworkCatalogue.Create(name.Split(' ')[0], Images(3, 32, 10) with { BatchNorm = name.EndsWith(" bn") }), [3, 32, 32], 10),
    };

    private static NetworkOptions Images(int channels, int side, int classes) =>
        new() { Channels = channels, Height = side, Width = side, Classes = classes };

    private static string Layout(Module network)
    {
        IEnumerable<string> lines = network.NamedParameters().Select(entry => $"{entry.Name} {string.Join('x', entry.Parameter.Shape)}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    /// <summary>(7919 i mod 1009) / 1009 − ½: the same numbers in every language.</summary>
    private static Tensor Pattern(long count)
    {
        double[] numbers = new double[count];
        for (long i = 0; i < count; i++)
        {
            numbers[i] = (i * 7919 % 1009 / 1009.0) - 0.5;
        }

        return Tensor.From(numbers);
    }

    private static double[] Norms(ParameterLayout layout, Tensor vector) => [.. layout.Views(vector).Select(view => view.Norm())];

    private static double[] Numbers(JsonElement peer, string name) =>
        [.. peer.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];

    /// <summary>Equal to 10⁻¹⁰ of the largest: sums are taken in another order.</summary>
    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = expected.Max(Math.Abs);
        Assert.True(scale > 0);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-10 * scale));
    }

    private static JsonElement Read()
    {
        using Stream stream = typeof(PeerNetworkTests).Assembly.GetManifestResourceStream("peer-networks.json")!;
        return JsonDocument.Parse(stream).RootElement;
    }
}
