using System.Security.Cryptography;
using System.Text;

namespace Brink.Experiments.Sweeps;

/// <summary>A point of a sweep: one run.</summary>
/// <param name="Name">What it is called, and its folder: the fields that vary and their values.</param>
/// <param name="Specification">Its specification; <c>out</c> is not given.</param>
public sealed record SweepPoint(string Name, Specification Specification)
{
    /// <summary>Longest name of a folder; most file systems take 255 bytes.</summary>
    private const int LongestName = 160;

    /// <summary>More outputs than any network has, to tell a bound that is taken from them from one that is given.</summary>
    private const int AnyOutputs = int.MaxValue;

    /// <summary>
    /// Equal for two points exactly when they ask for the same run: defaults count as if they were given.
    /// </summary>
    public string Fingerprint { get; } = FingerprintOf(Specification);

    /// <summary>The fingerprint of a specification that is not resolved.</summary>
    /// <param name="specification">The specification.</param>
    internal static string FingerprintOf(Specification specification) => (specification with { Out = null }).Resolve(AnyOutputs).Fingerprint;

    /// <summary>A field's value at a point as it is spelled in sweeps.</summary>
    internal static string TextOf(Specification specification, SpecificationField field) =>
        specification.GivenValue(field) is { } value ? field.Format(value) : SweptField.NotGiven;

    /// <summary>The name of a point among others: the fields that vary, where they apply.</summary>
    /// <param name="specification">Its specification.</param>
    /// <param name="varying">The fields that vary.</param>
    internal static string NameOf(Specification specification, IEnumerable<SpecificationField> varying)
    {
        string[] parts = [.. varying.Where(field => field.AppliesTo(specification)).Select(field => $"{field.Name}-{TextOf(specification, field)}")];
        string name = Legal(parts.Length == 0 ? "run" : string.Join('_', parts));
        return name.Length <= LongestName ? name : $"{name[..LongestName]}~{Mark(string.Join('_', parts))}";
    }

    /// <summary>What tells two names apart that are the same once they are legal.</summary>
    internal static string Mark(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    /// <summary>Text of which a folder's name can be made on every system, and which no shell takes apart.</summary>
    private static string Legal(string text) =>
        string.Concat(text.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or ',' or '+' or '-' or '_' or '=' ? letter : '-'));
}
