using System.Text.Json;
using Brink.Curvature;

namespace Brink.Server;

/// <summary>The spectrum along a run as JSON (docs/server.md): eigenvalues, trace, gradient norms by layer, density.</summary>
public static class SpectrumWriter
{
    /// <summary>Writes the spectrum; what was not measured is absent.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="columns">The run's lines.</param>
    /// <param name="most">Iterations shown at most, spread evenly over those measured; the last is among them.</param>
    /// <param name="level">The sharpness below which no weights of the network come, 2/K or 1; null where there is no such bound.</param>
    /// <param name="outputs">K; null where it is not known.</param>
    /// <param name="bins">The intervals of the density; null where they are not known, and then there is none.</param>
    public static void Write(Utf8JsonWriter json, MetricsColumns columns, int most, double? level, int? outputs, DensityBins? bins)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        MetricsTable table = columns.Table;
        json.WriteStartObject();
        json.WriteNumber("lines", columns.Lines);
        json.WriteNumber("revision", columns.Revision);
        WriteEigenvalues(json, table, most);
        WriteTrace(json, table, most);
        if (level is { } flattest)
        {
            json.WritePropertyName("level");
            json.WriteNumber9(flattest);
        }

        if (outputs is { } k)
        {
            json.WriteNumber("outputs", k);
        }

        WriteLayers(json, table, most);
        WriteDensity(json, table, most, bins);
        json.WriteEndObject();
    }

    private static void WriteDensity(Utf8JsonWriter json, MetricsTable table, int most, DensityBins? bins)
    {
        // A line of another number of intervals was written by another specification; it cannot be laid beside the rest.
        int[] measured = bins is not null && table.FindList("density") is { } all
            ? [.. Enumerable.Range(0, all.Count).Where(k => all[k].Length == bins.Count).Select(all.LineOf)] : [];
        if (measured.Length == 0)
        {
            return;
        }

        int[] lines = [.. Thinned(measured, most)];
        ListColumn density = table.FindList("density")!;
        json.WriteStartObject("density");
        WriteIterations(json, table, lines);
        json.WritePropertyName("least");
        json.WriteNumber9(bins!.Least);
        json.WriteNumbers("edges", [.. bins.Edges]);
        WriteLists(json, "values", lines, line => ListAt(density, line));
        json.WriteEndObject();
    }

    private static void WriteEigenvalues(Utf8JsonWriter json, MetricsTable table, int most)
    {
        ListColumn largest = table.FindList("eigenvalues") ?? new ListColumn();
        ListColumn smallest = table.FindList("smallest_eigenvalues") ?? new ListColumn();

        // Where only λ₁ was followed it is the whole fan.
        Column? sharpness = largest.Count == 0 && smallest.Count == 0 ? table.Find("sharpness") : null;
        int[] lines =
        [
            .. Thinned(
                sharpness is not null
                    ? [.. Enumerable.Range(0, sharpness.Count).Select(sharpness.LineOf)]
                    : [.. Enumerable.Range(0, largest.Count).Select(largest.LineOf).Union(Enumerable.Range(0, smallest.Count).Select(smallest.LineOf)).Order()],
                most),
        ];
        WriteIterations(json, table, lines);
        WriteLists(json, "eigenvalues", lines, line => sharpness is not null ? sharpness.Values.Slice(sharpness.FirstAt(line), 1) : ListAt(largest, line));
        WriteLists(json, "smallest", lines, line => ListAt(smallest, line));
    }

    private static void WriteTrace(Utf8JsonWriter json, MetricsTable table, int most)
    {
        if (table.Find("trace") is not { Count: > 0 } trace)
        {
            return;
        }

        int[] lines = [.. Thinned([.. Enumerable.Range(0, trace.Count).Select(trace.LineOf)], most)];
        json.WriteStartObject("trace");
        WriteIterations(json, table, lines);
        json.WriteNumbers("values", At(trace, lines));
        json.WriteNumbers("errors", At(table.Find("trace_standard_error"), lines));
        json.WriteEndObject();
    }

    private static void WriteLayers(Utf8JsonWriter json, MetricsTable table, int most)
    {
        Column? bias = table.Find("last_bias_gradient_norm");
        if (table.GradientNorms.Count == 0)
        {
            return;
        }

        // Weight and bias of a layer together; the last bias, which is shown apart, by itself.
        KeyValuePair<string, Column>[] parameters = [.. table.GradientNorms];
        if (bias is not null)
        {
            parameters = parameters[..^1];
        }

        (string Layer, Column[] Columns)[] layers =
        [
            .. parameters.GroupBy(parameter => LayerOf(parameter.Key), parameter => parameter.Value).Select(group => (group.Key, group.ToArray())),
        ];
        Column first = parameters.Length > 0 ? parameters[0].Value : bias!;
        int[] lines = [.. Thinned([.. Enumerable.Range(0, first.Count).Select(first.LineOf)], most)];
        json.WriteStartObject("layers");
        WriteIterations(json, table, lines);
        json.WriteStartArray("names");
        foreach ((string layer, _) in layers)
        {
            json.WriteStringValue(layer);
        }

        json.WriteEndArray();
        json.WriteStartArray("norms");
        foreach ((_, Column[] columns) in layers)
        {
            double[][] parts = [.. columns.Select(column => At(column, lines))];
            json.WriteNumbers([.. lines.Select((_, i) => Math.Sqrt(parts.Sum(part => part[i] * part[i])))]);
        }

        json.WriteEndArray();
        if (bias is not null)
        {
            json.WriteNumbers("last_bias", At(bias, lines));
            json.WriteNumbers("last_bias_ratio", At(table.Find("last_bias_gradient_ratio"), lines));
        }

        json.WriteEndObject();
    }

    /// <summary>A parameter's module: its name up to the last dot.</summary>
    private static string LayerOf(string parameter) =>
        parameter.LastIndexOf('.') is > 0 and var dot ? parameter[..dot] : parameter;

    private static void WriteIterations(Utf8JsonWriter json, MetricsTable table, int[] lines) =>
        json.WriteNumbers("iterations", At(table.Find(MetricsField.Iteration.Name), lines));

    private static void WriteLists(Utf8JsonWriter json, string name, int[] lines, LineValues values)
    {
        json.WriteStartArray(name);
        foreach (int line in lines)
        {
            json.WriteNumbers(values(line));
        }

        json.WriteEndArray();
    }

    private static ReadOnlySpan<double> ListAt(ListColumn list, int line)
    {
        int at = list.FirstAt(line);
        return at < list.Count && list.LineOf(at) == line ? list[at] : [];
    }

    private static double[] At(Column? column, int[] lines)
    {
        double[] values = new double[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            int at = column?.FirstAt(lines[i]) ?? 0;
            values[i] = column is not null && at < column.Count && column.LineOf(at) == lines[i] ? column.Values[at] : double.NaN;
        }

        return values;
    }

    private static IEnumerable<int> Thinned(int[] lines, int most) => lines.Length <= most
        ? lines
        : Enumerable.Range(1, most).Select(i => lines[(int)((long)i * (lines.Length - 1) / most)]);

    private delegate ReadOnlySpan<double> LineValues(int line);
}
