namespace Brink.Experiments.Planning;

/// <summary>What a sum over ranks (an all-reduce) costs, as a ring takes it: 2(R − 1) steps, each of which sends B/R bytes on.</summary>
/// <param name="Latency">Seconds that a step takes whatever its size; at least 0.</param>
/// <param name="Bandwidth">Bytes a second that a rank sends while it receives as many; above 0.</param>
/// <param name="Wait">Seconds that a sum which follows work takes beyond that: ranks wait for the slowest, and threads wake up; at least 0.</param>
/// <remarks>The ring: Patarasuk and Yuan, Bandwidth optimal all-reduce algorithms, J. Parallel Distrib. Comput. 69 (2009), and Gloo's default.</remarks>
public sealed record WireSpeed(double Latency, double Bandwidth, double Wait = 0)
{
    /// <summary>Bytes that each rank sends, and receives, for one sum: 2(R − 1)/R·B.</summary>
    /// <param name="ranks">R.</param>
    /// <param name="bytes">B, those of the tensor.</param>
    public static double SentBytes(int ranks, double bytes) => 2.0 * (ranks - 1) / ranks * bytes;

    /// <summary>Seconds of one sum.</summary>
    /// <param name="ranks">R.</param>
    /// <param name="bytes">B, those of the tensor.</param>
    public double Seconds(int ranks, double bytes) => Wait + (2.0 * (ranks - 1) * Latency) + (SentBytes(ranks, bytes) / Bandwidth);

    /// <summary>The speed that two measured sums tell.</summary>
    /// <param name="ranks">R, at least 2.</param>
    /// <param name="small">Bytes and seconds of a sum of a few bytes.</param>
    /// <param name="large">Those of one of many.</param>
    public static WireSpeed Through(int ranks, (double Bytes, double Seconds) small, (double Bytes, double Seconds) large)
    {
        SampleCost line = SampleCost.Through(small, large);
        double perByte = Math.Max(line.PerSample, double.Epsilon);
        return new WireSpeed(line.Fixed / (2.0 * (ranks - 1)), SentBytes(ranks, 1) / perByte);
    }
}
