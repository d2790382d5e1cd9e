using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Objectives;

/// <summary>The part of a gradient that belongs to one parameter.</summary>
/// <param name="Name">The parameter's name.</param>
/// <param name="Count">Number of its elements.</param>
/// <param name="Norm">Euclidean norm of its part.</param>
public sealed record GradientNorm(string Name, long Count, double Norm)
{
    /// <summary>Norm / √count: the size of a typical element, which compares parameters of different lengths.</summary>
    public double RootMeanSquare => Norm / Math.Sqrt(Count);

    /// <summary>The norms of all parameters, in the order of the flat vector.</summary>
    /// <param name="layout">The network's layout.</param>
    /// <param name="gradient">∇f, of length P.</param>
    /// <returns>One norm a parameter; their squares add up to ‖∇f‖².</returns>
    public static IReadOnlyList<GradientNorm> ByParameter(ParameterLayout layout, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = new TensorScope();
        return [.. layout.Unpack(gradient).Zip(layout.Places, (part, place) => new GradientNorm(place.Name, place.Count, part.Value.Norm()))];
    }
}
