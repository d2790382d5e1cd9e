using System.Text.Json.Serialization;

namespace Brink.Cli.Bench;

/// <summary>One line of the bench's table.</summary>
/// <param name="What">What was done.</param>
/// <param name="Ours">Brink's median.</param>
/// <param name="Peer">The peer's median, in the same unit.</param>
/// <param name="Unit">Seconds, nanoseconds, bytes, or Hessian-vector products a measurement (there the amounts are means).</param>
/// <param name="Target">The ratio peer / Brink to reach, or to come close to.</param>
/// <param name="Repetitions">How many of each side, interleaved.</param>
/// <param name="Remark">What else a reader should know: evaluations, products, errors.</param>
internal sealed record BenchRow(string What, double Ours, double Peer, string Unit, double Target, int Repetitions, string Remark)
{
    /// <summary>How many times less Brink needs.</summary>
    public double Ratio => Peer / Ours;

    /// <summary>Where the ratio is not to be reached but to be met: by how much it may differ from the target.</summary>
    public double? Within { get; init; }

    /// <summary>Whether the target is reached.</summary>
    public bool Met => Within is { } margin ? Math.Abs(Ratio - Target) <= margin : Ratio >= Target;

    /// <summary>What the two sides are called.</summary>
    [JsonIgnore]
    public (string Ours, string Peer) Sides { get; init; } = ("Brink", "peer");

    /// <summary>The middle of some numbers; the mean of the two middle ones where their number is even.</summary>
    internal static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
