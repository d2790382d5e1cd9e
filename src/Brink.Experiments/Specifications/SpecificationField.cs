using System.Text.Json;

namespace Brink.Experiments;

/// <summary>The parts of a specification, in the order in which documents and help show them.</summary>
public enum FieldGroup
{
    /// <summary>Which samples.</summary>
    Data,

    /// <summary>Which function of them.</summary>
    Network,

    /// <summary>What is minimised.</summary>
    Loss,

    /// <summary>A small model of the theory, in place of data, network and loss.</summary>
    Model,

    /// <summary>How the steps are chosen (math.md §2).</summary>
    Method,

    /// <summary>What is measured on the way.</summary>
    Measurements,

    /// <summary>How long, in which precision, on which device, and where it is stored.</summary>
    Run,
}

/// <summary>A field applies only where another field has one of some values, or where it has none.</summary>
/// <param name="Field">The other field's name.</param>
/// <param name="Values">Its values, as text; empty where it must have none.</param>
public sealed record FieldCondition(string Field, IReadOnlyList<string> Values)
{
    /// <summary>The field is one of these methods' parameters.</summary>
    internal static FieldCondition ForMethods(params string[] methods) => new("method", methods);

    /// <summary>The field applies where another has one of these values.</summary>
    internal static FieldCondition Where(string field, params string[] values) => new(field, values);

    /// <summary>The field applies where another is not given.</summary>
    internal static FieldCondition Unless(string field) => new(field, []);

    /// <summary>The field belongs to a network and its data.</summary>
    internal static FieldCondition ForNetworks { get; } = Unless("model");

    /// <summary>The field is about a GPU, whichever of the machine's it is.</summary>
    internal static FieldCondition OnGpu { get; } = Where("device", "cuda");

    /// <summary>Whether the condition holds in a specification, defaults included.</summary>
    /// <param name="specification">The specification.</param>
    /// <remarks>A value with a number after a colon, as <c>cuda:1</c>, counts as the value before it.</remarks>
    public bool Holds(Specification specification) => SpecificationFields.Find(Field)!.FormatIn(specification) is { } value
        ? Values.Contains(value, StringComparer.Ordinal) || Values.Contains(value.Split(':')[0], StringComparer.Ordinal)
        : Values.Count == 0;

    /// <summary>What the other field must be, in words: <c>is mlp or cnn</c>, <c>is not given</c>.</summary>
    /// <param name="quote">How values are written.</param>
    /// <param name="last">The word before the last of several values.</param>
    internal string InWords(Func<string, string> quote, string last) => Values.Count switch
    {
        0 => "is not given",
        1 => $"is {quote(Values[0])}",
        _ => $"is {string.Join(", ", Values.SkipLast(1).Select(quote))}{last}{quote(Values[^1])}",
    };
}

/// <summary>
/// One field of a <see cref="Specification"/>: a row of the table from which the command-line options, the YAML and JSON
/// forms, the checks and docs/specification.md are all made.
/// </summary>
public abstract class SpecificationField
{
    private protected SpecificationField(string name, FieldGroup group)
    {
        Name = name;
        Group = group;
    }

    /// <summary>The long option's name without dashes in front, and the key in YAML and JSON.</summary>
    public string Name { get; }

    /// <summary>Its place in <see cref="SpecificationFields.All"/>, which gives it.</summary>
    internal int Place { get; set; }

    /// <summary>The part of the specification it belongs to.</summary>
    public FieldGroup Group { get; }

    /// <summary>What it means, in one line.</summary>
    public required string Help { get; init; }

    /// <summary>A value that shows its use.</summary>
    public required string Example { get; init; }

    /// <summary>Where it applies; all must hold. Empty: everywhere.</summary>
    public IReadOnlyList<FieldCondition> Conditions { get; init; } = [];

    /// <summary>Type of the value in <see cref="Specification"/>.</summary>
    public abstract Type ValueType { get; }

    /// <summary>What values are legal, in words: <c>a number above 0</c>.</summary>
    public abstract string Legal { get; }

    /// <summary>The legal words, when they can be listed; else null.</summary>
    public abstract IReadOnlyList<string>? Choices { get; }

    /// <summary>The value where none is given, in words.</summary>
    public abstract string DefaultText { get; }

    /// <summary>True when the option may stand alone on the command line and then means <c>true</c>.</summary>
    public bool IsFlag => ValueType == typeof(bool);

    /// <summary>True when a value of the field is a list of numbers.</summary>
    public bool IsList => ValueType == typeof(IReadOnlyList<int>) || ValueType == typeof(IReadOnlyList<double>);

    /// <summary>True when a value of the field always names a file or a folder. That of <c>network</c> may.</summary>
    public abstract bool IsPath { get; }

    /// <summary>Whether a specification's value of the field names a file or a folder.</summary>
    /// <param name="specification">The specification.</param>
    public bool IsPathIn(Specification specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        return specification.GivenValue(this) is string text && (IsPath || (Name == "network" && NetworkForm.IsFile(text)));
    }

