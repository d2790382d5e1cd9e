using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>The initialisation schemes by the names users give them.</summary>
public static class InitializationCatalogue
{
    private static readonly (string Name, InitializationScheme Scheme)[] Entries =
    [
        ("default", InitializationScheme.Default),
        ("xavier-normal", InitializationScheme.XavierNormal),
        ("xavier-uniform", InitializationScheme.XavierUniform),
        ("kaiming-normal", InitializationScheme.KaimingNormal),
        ("kaiming-uniform", InitializationScheme.KaimingUniform),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Entries.Select(entry => entry.Name)];

    /// <summary>The scheme of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>The scheme.</returns>
    /// <exception cref="BrinkException">There is no such scheme; the message suggests the nearest.</exception>
    public static InitializationScheme Parse(string name) => Catalogue.Find("initialization", name, Entries);
}
