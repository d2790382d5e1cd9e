using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>The activations by name.</summary>
public static class ActivationCatalogue
{
    private static readonly (string Name, Func<Module> Create)[] Entries =
    [
        ("relu", () => new ReLU()),
        ("tanh", () => new Tanh()),
        ("gelu", () => new GELU()),
        ("elu", () => new ELU()),
        ("softplus", () => new Softplus()),
        ("hardtanh", () => new Hardtanh()),
        ("sigmoid", () => new Sigmoid()),
        ("identity", () => new Identity()),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Entries.Select(entry => entry.Name)];

    /// <summary>Makes an activation.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>A module without parameters.</returns>
    /// <exception cref="BrinkException">There is no such activation; the message suggests the nearest.</exception>
    public static Module Create(string name) => Catalogue.Find("activation", name, Entries)();
}
