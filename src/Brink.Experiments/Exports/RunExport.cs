using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brink.Experiments;

/// <summary>
/// The metrics of one or many runs as one flat table: a column <c>run</c>, the specifications' fields as
/// <c>spec.method</c> and so on, then the fields of a line of metrics. Every row tells all of its run, so that a table
/// program can group by any of it. In CSV a list is spread over columns <c>eigenvalues_1</c>, <c>eigenvalues_2</c>, …, as
/// many as the longest list has, and values by name over columns <c>gradient_norms.5.bias</c>, …; in JSON they stay as they are.
/// A list that no run has is left out.
/// </summary>
public static class RunExport
{
    private static readonly (string Name, PropertyInfo Property)[] s_metrics =
    [
        .. typeof(MetricsLine).GetProperties()
            .Where(p => p.Name != nameof(MetricsLine.IsFinite))
            .OrderBy(p => p.GetCustomAttribute<JsonPropertyOrderAttribute>()?.Order ?? 0)
            .Select(p => (JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name), p)),
    ];

    /// <summary>Writes comma-separated values (RFC 4180, lines ended by a line feed, UTF-8 text); empty where there is no value or one that is not finite.</summary>
    /// <param name="runs">The runs; broken ones are not exported.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="BrinkException">A run's metrics cannot be read.</exception>
    public static void WriteCsv(IReadOnlyList<RunEntry> runs, TextWriter output)
    {
        SpecificationField[] fields = Fields(runs);
        RunEntry[] whole = [.. runs.Where(r => r.Specification is not null)];
        Column[][] columns = Columns(whole);
        IEnumerable<string> header =
        [
            "run",
            .. fields.Select(f => "spec." + f.Name),
            .. s_metrics.SelectMany((m, i) => columns[i].Select(column => Cell(m.Name + column.Suffix))),
        ];
        output.Write(string.Join(',', header) + "\n");
        foreach (RunEntry run in whole)
        {
            IEnumerable<string> start = [run.Path, .. fields.Select(f => Setting(run, f) ?? "")];
            string prefix = string.Join(',', start.Select(Cell));
            foreach (MetricsLine line in RunRecord.ReadMetrics(run.Path))
            {
                output.Write(prefix);
                foreach ((int i, (_, PropertyInfo property)) in s_metrics.Index())
                {
                    object? value = property.GetValue(line);
                    foreach (Column column in columns[i])
                    {
                        output.Write(',');
                        output.Write(Cell(Text(column.Of(value))));
                    }
                }

                output.Write('\n');
            }
        }
    }

    /// <summary>Writes one JSON array with an object a row, a row a line; numbers stay numbers, null where there is no value or one that is not finite.</summary>
    /// <param name="runs">The runs; broken ones are not exported.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="BrinkException">A run's metrics cannot be read.</exception>
    public static void WriteJson(IReadOnlyList<RunEntry> runs, TextWriter output)
    {
        SpecificationField[] fields = Fields(runs);
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = RunJson.Line.Encoder });
        string before = "[\n";
        RunEntry[] whole = [.. runs.Where(r => r.Specification is not null)];
        Column[][] columns = Columns(whole);
        (string, PropertyInfo)[] metrics = [.. s_metrics.Where((_, i) => columns[i].Length > 0)];
        foreach (RunEntry run in whole)
        {
            foreach (MetricsLine line in RunRecord.ReadMetrics(run.Path))
            {
                WriteRow(writer, run, fields, metrics, line);
                output.Write(before);
                output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
                before = ",\n";
                buffer.ResetWrittenCount();
                writer.Reset(buffer);
            }
        }

        output.Write(before == "[\n" ? "[]\n" : "\n]\n");
    }

    /// <summary>The columns of each field: its own; one for each place of the longest list; one for each name that is met.</summary>
    private static Column[][] Columns(RunEntry[] runs)
    {
        var columns = new List<Column>[s_metrics.Length];
        var names = new HashSet<string>[s_metrics.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            Type type = s_metrics[i].Property.PropertyType;
            columns[i] = type == typeof(double[]) || type == typeof(IReadOnlyDictionary<string, double>) ? [] : [Column.Itself];
            names[i] = new HashSet<string>(StringComparer.Ordinal);
        }

        foreach (MetricsLine line in runs.SelectMany(run => RunRecord.ReadMetrics(run.Path)))
        {
            foreach ((int i, (_, PropertyInfo property)) in s_metrics.Index().Where(metric => columns[metric.Index] is not [{ Suffix: "" }]))
            {
                switch (property.GetValue(line))
                {
                    case double[] list:
                        columns[i].AddRange(Enumerable.Range(columns[i].Count, Math.Max(0, list.Length - columns[i].Count)).Select(Column.Place));
                        break;
                    case IReadOnlyDictionary<string, double> values:
                        columns[i].AddRange(values.Keys.Where(names[i].Add).Select(Column.Named));
                        break;
                }
            }
        }

        return [.. columns.Select(list => list.ToArray())];
    }

    private static void WriteRow(
        Utf8JsonWriter writer, RunEntry run, SpecificationField[] fields, (string, PropertyInfo)[] metrics, MetricsLine line)
    {
        writer.WriteStartObject();
        writer.WriteString("run", run.Path);
        foreach (SpecificationField field in fields)
        {
            writer.WritePropertyName("spec." + field.Name);
            if (run.Specification!.GivenValue(field) is { } value)
            {
                field.WriteJson(writer, value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        foreach ((string name, PropertyInfo property) in metrics)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, property.GetValue(line), property.PropertyType, RunJson.Line);
        }

        writer.WriteEndObject();
        writer.Flush();
    }

    private static SpecificationField[] Fields(IReadOnlyList<RunEntry> runs) =>
        [.. SpecificationFields.All.Where(f => runs.Any(r => r.Specification?.GivenValue(f) is not null))];

    private static string? Setting(RunEntry run, SpecificationField field) =>
        run.Specification!.GivenValue(field) is { } value ? field.Format(value) : null;

    private static string Text(object? value) => value switch
    {
        null => "",
        double number => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A column of a field.</summary>
    /// <param name="Suffix">What its name adds to the field's.</param>
    /// <param name="Of">What stands in it, from the field's value.</param>
    private sealed record Column(string Suffix, Func<object?, object?> Of)
    {
        internal static Column Itself { get; } = new("", value => value);

        internal static Column Place(int place) =>
            new($"_{place + 1}", value => value is double[] list && place < list.Length ? list[place] : null);

        internal static Column Named(string name) => new(
            $".{name}", value => value is IReadOnlyDictionary<string, double> values && values.TryGetValue(name, out double one) ? one : null);
    }
}
