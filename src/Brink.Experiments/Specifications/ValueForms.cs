using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Brink.Experiments;

/// <summary>Which JSON value stands for a field's value.</summary>
internal enum JsonForm
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>A number, or where the form allows a word, a string.</summary>
    Number,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>An array of numbers.</summary>
    List,
}

/// <summary>How a field's value is written as text, the same on the command line, in YAML and in JSON.</summary>
/// <typeparam name="T">The value's type.</typeparam>
internal abstract class ValueForm<T>
    where T : notnull
{
    /// <summary>What is legal, as it follows "must be": <c>a number above 0</c>.</summary>
    internal abstract string Legal { get; }

    /// <summary>The JSON value it becomes.</summary>
    internal virtual JsonForm Json => JsonForm.Text;

    /// <summary>The legal words, when they can be listed.</summary>
    internal virtual IReadOnlyList<string>? Choices => null;

    /// <summary>Reads a value and checks its range.</summary>
    /// <returns>False when the text is not legal.</returns>
    internal abstract bool TryParse(string text, out T value);

    /// <summary>Whether a value that did not come from text is legal.</summary>
    internal virtual bool IsLegal(T value) => TryParse(Format(value), out _);

    /// <summary>Writes a value so that <see cref="TryParse"/> gives it back.</summary>
    internal abstract string Format(T value);
}

/// <summary>A number or a whole number in an interval.</summary>
internal sealed class NumericForm<T>(Interval interval) : ValueForm<T>
    where T : struct, INumber<T>
{
    private static readonly bool s_whole = typeof(T) != typeof(double);

    internal override string Legal => (s_whole ? "a whole number" : "a number") + interval.InWords();

    internal override JsonForm Json => JsonForm.Number;

    internal override bool TryParse(string text, out T value) =>
        T.TryParse(text, s_whole ? NumberStyles.AllowLeadingSign : NumberStyles.Float, CultureInfo.InvariantCulture, out value)
        && interval.Contains(double.CreateChecked(value));

    internal override bool IsLegal(T value) => interval.Contains(double.CreateChecked(value));

    // Shortest text that reads back to the same bits; "1e-06", not "1E-06", as other tools of the field write it.
    internal override string Format(T value) => value.ToString(s_whole ? "D" : "R", CultureInfo.InvariantCulture).ToLowerInvariant();
}

/// <summary>A number of samples, or the word <c>all</c>, held as 0.</summary>
internal sealed class CountForm : ValueForm<int>
{
    internal override string Legal => "a whole number of at least 1, or 'all'";

    internal override JsonForm Json => JsonForm.Number;

