using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>What a user may vary of an architecture; the names are those of the fields of a specification.</summary>
[Flags]
public enum NetworkVariants
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="NetworkOptions.Widths"/>.</summary>
    Widths = 1,

    /// <summary><see cref="NetworkOptions.Activation"/>.</summary>
    Activation = 2,

    /// <summary><see cref="NetworkOptions.AveragePooling"/>.</summary>
    Pooling = 4,

    /// <summary><see cref="NetworkOptions.BatchNorm"/>.</summary>
    BatchNorm = 8,

    /// <summary><see cref="NetworkOptions.Bias"/>.</summary>
    Bias = 16,
}

/// <summary>One architecture of the catalogue.</summary>
public sealed class NetworkArchitecture
{
    private readonly Func<NetworkOptions, Module> _create;

    internal NetworkArchitecture(string name, string summary, NetworkVariants variants, Func<NetworkOptions, Module> create)
    {
        Name = name;
        Summary = summary;
        Variants = variants;
        _create = create;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it is, in one line.</summary>
    public string Summary { get; }

    /// <summary>What a user may vary of it.</summary>
    public NetworkVariants Variants { get; }

    /// <summary>Widths where none are given; empty where they cannot be given.</summary>
    public IReadOnlyList<int> DefaultWidths { get; internal init; } = [];

    /// <summary>Makes the network; nothing is bound to its parameters yet.</summary>
    /// <param name="options">Its sizes and variants; fields it does not know are passed over.</param>
    /// <returns>The network, from images (N × channels × height × width) to N × classes.</returns>
    /// <exception cref="BrinkException">A size is impossible; the message says what would be right.</exception>
    public Module Create(NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return _create(options);
    }
}
