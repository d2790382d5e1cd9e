using System.IO.Enumeration;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Objectives;

/// <summary>Some of a network's parameters, as a part of its flat vector.</summary>
public sealed class ParameterSelection
{
    private readonly long _whole;

    private ParameterSelection(long whole, IReadOnlyList<ParameterPlace> places)
    {
        _whole = whole;
        Places = places;
        Count = places.Sum(place => place.Count);
    }

    /// <summary>The parameters chosen, in the order of the flat vector.</summary>
    public IReadOnlyList<ParameterPlace> Places { get; }

    /// <summary>Number of their elements.</summary>
    public long Count { get; }

    /// <summary>Chooses by name.</summary>
    /// <param name="layout">The network's layout.</param>
    /// <param name="names">
    /// Each the name of a parameter (<c>4.bias</c>), of a part with all that is in it (<c>4</c>), or a pattern with * and ?
    /// (<c>*.bias</c>). A parameter named twice counts once.
    /// </param>
    /// <returns>The selection.</returns>
    /// <exception cref="BrinkException">A name fits no parameter, or there is none.</exception>
    public static ParameterSelection Named(ParameterLayout layout, params IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
        {
            throw new BrinkException($"name at least one parameter; known are {string.Join(", ", layout.Places.Select(place => place.Name))}");
        }

        var chosen = new HashSet<ParameterPlace>();
        foreach (string name in names)
        {
            ParameterPlace[] fitting = [.. layout.Places.Where(place => Fits(name, place.Name))];
            if (fitting.Length == 0)
            {
                throw NearestName.Unknown("parameter", name, [.. layout.Places.Select(place => place.Name)]);
            }

            chosen.UnionWith(fitting);
        }

        return new ParameterSelection(layout.Count, [.. layout.Places.Where(chosen.Contains)]);
    }

    /// <summary>The chosen elements of a vector.</summary>
    /// <param name="vector">A vector of length P.</param>
    /// <returns>A new vector of length <see cref="Count"/>, owned by the current scope.</returns>
    public Tensor Restrict(Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        using var scope = new TensorScope();
        return scope.Keep(Tensor.Concatenate([.. Places.Select(place => vector.Narrow(0, place.Offset, place.Count))], 0));
    }

    /// <summary>The vector that has these elements and zeros elsewhere: the transpose of <see cref="Restrict"/>.</summary>
    /// <param name="part">A vector of length <see cref="Count"/>.</param>
    /// <returns>A new vector of length P, owned by the current scope.</returns>
    public Tensor Expand(Tensor part)
    {
        ArgumentNullException.ThrowIfNull(part);
        using var scope = new TensorScope();
        Tensor whole = Tensor.Zeros([_whole], part.Type, part.Device);
        long start = 0;
        foreach (ParameterPlace place in Places)
        {
            whole.Narrow(0, place.Offset, place.Count).CopyFrom(part.Narrow(0, start, place.Count));
            start += place.Count;
        }

        return scope.Keep(whole);
    }

    private static bool Fits(string wanted, string name) =>
        name == wanted
        || name.StartsWith($"{wanted}.", StringComparison.Ordinal)
        || (wanted.AsSpan().ContainsAny('*', '?') && FileSystemName.MatchesSimpleExpression(wanted, name, ignoreCase: false));
}
