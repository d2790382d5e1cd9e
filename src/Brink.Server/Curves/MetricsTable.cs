using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Brink.Server;

/// <summary>The lines of a run by column.</summary>
internal sealed class MetricsTable
{
    private readonly Column?[] _columns = new Column?[MetricsField.All.Length];
    private readonly Column _etaSharpness = new();
    private readonly Column _twoOverStepSize = new();
    private readonly Dictionary<string, ListColumn> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Column> _gradientNorms = new(StringComparer.Ordinal);
    private readonly double[] _line = new double[MetricsField.All.Length];
    private readonly bool[] _has = new bool[MetricsField.All.Length];
    private readonly RunningCount[] _counts =
    [
        new(MetricsField.FunctionEvaluations), new(MetricsField.GradientEvaluations), new(MetricsField.Hvps),
    ];

    /// <summary>Whole lines.</summary>
    internal int Lines { get; private set; }

    /// <summary>Loss and gradient evaluations spent before each line's point, as an axis.</summary>
    internal Column Evaluations { get; } = new();

    /// <summary>‖∇f‖ of each parameter, by name, in the file's order.</summary>
    internal IReadOnlyDictionary<string, Column> GradientNorms => _gradientNorms;

    /// <summary>Memory that all takes.</summary>
    internal long Bytes =>
        Evaluations.Bytes + _columns.Sum(column => column?.Bytes ?? 0) + _etaSharpness.Bytes + _twoOverStepSize.Bytes + _counts.Sum(count => count.Column.Bytes)
        + _gradientNorms.Values.Sum(column => column.Bytes) + _lists.Values.Sum(list => list.Bytes) + 1024;

    /// <summary>A quantity (<see cref="Quantity"/>), or another number of the file; null where no line has it.</summary>
    /// <param name="name">Its name.</param>
    internal Column? Find(string name) =>
        name == Quantity.EtaSharpness ? _etaSharpness
        : name == Quantity.TwoOverStepSize ? _twoOverStepSize
        : Array.Find(_counts, count => count.Field.Name == name) is { } counted ? counted.Column
        : Array.Find(MetricsField.All, field => field.Name == name) is { } found ? _columns[found.Index]
        : null;

    /// <summary>The lists of a field; null where no line has one.</summary>
    /// <param name="name">The field.</param>
    internal ListColumn? FindList(string name) => _lists.GetValueOrDefault(name);

    /// <summary>Adds a line.</summary>
    /// <param name="text">The line, one JSON object.</param>
    /// <exception cref="JsonException">It is none.</exception>
    /// <exception cref="FormatException">A number is none, or the line lacks its iteration.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // hot from its first call: millions of lines
    internal void Append(ReadOnlySpan<byte> text)
    {
        Array.Clear(_has);
        Utf8JsonReader reader = new(text);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "not an object");
        int next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            MetricsField? field = MetricsField.Find(reader.ValueSpan, ref next);
            reader.Read();
            if (field is null)
            {
                reader.Skip();
            }
            else
            {
                Take(field, ref reader);
            }
        }

        Expect(!reader.Read(), "more than one object");
        Expect(_has[MetricsField.Iteration.Index], "it has no iteration");
        Store();
        Lines++;
    }

    /// <summary>Removes what a line that failed has left.</summary>
    internal void DropUnfinished()
    {
        foreach (Column column in _gradientNorms.Values)
        {
            column.CutTo(Lines);
        }

        foreach (ListColumn list in _lists.Values)
        {
            list.CutTo(Lines);
        }
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new FormatException(otherwise);
        }
    }

    private static double Number(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(MetricsField field, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number or JsonTokenType.Null:
                _line[field.Index] = Number(ref reader);
                _has[field.Index] = true;
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _line[field.Index] = reader.GetBoolean() ? 1 : 0;
                _has[field.Index] = true;
                break;
            case JsonTokenType.StartArray:
                ListColumn list = At(_lists, field.Name);
                list.Begin(Lines);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Number(ref reader));
                }

                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = Encoding.UTF8.GetString(reader.ValueSpan);
                    reader.Read();
                    At(_gradientNorms, name).Add(Lines, Number(ref reader));
                }

                break;
            default:
                throw new FormatException($"{field.Name} is no number");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store()
    {
        double iteration = _line[MetricsField.Iteration.Index];
        double evaluations = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            RunningCount count = _counts[i];
            count.Column.Add(Lines, count.Next(iteration, _has[count.Field.Index] ? _line[count.Field.Index] : 0));
            evaluations += count.Field == MetricsField.Hvps ? 0 : count.Total;
        }

        Evaluations.Add(Lines, evaluations);
        if (Has(MetricsField.StepSize) && !Has(MetricsField.Time)) // a flow's step is none of descent
        {
            double step = _line[MetricsField.StepSize.Index];
            _twoOverStepSize.Add(Lines, 2 / step);
            if (Has(MetricsField.Sharpness))
            {
                _etaSharpness.Add(Lines, step * _line[MetricsField.Sharpness.Index]);
            }
        }

        // λ₁ where the flow has not come to its end is not φ.
        bool unfinished = Has(MetricsField.GfsConverged) && _line[MetricsField.GfsConverged.Index] == 0;
        for (int i = 0; i < _has.Length; i++)
        {
            if (_has[i] && !IsCounted(i) && !(unfinished && i == MetricsField.GfsSharpness.Index))
            {
                (_columns[i] ??= new Column()).Add(Lines, _line[i]);
            }
        }
    }

    private static bool IsCounted(int index) =>
        index == MetricsField.FunctionEvaluations.Index || index == MetricsField.GradientEvaluations.Index || index == MetricsField.Hvps.Index;

    private bool Has(MetricsField field) => _has[field.Index];

    private static T At<T>(Dictionary<string, T> columns, string name)
        where T : new()
    {
        if (!columns.TryGetValue(name, out T? column))
        {
            columns[name] = column = new T();
        }

        return column;
    }

    /// <summary>
    /// What was spent before a line's point. A line tells what its own step cost; with <c>record-every</c> above 1 it stands for the
    /// steps up to the next line, which is exact where every step costs the same.
    /// </summary>
    private sealed class RunningCount(MetricsField of)
    {
        private double _iteration;
        private double _step;

        internal MetricsField Field => of;

        internal Column Column { get; } = new();

        internal double Total { get; private set; }

        internal double Next(double iteration, double step)
        {
            Total += _step * Math.Max(0, iteration - _iteration);
            (_iteration, _step) = (iteration, double.IsFinite(step) ? step : 0);
            return Total;
        }
    }
}