    /// <summary>Whether the field means anything in a specification.</summary>
    /// <param name="specification">The specification.</param>
    public bool AppliesTo(Specification specification) => Conditions.All(condition => condition.Holds(specification));

    /// <summary>Reads a value from text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="shown">How the field is to be called in a message, e.g. <c>--eta</c>.</param>
    /// <exception cref="BrinkException">The text is not legal; one line with what would be.</exception>
    internal abstract object Parse(string text, string shown);

    /// <summary>Reads a value from JSON; its kind must be the field's.</summary>
    /// <exception cref="BrinkException">The value is of another kind, or not legal.</exception>
    internal abstract object ParseJson(JsonElement element, string shown);

    /// <summary>Whether a value set from code is legal.</summary>
    internal abstract bool IsLegal(object value);

    /// <summary>Writes a value as text that <see cref="Parse"/> reads back.</summary>
    internal abstract string Format(object value);

    /// <summary>The value where none is given; null when there is none.</summary>
    internal abstract object? DefaultIn(Specification specification);

    /// <summary>Writes a value as JSON.</summary>
    internal abstract void WriteJson(Utf8JsonWriter writer, object value);

    /// <summary>The field's value in a specification as text, the default where none is given, null where there is none.</summary>
    /// <param name="specification">The specification.</param>
    public string? FormatIn(Specification specification) =>
        (specification.GivenValue(this) ?? DefaultIn(specification)) is { } value ? Format(value) : null;

    /// <summary>The one line for a value that is not legal.</summary>
    internal BrinkException Refuse(string text, string shown)
    {
        if (Choices is not null && !IsFlag)
        {
            return new BrinkException($"{shown}: {NearestName.Unknown(Name, text, [.. Choices]).Message}");
        }

        return new BrinkException($"{shown} must be {Legal}, not {(text.Length == 0 ? "empty" : $"'{text}'")}");
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A field with its value's type.</summary>
/// <typeparam name="T">The value's type.</typeparam>
internal sealed class SpecificationField<T>(string name, FieldGroup group, ValueForm<T> form) : SpecificationField(name, group)
    where T : notnull
{
    /// <summary>The value where none is given, which may depend on other fields.</summary>
    internal required FieldDefault Default { get; init; }

    /// <inheritdoc/>
    public override Type ValueType => typeof(T);

    /// <inheritdoc/>
    public override bool IsPath => form is TextForm;

    /// <inheritdoc/>
    public override string Legal => form.Legal;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Choices => form.Choices;

    /// <inheritdoc/>
    public override string DefaultText => Default.Text ?? form.Format((T)Default.Constant!);

    internal override object Parse(string text, string shown) =>
        form.TryParse(text, out T value) ? value : throw Refuse(text, shown);

    internal override object ParseJson(JsonElement element, string shown)
    {
        bool right = (form.Json, element.ValueKind) switch
        {
            (JsonForm.Text, JsonValueKind.String) or (JsonForm.Number, JsonValueKind.Number) => true,
            (JsonForm.Flag, JsonValueKind.True or JsonValueKind.False) => true,
            (JsonForm.List, JsonValueKind.Array) => element.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number),

            // A numeric field that also knows a word, such as count's "all"; a number in quotes stays wrong.
            (JsonForm.Number, JsonValueKind.String) =>
                form.TryParse(element.GetString()!, out T value) && form.Format(value).Any(char.IsLetter) && !double.TryParse(element.GetString(), out _),
            _ => false,
        };
        if (!right)
        {
            throw new BrinkException($"{shown} must be {form.Legal}, not {element.GetRawText().ReplaceLineEndings(" ")}");
        }

        string text = element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.Array => string.Join(",", element.EnumerateArray().Select(e => e.GetRawText())),
            _ => element.GetRawText(),
        };
        return Parse(text, shown);
    }

    internal override bool IsLegal(object value) => form.IsLegal((T)value);

    internal override string Format(object value) => form.Format((T)value);

    internal override object? DefaultIn(Specification specification) => Default.In(specification);

    internal override void WriteJson(Utf8JsonWriter writer, object value)
    {
        string text = Format(value);
        switch (form.Json)
        {
            case JsonForm.List:
                writer.WriteRawValue($"[{text.Replace(",", ", ", StringComparison.Ordinal)}]");
                break;
            case JsonForm.Flag:
            case JsonForm.Number when double.TryParse(text, out _):
                writer.WriteRawValue(text);
                break;
            default:
                writer.WriteStringValue(text);
                break;
        }
    }
}

/// <summary>A field's default: a constant, a rule with its words, or none.</summary>
internal sealed class FieldDefault
{
    private readonly Func<Specification, object?> _rule;

    private FieldDefault(Func<Specification, object?> rule, object? constant, string? text)
    {
        _rule = rule;
        Constant = constant;
        Text = text;
    }

    internal object? Constant { get; }

    internal string? Text { get; }

    internal static FieldDefault Of(object value) => new(_ => value, value, null);

    internal static FieldDefault By(string text, Func<Specification, object?> rule) => new(rule, null, text);

    internal static FieldDefault None(string text) => new(_ => null, null, text);

    internal object? In(Specification specification) => _rule(specification);
}
