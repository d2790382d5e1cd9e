using Brink.Networks;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Tests.Networks;

public sealed class GoldenInitializationTests
{
    private static readonly NetworkOptions Fashion = new() { Channels = 1, Height = 28, Width = 28, Classes = 10 };
    private static readonly NetworkOptions Cifar = new() { Channels = 3, Height = 32, Width = 32, Classes = 10 };

    [Fact]
    public void The_default_mlp_of_seed_0_is_the_reference_bit_for_bit() =>
        Compare("fashion-mlp-mse.init.safetensors", NetworkCatalogue.Create("mlp", Fashion), "default", 0);

    [Fact]
    public void The_default_cnn_of_seed_1_is_the_reference_bit_for_bit() =>
        Compare("cifar10-cnn-mse.init.safetensors", NetworkCatalogue.Create("cnn", Cifar), "default", 1);

    [Fact]
    public void The_kaiming_normal_mlp_of_seed_2_is_the_reference_bit_for_bit() =>
        Compare(
            "fashion-mlp6-kaiming-mse.init.safetensors",
            NetworkCatalogue.Create("mlp", Fashion with { Widths = [100, 100, 100, 100, 100, 100] }),
            "kaiming-normal",
            2);

    private static void Compare(string file, Module network, string scheme, ulong seed)
    {
        IReadOnlyList<(string Name, long[] Shape, byte[] Bytes)> reference = GoldenWeights.Read(file);
        using var scope = new TensorScope();
        IReadOnlyList<(string Name, Tensor Value)> drawn =
            Initialization.Draw(network, InitializationCatalogue.Parse(scheme), seed, ScalarType.Float64);
        Assert.Equal(reference.Select(entry => entry.Name), drawn.Select(entry => entry.Name));
        for (int k = 0; k < drawn.Count; k++)
        {
            Assert.Equal(reference[k].Shape, drawn[k].Value.Shape);
            Assert.True(
                reference[k].Bytes.AsSpan().SequenceEqual(drawn[k].Value.ToBytes()), $"{drawn[k].Name} differs from the reference");
        }
    }
}
