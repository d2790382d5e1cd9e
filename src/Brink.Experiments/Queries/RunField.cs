using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Brink.Experiments;

/// <summary>
/// Something known of each run that queries, sort keys and tables can name: a field of its specification, a field of its
/// summary, or where it lies.
/// </summary>
public sealed class RunField
{
    private static readonly List<RunField> s_known = MakeAll();
    private readonly Func<RunEntry, object?> _value;

    private RunField(string name, bool isNumber, IReadOnlyList<string>? choices, Func<RunEntry, object?> value)
    {
        Name = name;
        IsNumber = isNumber;
        Choices = choices;
        _value = value;
    }

    /// <summary>All fields: where the run lies, its summary's fields in snake_case, its specification's as options are spelled.</summary>
    public static IReadOnlyList<RunField> All => s_known;

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Whether its values are numbers.</summary>
    public bool IsNumber { get; }

    /// <summary>The words it can be, when they can be listed; else null.</summary>
    public IReadOnlyList<string>? Choices { get; }

    /// <summary>The field of a name; <c>-</c> and <c>_</c> are the same.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="BrinkException">There is none; one line with the nearest.</exception>
    public static RunField Find(string name)
    {
        string key = name.Replace('-', '_');
        if (s_known.Find(f => f.Name.Replace('-', '_') == key) is { } field)
        {
            return field;
        }

        string? nearest = NearestName.Suggest(name, s_known.Select(f => f.Name));
        throw new BrinkException($"a run has no field '{name}'; " + (nearest is null
            ? "docs/run-format.md and docs/specification.md list them all"
            : $"did you mean '{nearest}'?"));
    }

    /// <summary>The number a run has here, or null; one that is not finite counts as none, and <c>count: all</c> as +∞.</summary>
    /// <param name="run">The run.</param>
    public double? NumberOf(RunEntry run) => _value(run) switch
    {
        double number when double.IsFinite(number) => number,
        string when IsNumber => double.PositiveInfinity,
        _ => null,
    };

    /// <summary>What a run has here as text, or null.</summary>
    /// <param name="run">The run.</param>
    public string? TextOf(RunEntry run) => _value(run) switch
    {
        null => null,
        double number => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant() : null,
        object text => (string)text,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static List<RunField> MakeAll()
    {
        string[] statuses = [.. Enum.GetNames<RunStatus>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName), RunEntry.Killed, RunEntry.Broken];
        List<RunField> fields =
        [
            new("run", false, null, run => run.Path),
            new("status", false, statuses, run => run.Status),
            new("tags", false, null, run => run.Tags.Count == 0 ? null : string.Join(", ", run.Tags)),
        ];
        foreach (PropertyInfo property in typeof(RunSummary).GetProperties())
        {
            string name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            if (name == "status" || SpecificationFields.Find(name) is not null)
            {
                continue; // The specification knows data, network and method too, and before there is a summary.
            }

            Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            bool number = type == typeof(double) || type == typeof(int) || type == typeof(long);
            fields.Add(new RunField(name, number, null, run => run.Summary is null ? null : Plain(property.GetValue(run.Summary))));
        }

        foreach (SpecificationField field in SpecificationFields.All)
        {
            bool number = field.ValueType == typeof(double) || field.ValueType == typeof(int) || field.ValueType == typeof(long);
            fields.Add(new RunField(field.Name, number, field.Choices, run => Given(run, field, number)));
        }

        return fields;
    }

    private static object? Given(RunEntry run, SpecificationField field, bool number)
    {
        if (run.Specification is null || !field.AppliesTo(run.Specification) || field.FormatIn(run.Specification) is not { } text)
        {
            return null;
        }

        // The word "all" of the one numeric field that has a word stays text.
        return number && double.TryParse(text, out double parsed) ? parsed : text;
    }

    private static object? Plain(object? value) => value switch
    {
        null => null,
        double or float or int or long => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
