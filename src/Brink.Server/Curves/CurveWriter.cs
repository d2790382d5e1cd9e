using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Brink.Server;

/// <summary>Curves of runs as JSON (docs/server.md).</summary>
public static class CurveWriter
{
    /// <summary>Writes one run: <c>{id, lines, revision, problem?, extent, curves: {quantity: series}}</c>.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="id">The run's id.</param>
    /// <param name="columns">Its lines.</param>
    /// <param name="request">Which curves.</param>
    public static void Write(Utf8JsonWriter json, string id, MetricsColumns columns, CurveRequest request)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(request);
        MetricsTable table = columns.Table;
        Column? axis = AxisOf(table, request.Axis);
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteNumber("lines", columns.Lines);
        json.WriteNumber("revision", columns.Revision);
        if (columns.Problem is { } problem)
        {
            json.WriteString("problem", problem);
        }

        json.WriteStartArray("extent");
        if (axis is { Count: > 0 })
        {
            json.WriteNumber9(axis.Values[0]);
            json.WriteNumber9(axis.Values[^1]);
        }

        json.WriteEndArray();
        json.WriteStartObject("curves");
        foreach (string name in request.Quantities.Distinct(StringComparer.Ordinal))
        {
            if (axis is not null && table.Find(name) is { Count: > 0 } column)
            {
                json.WritePropertyName(name);
                Write(json, Slice(axis, column, request));
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes a series: <c>{x, y}</c>, with <c>low</c> and <c>high</c> where it was decimated.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="series">The series.</param>
    public static void Write(Utf8JsonWriter json, Decimation series)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(series);
        json.WriteStartObject();
        json.WriteNumbers("x", series.X);
        if (series is { Low: { } low, High: { } high })
        {
            // A column of pixels shows no more digits; the points themselves, asked for by a narrower range, have all nine.
            json.WriteNumbers("y", series.Y, short6: true);
            json.WriteNumbers("low", low, short6: true);
            json.WriteNumbers("high", high, short6: true);
        }
        else
        {
            json.WriteNumbers("y", series.Y);
        }

        json.WriteEndObject();
    }

    /// <summary>The axis that a word of a request means; null for no such word.</summary>
    /// <param name="word">The word.</param>
    internal static CurveAxis? AxisNamed(string word) => word switch
    {
        "iteration" => CurveAxis.Iteration,
        "evaluations" => CurveAxis.Evaluations,
        "seconds" => CurveAxis.Seconds,
        _ => null,
    };

    private static Column? AxisOf(MetricsTable table, CurveAxis axis) => axis switch
    {
        CurveAxis.Evaluations => table.Evaluations,
        CurveAxis.Seconds => table.Find(MetricsField.Seconds.Name),
        _ => table.Find(MetricsField.Iteration.Name),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Decimation Slice(Column axis, Column column, CurveRequest request)
    {
        int begin = column.FirstAt(request.AfterLines);
        int end = column.Count;
        if (axis.Count < column.LineOf(column.Count - 1) + 1)
        {
            return new Decimation([], [], null, null); // a file whose lines lack their seconds
        }

        begin = Math.Max(begin, First(place => place >= request.From) - 1);
        end = Math.Min(end, First(place => place > request.To) + 1);
        if (end <= begin)
        {
            return new Decimation([], [], null, null);
        }

        double[] x = new double[end - begin];
        ReadOnlySpan<double> places = axis.Values;
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = places[axis.FirstAt(column.LineOf(begin + i))];
        }

        return Decimation.Of(x, column.Values[begin..end], request.Pixels);

        int First(Func<double, bool> holds)
        {
            int low = 0;
            int high = column.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = holds(axis.Values[axis.FirstAt(column.LineOf(middle))]) ? (low, middle) : (middle + 1, high);
            }

            return low;
        }
    }
}
