using System.Buffers.Binary;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Brink.Curvature;

namespace Brink.Experiments.TensorBoard;

/// <summary>
/// Lines of metrics as TensorBoard's events. Every number of a line is a scalar under its name in docs/run-format.md, in groups by
/// what it belongs to; of a list and of values by name each is one. The density is a histogram.
/// </summary>
internal static class MetricsEvents
{
    // Event (tensorflow/core/util/event.proto)
    private const int WallTime = 1;
    private const int Step = 2;
    private const int FileVersion = 3;
    private const int Summary = 5;

    // Summary and Summary.Value (tensorflow/core/framework/summary.proto)
    private const int SummaryValue = 1;
    private const int Tag = 1;
    private const int SimpleValue = 2;
    private const int Histogram = 5;

    private static readonly (string Name, PropertyInfo Property)[] s_metrics =
    [
        .. typeof(MetricsLine).GetProperties()
            .Where(property => property.Name is not (nameof(MetricsLine.Iteration) or nameof(MetricsLine.Density) or nameof(MetricsLine.Seconds)))
            .OrderBy(property => property.GetCustomAttribute<JsonPropertyOrderAttribute>()?.Order ?? 0)
            .Select(property => (JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), property)),
    ];

    /// <summary>The event that an event file begins with.</summary>
    /// <param name="started">When the run began.</param>
    internal static byte[] Begin(DateTimeOffset started) =>
        new ProtobufMessage().Double(WallTime, UnixSeconds(started)).Text(FileVersion, "brain.Event:2").ToArray();

    /// <summary>The event of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="bins">The intervals of its density.</param>
    /// <param name="started">When the run began; the line's seconds, which leave pauses out, are counted from there.</param>
    internal static byte[] Of(MetricsLine line, DensityBins bins, DateTimeOffset started)
    {
        var summary = new ProtobufMessage();
        foreach ((string tag, double value) in Scalars(line))
        {
            summary.Message(SummaryValue, new ProtobufMessage().Text(Tag, tag).Float(SimpleValue, double.IsFinite(value) ? (float)value : float.NaN));
        }

        if (line.Density is { } density && density.Length == bins.Count)
        {
            summary.Message(SummaryValue, new ProtobufMessage().Text(Tag, "curvature/density").Message(Histogram, HistogramOf(density, bins)));
        }

        return new ProtobufMessage()
            .Double(WallTime, UnixSeconds(started) + line.Seconds)
            .Integer(Step, line.Iteration)
            .Message(Summary, summary)
            .ToArray();
    }

    /// <summary>k of an event; that of the one that begins a file is 0.</summary>
    /// <param name="message">The event.</param>
    internal static long StepOf(ReadOnlySpan<byte> message) => ProtobufMessage.IntegerOf(message, Step);

    /// <summary>The time of an event as this class writes it; null where it is not one.</summary>
    /// <param name="message">The event.</param>
    internal static DateTimeOffset? WallTimeOf(ReadOnlySpan<byte> message) =>
        message.Length > sizeof(double) && message[0] == ((WallTime << 3) | 1)
        && BinaryPrimitives.ReadDoubleLittleEndian(message[1..]) is >= 0 and < 1e11 and var seconds
            ? DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Round(seconds * 1000))
            : null;

    /// <summary>All numbers of a line with their tags; η·λ₁ after λ₁, as it stands in no line.</summary>
    /// <param name="line">The line.</param>
    internal static IEnumerable<(string Tag, double Value)> Scalars(MetricsLine line)
    {
        foreach ((string name, PropertyInfo property) in s_metrics)
        {
            switch (property.GetValue(line))
            {
                case double or int or long:
                    yield return ($"{GroupOf(name)}/{name}", Convert.ToDouble(property.GetValue(line), CultureInfo.InvariantCulture));
                    break;
                case double[] list:
                    foreach ((int place, double value) in list.Index())
                    {
                        yield return ($"{name}/{place + 1}", value);
                    }

                    break;
                case IReadOnlyDictionary<string, double> values:
                    foreach ((string key, double value) in values)
                    {
                        yield return ($"{name}/{key}", value);
                    }

                    break;
            }

            if (property.Name == nameof(MetricsLine.Sharpness) && line.StepSize * line.Sharpness is { } product)
            {
                yield return ("curvature/eta_sharpness", product);
            }
        }
    }

    private static double UnixSeconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>TensorBoard shows tags with the same beginning together.</summary>
    private static string GroupOf(string name) => name switch
    {
        "loss" or "train_accuracy" or "test_loss" or "test_accuracy" or "epoch" => "training",
        "grad_norm" or "last_bias_gradient_norm" or "last_bias_gradient_ratio" or "zero_gradient_entries" or "zero_gradient_fraction" => "gradient",
        "step_size" or "backtracks" or "reference_value" or "function_evaluations" or "gradient_evaluations" or "hvps" or "batch_hvps" => "step",
        _ when name.StartsWith("gfs_", StringComparison.Ordinal) => "flow_solution",
        _ when name.StartsWith("dead_", StringComparison.Ordinal) || name.StartsWith("zero_", StringComparison.Ordinal) => "activations",
        "time" or "stages" or "rejected" or "distance_to_gd" or "gd_loss" or "flow_loss" or "flow_distance_to_gd"
            or "predicted_loss" or "predicted_grad_norm" or "sigma_trace" => "flow",
        _ => "curvature",
    };

    /// <summary>A HistogramProto, with shares for counts: least and largest value, count, sum, sum of squares, upper ends of the buckets, their counts.</summary>
    private static ProtobufMessage HistogramOf(double[] shares, DensityBins bins)
    {
        double[] middles = [.. Enumerable.Range(0, bins.Count).Select(j => 0.5 * (bins.Edges[j] + bins.Edges[j + 1]))];
        int first = Array.FindIndex(shares, share => share > 0);
        int last = Array.FindLastIndex(shares, share => share > 0);
        return new ProtobufMessage()
            .Double(1, first < 0 ? 0 : bins.Edges[first])
            .Double(2, last < 0 ? 0 : bins.Edges[last + 1])
            .Double(3, shares.Sum())
            .Double(4, shares.Zip(middles, (share, middle) => share * middle).Sum())
            .Double(5, shares.Zip(middles, (share, middle) => share * middle * middle).Sum())
            .Doubles(6, [.. bins.Edges.Skip(1)])
            .Doubles(7, shares);
    }
}
