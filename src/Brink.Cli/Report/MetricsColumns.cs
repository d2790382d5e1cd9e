using System.Text.Json;

namespace Brink.Cli.Report;

/// <summary>
/// The numbers of a <c>metrics.jsonl</c>, by column. A last line without its end, as a killed run leaves it, is passed
/// over; a <c>null</c> stands for a value that was not finite.
/// </summary>
internal sealed class MetricsColumns
{
    private readonly List<double> _iterations = [];
    private readonly Dictionary<string, SortedList<int, double>> _columns = new(StringComparer.Ordinal);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The <c>metrics.jsonl</c>.</param>
    /// <exception cref="BrinkException">A line other than a torn last one is no JSON object with an iteration.</exception>
    internal MetricsColumns(string path)
    {
        string text = File.ReadAllText(path);
        int begin = 0;
        for (int number = 1; text.IndexOf('\n', begin) is >= 0 and var end; number++)
        {
            ReadOnlyMemory<char> line = text.AsMemory(begin, end - begin);
            begin = end + 1;
            if (line.Span.IsWhiteSpace())
            {
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(line);
                Add(document.RootElement);
            }
            catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new BrinkException($"'{path}', line {number}: not a line of metrics ({wrong.Message})", wrong);
            }
        }
    }

    /// <summary>The last <c>status</c> a line carried; null when none did.</summary>
    internal string? Status { get; private set; }

    /// <summary>The last iteration recorded; 0 when there is none.</summary>
    internal long LastIteration => _iterations.Count > 0 ? (long)_iterations[^1] : 0;

    /// <summary>The last time recorded; 0 when there is none.</summary>
    internal double Seconds => _columns.TryGetValue("seconds", out SortedList<int, double>? seconds) ? seconds.Values[^1] : 0;

    /// <summary>One column against the iteration.</summary>
    /// <param name="name">The column.</param>
    /// <returns>The curve; empty when no line has the column.</returns>
    internal Curve Curve(string name) => _columns.TryGetValue(name, out SortedList<int, double>? column)
        ? new Curve([.. column.Keys.Select(line => _iterations[line])], [.. column.Values])
        : new Curve([], []);

    /// <summary>The product of two columns, on the lines that have both.</summary>
    /// <param name="first">A column.</param>
    /// <param name="second">Another.</param>
    /// <returns>The curve.</returns>
    internal Curve Product(string first, string second)
    {
        if (!_columns.TryGetValue(first, out SortedList<int, double>? a) || !_columns.TryGetValue(second, out SortedList<int, double>? b))
        {
            return new Curve([], []);
        }

        int[] both = [.. b.Keys.Where(a.ContainsKey)];
        return new Curve([.. both.Select(line => _iterations[line])], [.. both.Select(line => a[line] * b[line])]);
    }

    /// <summary>The sum of a column of counts.</summary>
    /// <param name="name">The column.</param>
    /// <returns>The sum; 0 when no line has it.</returns>
    internal long Sum(string name) => _columns.TryGetValue(name, out SortedList<int, double>? column)
        ? (long)column.Values.Where(double.IsFinite).Sum()
        : 0;

    private void Add(JsonElement line)
    {
        int index = _iterations.Count;
        double iteration = line.GetProperty("iteration").GetDouble();
        // A last point without a step writes null in the columns of the step; only beside a status is null a value.
        bool notFinite = line.TryGetProperty("status", out JsonElement status) && status.ValueKind == JsonValueKind.String;
        _iterations.Add(iteration);
        foreach (JsonProperty property in line.EnumerateObject())
        {
            double? value = property.Value.ValueKind switch
            {
                JsonValueKind.Number => property.Value.GetDouble(),
                JsonValueKind.Null when notFinite && property.Name == "loss" => double.NaN,
                _ => null,
            };
            if (value is not { } number)
            {
                continue;
            }

            if (!_columns.TryGetValue(property.Name, out SortedList<int, double>? column))
            {
                _columns[property.Name] = column = [];
            }

            column.Add(index, number);
        }

        if (notFinite)
        {
            Status = status.GetString();
        }
    }
}