    internal override bool TryParse(string text, out int value)
    {
        if (text == "all")
        {
            value = 0;
            return true;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1;
    }

    internal override bool IsLegal(int value) => value >= 0;

    internal override string Format(int value) => value == 0 ? "all" : value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>true or false.</summary>
internal sealed class FlagForm : ValueForm<bool>
{
    internal override string Legal => "true or false";

    internal override JsonForm Json => JsonForm.Flag;

    internal override IReadOnlyList<string> Choices => ["true", "false"];

    internal override bool TryParse(string text, out bool value) => bool.TryParse(text, out value);

    internal override string Format(bool value) => value ? "true" : "false";
}

/// <summary>One of a few names.</summary>
internal sealed class ChoiceForm(IReadOnlyList<string> names) : ValueForm<string>
{
    internal override string Legal => "one of " + string.Join(", ", names);

    internal override IReadOnlyList<string> Choices => names;

    internal override bool TryParse(string text, out string value)
    {
        value = text;
        return names.Contains(text, StringComparer.Ordinal);
    }

    internal override string Format(string value) => value;
}

/// <summary>An architecture's name, or the path of a TorchScript file: a text with a dot or a slash, which no name has.</summary>
internal sealed class NetworkForm : ValueForm<string>
{
    internal override string Legal => "one of " + string.Join(", ", Choices) + ", or a TorchScript file";

    internal override IReadOnlyList<string> Choices => Networks.NetworkCatalogue.Names;

    /// <summary>Whether a value is a path.</summary>
    internal static bool IsFile(string value) => value.Contains('.') || value.Contains('/');

    internal override bool TryParse(string text, out string value)
    {
        value = text;
        return Choices.Contains(text, StringComparer.Ordinal) || (IsFile(text) && !text.Any(char.IsControl));
    }

    internal override string Format(string value) => value;
}

/// <summary>Free text that must not be empty, such as a path; <paramref name="legal"/> names it.</summary>
internal sealed class TextForm(string legal) : ValueForm<string>
{
    internal override string Legal => legal;

    internal override bool TryParse(string text, out string value)
    {
        value = text;
        return text.Length > 0 && !text.Any(char.IsControl);
    }

    internal override string Format(string value) => value;
}

/// <summary>A number, or a multiple of 1/η.</summary>
internal sealed class SpectrumThresholdForm : ValueForm<SpectrumThreshold>
{
    internal override string Legal => "a number, or a positive one over eta such as 1.5/eta";

    internal override JsonForm Json => JsonForm.Number;

    internal override bool TryParse(string text, out SpectrumThreshold value) => SpectrumThreshold.TryParse(text, out value);

    internal override string Format(SpectrumThreshold value) => value.ToString();
}

/// <summary>cpu, cuda or cuda:N.</summary>
internal sealed partial class DeviceForm : ValueForm<string>
{
    internal override string Legal => "cpu, cuda or cuda:N";

    internal override bool TryParse(string text, out string value)
    {
        value = text;
        return Device().IsMatch(text);
    }

    internal override string Format(string value) => value;

    [GeneratedRegex(@"\A(cpu|cuda(:(0|[1-9][0-9]{0,2}))?)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Device();
}

/// <summary>Whole numbers of at least 1, joined by commas.</summary>
internal sealed class WidthsForm() : NumbersForm(1)
{
    internal override string Legal => "whole numbers of at least 1 joined by commas";
}

/// <summary>At least two different labels from 0, joined by commas.</summary>
internal sealed class LabelsForm() : NumbersForm(0)
{
    internal override string Legal => "at least two different labels counted from 0, joined by commas";

    internal override bool TryParse(string text, out IReadOnlyList<int> value) =>
        base.TryParse(text, out value) && value.Count >= 2 && value.Distinct().Count() == value.Count;
}

/// <summary>Values joined by commas.</summary>
internal abstract class ListForm<T> : ValueForm<IReadOnlyList<T>>
{
    internal override JsonForm Json => JsonForm.List;

    internal override bool TryParse(string text, out IReadOnlyList<T> value)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        var values = new T[parts.Length];
        value = values;
        for (int i = 0; i < parts.Length; i++)
        {
            if (!TryParseOne(parts[i], out values[i]))
            {
                return false;
            }
        }

        return true;
    }

    internal override string Format(IReadOnlyList<T> value) => string.Join(",", value.Select(FormatOne));

    private protected abstract bool TryParseOne(string text, out T value);

    private protected abstract string FormatOne(T value);
}

/// <summary>Whole numbers joined by commas.</summary>
internal abstract class NumbersForm(int least) : ListForm<int>
{
    private protected override bool TryParseOne(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least;

    private protected override string FormatOne(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Numbers in an interval, joined by commas.</summary>
internal class NumberListForm(Interval interval) : ListForm<double>
{
    private readonly NumericForm<double> _one = new(interval);

    internal override string Legal => "numbers" + interval.InWords() + " joined by commas";

    private protected override bool TryParseOne(string text, out double value) => _one.TryParse(text, out value);

    private protected override string FormatOne(double value) => _one.Format(value);
}

/// <summary>Two numbers above 0, the smaller first.</summary>
internal sealed class RangeForm() : NumberListForm(Interval.Above(0))
{
    internal override string Legal => "two numbers above 0, the smaller first, joined by a comma";

    internal override bool TryParse(string text, out IReadOnlyList<double> value) =>
        base.TryParse(text, out value) && value.Count == 2 && value[0] < value[1];
}

/// <summary>The size of an image: <c>32</c> for a square, <c>32x48</c> for height × width.</summary>
internal sealed class ImageSizeForm : ValueForm<string>
{
    internal override string Legal => "a whole number from 1 to 4096, or two joined by x as in 32x48";

    internal override bool TryParse(string text, out string value)
    {
        value = text;
        return text.Split('x') is { Length: 1 or 2 } parts && parts.All(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is >= 1 and <= 4096);
    }

    internal override string Format(string value) => value;

    /// <summary>Height and width of a legal text.</summary>
    internal static (int Height, int Width) Parse(string text)
    {
        string[] parts = text.Split('x');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
    }
}

/// <summary>A matrix of finite numbers, kept as it is written: rows set apart by semicolons.</summary>
internal sealed class MatrixForm : ValueForm<string>
{
    internal override string Legal => "numbers joined by commas, rows of equal length by semicolons";

    internal override bool TryParse(string text, out string value)
    {
        value = text;
        return NumberText.TryMatrix(text, out _) is null;
    }

    internal override string Format(string value) => value;
}
