using System.Collections.Immutable;
using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>The architectures by name: those that come with the library, and those that a program adds.</summary>
public static class NetworkCatalogue
{
    private const NetworkVariants Layered = NetworkVariants.Activation | NetworkVariants.BatchNorm | NetworkVariants.Bias;

    private static ImmutableArray<NetworkArchitecture> s_all =
    [
        new("mlp", "fully connected, batch norm before the activations", Layered | NetworkVariants.Widths, Mlp.Create)
        {
            DefaultWidths = [100, 100],
        },
        new("cnn", "conv3×3(32), activation, pooling, twice; linear", Layered | NetworkVariants.Pooling, Cnn.Create),
        new("cohen-fc", "fully connected of Cohen et al., batch norm after the activations", Layered | NetworkVariants.Widths, Mlp.Cohen)
        {
            DefaultWidths = [200, 200],
        },
        new("cohen-cnn", "convolutional of Cohen et al., batch norm after the activations", Layered | NetworkVariants.Pooling | NetworkVariants.Widths, Cnn.Cohen)
        {
            DefaultWidths = [32, 32],
        },
        new("deep-linear", "linear layers without activations and biases", NetworkVariants.Widths, Mlp.DeepLinear)
        {
            DefaultWidths = [100, 100, 100],
        },
        new("vgg11", "VGG11 of torchvision, dropout 0", NetworkVariants.BatchNorm | NetworkVariants.Bias, Vgg.Eleven),
        new("resnet34", "ResNet34 of torchvision, without normalisation unless asked for", NetworkVariants.BatchNorm | NetworkVariants.Bias, ResNet.ThirtyFour),
        new("wide-resnet50-2", "WideResNet50-2 of torchvision, without normalisation unless asked for", NetworkVariants.BatchNorm | NetworkVariants.Bias, ResNet.WideFiftyTwo),
        new("densenet121", "DenseNet121 of torchvision, with batch norm, drop rate 0", NetworkVariants.Bias, DenseNet.OneTwentyOne)
        {
            AlwaysBatchNorm = true,
        },
        new("vit", "SimpleViT of width 256, depth 4, 8 heads, patches of 8×8 or 7×7", NetworkVariants.Bias, SimpleVit.Tiny),
    ];

    /// <summary>All architectures.</summary>
    public static IReadOnlyList<NetworkArchitecture> All => s_all;

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names => [.. All.Select(architecture => architecture.Name)];

    /// <summary>
    /// Adds a network of one's own, which specifications then know by its name. To be called before the first specification is
    /// made: the fields' conditions are drawn up from the catalogue once.
    /// </summary>
    /// <param name="architecture">The architecture.</param>
    /// <exception cref="BrinkException">The name is taken.</exception>
    public static void Register(NetworkArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        if (!ImmutableInterlocked.Update(ref s_all, all => all.Any(one => one.Name == architecture.Name) ? all : all.Add(architecture)))
        {
            throw new BrinkException($"there is a network '{architecture.Name}' already; choose another name");
        }
    }

    /// <summary>The names of the architectures that can be varied in a way.</summary>
    /// <param name="variant">The way.</param>
    /// <returns>The names.</returns>
    public static IReadOnlyList<string> With(NetworkVariants variant) =>
        [.. All.Where(architecture => architecture.Variants.HasFlag(variant)).Select(architecture => architecture.Name)];

    /// <summary>The architecture of a name, or null.</summary>
    /// <param name="name">The name.</param>
    public static NetworkArchitecture? Find(string name) => All.FirstOrDefault(architecture => architecture.Name == name);

    /// <summary>Makes a network; nothing is bound to its parameters yet.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Its sizes and variants.</param>
    /// <returns>
    /// The network, from images (N × channels × height × width) to N × classes; parameters named as in PyTorch, torchvision or
    /// vit-pytorch.
    /// </returns>
    /// <exception cref="BrinkException">
    /// There is no such network or activation, or a size is impossible; the message says what would be right.
    /// </exception>
    public static Module Create(string name, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return (Find(name) ?? throw NearestName.Unknown("network", name, Names)).Create(options);
    }
}
