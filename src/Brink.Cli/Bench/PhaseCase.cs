using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Brink.Theory.Sweeps;

namespace Brink.Cli.Bench;

/// <summary>A diagram of the minimalist example, 1,000 × 1,000 cells of 10,000 steps, against NumPy.</summary>
internal static class PhaseCase
{
    private const int Count = 1000;
    private const int Steps = 10_000;

    /// <summary>Steps of the peer that are timed: each costs it the same.</summary>
    private const int PeerSteps = 100;

    /// <summary>Rows that stay in a core's second cache with all buffers.</summary>
    private const int RowsAtOnce = 8;

    private static readonly double[] s_etaEnds = [0.01, 0.1];
    private static readonly double[] s_alphaEnds = [0.05, 1];
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Both precisions, against whole arrays and against blocks of rows on all threads.</summary>
    internal static IEnumerable<BenchRow> Rows(PeerProcess peer, int repetitions, int threads)
    {
        foreach (bool single in new[] { false, true })
        {
            var plane = new ParameterPlane(
                SweptModel.All.Single(model => model.Name == "minimalist"),
                new SweepAxis("eta", s_etaEnds[0], s_etaEnds[1], Count), new SweepAxis("alpha", s_alphaEnds[0], s_alphaEnds[1], Count), new Dictionary<string, double>(), single);
            double agreement = Agreement(peer, plane, threads);
            var whole = new List<double>();
            var blocks = new List<double>();
            var ours = new List<double>();
            for (int k = 0; k <= repetitions; k++)
            {
                var watch = Stopwatch.StartNew();
                PhaseSweep.Advance(plane, Steps, threads);
                double seconds = watch.Elapsed.TotalSeconds;
                double peerWhole = Ask(peer, single, 0, 1, null) * Steps / PeerSteps;
                double peerBlocks = Ask(peer, single, RowsAtOnce, threads, null) * Steps / PeerSteps;

                // The first round warms both sides.
                if (k > 0)
                {
                    ours.Add(seconds);
                    whole.Add(peerWhole);
                    blocks.Add(peerBlocks);
                }
            }

            double peak = PeakRate.Measure(threads, single);
            double rate = PhaseSweep.MinimalistFlops * (double)Count * Count * Steps / BenchRow.Median(ours);
            string precision = single ? "single" : "double";
            yield return new BenchRow(
                $"phase diagram, {precision}, against whole arrays", BenchRow.Median(ours), BenchRow.Median(whole), "s", 50, repetitions,
                string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:F1} GFLOP/s, {rate / peak:P0} of the peak of {peak / 1e9:F1}; peer's {PeerSteps} steps × {Steps / PeerSteps}; α after {PeerSteps} steps agrees to {agreement:G1} on 99 % of the cells"));
            yield return new BenchRow(
                $"phase diagram, {precision}, against cached rows on {threads} threads", BenchRow.Median(ours), BenchRow.Median(blocks), "s", 5, repetitions,
                $"peer's {PeerSteps} steps × {Steps / PeerSteps}, {RowsAtOnce} rows at a time");
        }
    }

    private static double Ask(PeerProcess peer, bool single, int rows, int threads, string? ends)
    {
        var fields = new List<(string, object)>
        {
            ("eta", s_etaEnds), ("alpha", s_alphaEnds), ("count", Count), ("steps", PeerSteps),
            ("dtype", single ? "float32" : "float64"), ("rows", rows), ("threads", threads),
        };
        if (ends is not null)
        {
            fields.Add(("ends", ends));
        }

        return peer.Ask<PeerPhase>("phase", s_patience, CollectionsMarshal.AsSpan(fields)).Seconds;
    }

    /// <summary>The relative difference of α that 99 % of the cells that stay finite on both sides do not exceed.</summary>
    private static double Agreement(PeerProcess peer, ParameterPlane plane, int threads)
    {
        string file = Path.GetTempFileName();
        try
        {
            Ask(peer, plane.Single, 0, 1, file);
            double[] theirs = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(file)).ToArray();
            double[] ours = PhaseSweep.Advance(plane, PeerSteps, threads);
            double[] differences = [.. theirs
                .Select((alpha, place) => Math.Abs(alpha - ours[place * 3]) / (1 + Math.Abs(alpha)))
                .Where(double.IsFinite)
                .Order()];
            return differences[(int)(0.99 * (differences.Length - 1))];
        }
        finally
        {
            File.Delete(file);
        }
    }
}
