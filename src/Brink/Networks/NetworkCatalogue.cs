using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>The architectures by name.</summary>
public static class NetworkCatalogue
{
    private static readonly (string Name, Func<NetworkOptions, Sequential> Create)[] Entries =
    [
        ("mlp", Mlp.Create),
        ("cnn", Cnn.Create),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Entries.Select(entry => entry.Name)];

    /// <summary>Makes a network; nothing is bound to its parameters yet.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Its sizes and variants.</param>
    /// <returns>
    /// The network, from images (N × channels × height × width) to N × classes; parameters named as in PyTorch's
    /// <c>Sequential</c>.
    /// </returns>
    /// <exception cref="BrinkException">
    /// There is no such network or activation, or a size is impossible; the message says what would be right.
    /// </exception>
    public static Sequential Create(string name, NetworkOptions options)
    {
        Func<NetworkOptions, Sequential> create = Catalogue.Find("network", name, Entries);
        options.Check();
        return create(options);
    }
}
