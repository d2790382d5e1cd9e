using System.Globalization;

namespace Brink.Experiments.Reproduction;

/// <summary>A field of a study.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Symbol">Its symbol in the paper.</param>
/// <param name="Legal">The legal values, in words.</param>
/// <param name="Default">The value where the file gives none, in the field's own spelling; null where it must be given or may be left out.</param>
/// <param name="Length">Numbers that make a value: 1, more for a vector, 0 for a vector of any length.</param>
/// <param name="Read">Turns one number's text into the field's own spelling, or null where it is not legal.</param>
public sealed record StudyField(string Name, string Symbol, string Legal, string? Default, int Length, Func<string, string?> Read)
{
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>Whether the file may leave the field out, and it then has no value here.</summary>
    public bool Optional { get; init; }

    /// <summary>A real number.</summary>
    internal static StudyField Number(string name, string symbol, string legal, string? normal, Func<double, bool> allowed, int length = 1) =>
        new(name, symbol, legal, normal, length, text => ReadNumber(text) is { } value && double.IsFinite(value) && allowed(value) ? Spell(value) : null);

    /// <summary>A whole number.</summary>
    internal static StudyField Whole(string name, string symbol, string legal, string? normal, Func<int, bool> allowed) =>
        new(name, symbol, legal, normal, 1, text =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && allowed(value) ? value.ToString(CultureInfo.InvariantCulture) : null);

    /// <summary>Yes or no.</summary>
    internal static StudyField Flag(string name, string symbol) =>
        new(name, symbol, "true or false", "false", 1, text => text is "true" or "false" ? text : null);

    /// <summary>A field of a run's specification, spelled as there.</summary>
    /// <param name="field">The field.</param>
    internal static StudyField Of(SpecificationField field) => new(
        field.Name, field.Choices is null || field.IsFlag ? field.Name : string.Empty, field.Legal, null,
        field.IsList ? 0 : 1, text => ReadField(field, text))
    { Optional = true };

    /// <summary>The field with a value, for people: words that say themselves what they are stand alone.</summary>
    /// <param name="value">The value in the field's own spelling.</param>
    public string Describe(string value) => Describe([value]);

    /// <summary>The field with several values, for people.</summary>
    /// <param name="values">The values in the field's own spelling.</param>
    public string Describe(IEnumerable<string> values)
    {
        string shown = string.Join(", ", values.Select(Show));
        return Symbol.Length == 0 ? shown : $"{Symbol} = {shown}";
    }

    /// <summary>A value for people: small numbers with their power of ten, vectors in brackets.</summary>
    /// <param name="value">The value in the field's own spelling.</param>
    public static string Show(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string[] parts = [.. value.Split(',').Select(ShowNumber)];
        return parts.Length == 1 ? parts[0] : $"({string.Join(", ", parts)})";
    }

    /// <summary>A number for people.</summary>
    /// <param name="value">The number.</param>
    internal static string Show(double value) => ShowNumber(Spell(value));

    /// <summary>Reads a number, also one given as a quotient: <c>1/12</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The number, or null.</returns>
    internal static double? ReadNumber(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length <= 2 && parts.All(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            ? parts.Select(part => double.Parse(part, NumberStyles.Float, CultureInfo.InvariantCulture)).Aggregate((over, under) => over / under)
            : null;
    }

    private static string? ReadField(SpecificationField field, string text)
    {
        try
        {
            bool quotient = field.ValueType == typeof(double) && text.Contains('/', StringComparison.Ordinal) && ReadNumber(text) is not null;
            return field.Format(field.Parse(quotient ? Spell(ReadNumber(text)!.Value) : text, field.Name));
        }
        catch (BrinkException)
        {
            return null;
        }
    }

    private static string Spell(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string ShowNumber(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
        {
            return text;
        }

        double exponent = value == 0 ? 0 : Math.Floor(Math.Log10(Math.Abs(value)) + 1e-12);
        double inverse = Math.Round(1 / value);
        if (exponent < -2)
        {
            string mantissa = (value / Math.Pow(10, exponent)).ToString("G6", CultureInfo.InvariantCulture);
            string power = "10⁻" + string.Concat(Spell(-exponent).Select(digit => Superscripts[digit - '0']));
            return mantissa == "1" ? power : $"{mantissa}·{power}";
        }

        return text.Length > 8 && Math.Abs((value * inverse) - 1) < 1e-15 ? $"1/{Spell(inverse)}" : value.ToString("G7", CultureInfo.InvariantCulture);
    }
}
