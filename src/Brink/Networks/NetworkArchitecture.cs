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

    /// <summary>Describes an architecture.</summary>
    /// <param name="name">Its name: lower-case letters, digits and hyphens, for it stands in folder names; without '.' and '/', which mark files.</param>
    /// <param name="summary">What it is, in one line.</param>
    /// <param name="variants">What a user may vary of it.</param>
    /// <param name="create">Makes it; reads of its argument the sizes, and what <paramref name="variants"/> names.</param>
    /// <exception cref="BrinkException">The name has other characters.</exception>
    public NetworkArchitecture(string name, string summary, NetworkVariants variants, Func<NetworkOptions, Module> create)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name.Length > 0 && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
            ? name
            : throw new BrinkException($"'{name}' cannot name a network: lower-case letters, digits and hyphens can");
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
    public IReadOnlyList<int> DefaultWidths { get; init; } = [];

    /// <summary>Whether it always has batch normalisation, which then is no variant.</summary>
    public bool AlwaysBatchNorm { get; init; }

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
