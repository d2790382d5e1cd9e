using System.Globalization;

namespace Brink.Experiments;

/// <summary>Above which curvature eigenvalues are followed: a number, or a multiple of 1/η of the current step.</summary>
/// <param name="Factor">The number, or the multiple.</param>
/// <param name="OverStep">Whether it is a multiple of 1/η.</param>
public readonly record struct SpectrumThreshold(double Factor, bool OverStep)
{
    private const string Suffix = "/eta";

    /// <summary>A multiple of 1/η.</summary>
    /// <param name="factor">The multiple, positive.</param>
    public static SpectrumThreshold OverEta(double factor) => new(factor, true);

    /// <summary>The curvature it stands for.</summary>
    /// <param name="stepSize">η; null where no step is known yet.</param>
    /// <returns>The threshold; null where it needs a step and none is known.</returns>
    public double? At(double? stepSize) => OverStep ? Factor / stepSize : Factor;

    /// <summary>As it is written: <c>40</c> or <c>1.5/eta</c>.</summary>
    public override string ToString() =>
        Factor.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant() + (OverStep ? Suffix : string.Empty);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="threshold">The threshold.</param>
    /// <returns>False where the text is no finite number and no positive one over eta.</returns>
    internal static bool TryParse(string text, out SpectrumThreshold threshold)
    {
        bool overStep = text.EndsWith(Suffix, StringComparison.Ordinal);
        string number = overStep ? text[..^Suffix.Length] : text;
        bool read = double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double factor);
        threshold = new SpectrumThreshold(factor, overStep);
        return read && double.IsFinite(factor) && (!overStep || factor > 0);
    }
}
