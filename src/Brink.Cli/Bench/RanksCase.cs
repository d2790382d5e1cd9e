using System.Globalization;
using System.Text.Json;
using Brink.Experiments;

namespace Brink.Cli.Bench;

/// <summary>
/// Ranks on this machine's cores: several of one thread each against one process with as many threads, and what
/// <c>brink plan</c> predicts of both against what runs take.
/// </summary>
internal static class RanksCase
{
    /// <summary>The part by which ranks may be slower than one process on the same cores.</summary>
    private const double Overhead = 0.15;

    /// <summary>The part by which a prediction may miss.</summary>
    private const double Margin = 0.25;

    /// <summary>Predictions and runs take longer than iterations: fewer of them, each over many iterations.</summary>
    private const int Rounds = 3;
    private const int MostImages = 1000;

    /// <summary>Both comparisons, for each network.</summary>
    /// <param name="of">Makes a specification of a network and a method.</param>
    /// <param name="repetitions">Timed repetitions of each side.</param>
    /// <param name="threads">Threads of the one process, and the number of ranks.</param>
    /// <param name="note">Told how it goes.</param>
    internal static IEnumerable<BenchRow> Rows(Func<string, string, Specification> of, int repetitions, int threads, Action<string> note)
    {
        foreach (string network in new[] { "cnn", "mlp" })
        {
            foreach (BenchRow row in Side(of(network, "nls"), network.ToUpperInvariant(), repetitions, threads, note))
            {
                yield return row;
            }
        }

        foreach ((string network, int every) in new[] { ("cnn", 5), ("mlp", 20) })
        {
            foreach (BenchRow row in Predicted(of(network, "nls"), network.ToUpperInvariant(), every, threads, note))
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<BenchRow> Side(Specification specification, string name, int repetitions, int ranks, Action<string> note)
    {
        using var one = new RankWorker(specification, null, note);

        // The same work: what the one process measured to be its best micro-batch is the ranks', whatever they would have measured.
        Specification shared = specification with { Threads = 1, MicroBatch = one.Specification.MicroBatch, KeepGraph = one.Specification.KeepGraph };
        using RankChildren several = RankChildren.Start(ranks, "bench", "--as-rank", shared.ToJson());
        foreach ((string operation, string what) in new[] { (RankWorker.Iteration, "nls per iteration"), (RankWorker.Product, "Hessian-vector product") })
        {
            var seconds = new List<(double Ranks, double One)>();
            int? parted = null;
            long bytes = 0;
            for (int k = 0; k <= repetitions; k++)
            {
                RankAnswer alone = one.Do(operation);
                RankAnswer together = several.Ask(operation);
                parted ??= alone.StepSize == together.StepSize ? null : k;
                bytes = together.SummedBytes;

                // The first round warms both sides.
                if (k > 0)
                {
                    seconds.Add((together.Seconds, alone.Seconds));
                }
            }

            double ours = BenchRow.Median([.. seconds.Select(pair => pair.Ranks)]);
            double other = BenchRow.Median([.. seconds.Select(pair => pair.One)]);
            string steps = operation != RankWorker.Iteration ? string.Empty
                : parted is { } first ? $"; steps equal up to iteration {first}" : $"; steps equal over {repetitions + 1} iterations";
            yield return new BenchRow(
                $"{what}, {name}", ours, other, "s", 1 / (1 + Overhead), repetitions,
                string.Create(CultureInfo.InvariantCulture, $"overhead {(ours / other) - 1:P1}; {bytes / 1e6:G3} MB summed by the last{steps}"))
            { Sides = ($"{ranks} ranks", "1 process") };
        }
    }

    private static IEnumerable<BenchRow> Predicted(Specification specification, string name, int every, int threads, Action<string> note)
    {
        string folder = Directory.CreateTempSubdirectory("brink-bench-").FullName;
        try
        {
            specification = (specification with { Count = Math.Min(specification.Count, MostImages), Iterations = 4 * every, SharpnessEvery = every }).Without("threads").Without("test-every") with { TestEvery = every };
            string file = Path.Combine(folder, "spec.yaml");
            File.WriteAllText(file, specification.ToYaml());
            int[] counts = [1, threads];
            var found = counts.ToDictionary(ranks => ranks, _ => new List<(double Seconds, double Predicted, double Bytes, double PredictedBytes)>());
            for (int round = 0; round < Rounds; round++)
            {
                JsonElement[] forecasts = [.. Plan(file, counts)];
                for (int k = 0; k < counts.Length; k++)
                {
                    string run = Path.Combine(folder, $"run-{round}-{counts[k]}");
                    using RankChildren processes = RankChildren.Start(counts[k], "train", file, "--quiet", "--threads", $"{threads / counts[k]}", "--out", run);
                    long peak = processes.WaitAndWatch();
                    found[counts[k]].Add((
                        SecondsPerIteration(run, every), forecasts[k].GetProperty("seconds_per_iteration").GetDouble(), peak, forecasts[k].GetProperty("peak_bytes").GetDouble()));
                    (double seconds, double predicted, double bytes, double predictedBytes) = found[counts[k]][^1];
                    note(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}, {counts[k]} {(counts[k] == 1 ? "rank" : "ranks")}: {seconds:G3} s an iteration, predicted {predicted:G3} s; {bytes / 1e6:F0} MB, predicted {predictedBytes / 1e6:F0} MB"));
                }
            }

            foreach (int ranks in counts)
            {
                string sides = ranks == 1 ? $"1 rank of {threads} threads" : $"{ranks} ranks of 1 thread";
                yield return Row($"{name}, {sides}: seconds an iteration", [.. found[ranks].Select(one => (one.Seconds, one.Predicted))], "s", $"{specification.Count} images; every {every} iterations λ₁ and the test split; over {2 * every} iterations");
                yield return Row($"{name}, {sides}: peak memory of a rank", [.. found[ranks].Select(one => (one.Bytes, one.PredictedBytes))], "bytes", "resident, runtime included");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchRow Row(string what, List<(double Measured, double Predicted)> values, string unit, string remark) => new(
        what, BenchRow.Median([.. values.Select(value => value.Measured)]), BenchRow.Median([.. values.Select(value => value.Predicted)]), unit, 1, values.Count,
        string.Create(CultureInfo.InvariantCulture, $"{remark}; ratios {string.Join(", ", values.Select(value => (value.Predicted / value.Measured).ToString("F2", CultureInfo.InvariantCulture)))}"))
    { Sides = ("measured", "predicted"), Within = Margin };

    /// <summary>What the run took between two measurements in its middle, of which two lie within.</summary>
    private static double SecondsPerIteration(string run, int every)
    {
        IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(run);
        double At(int iteration) => lines.First(line => line.Iteration == iteration).Seconds;
        return (At(3 * every) - At(every)) / (2 * every);
    }

    private static IEnumerable<JsonElement> Plan(string file, int[] ranks)
    {
        using RankChildren process = RankChildren.Start(1, "plan", file, "--ranks", string.Join(',', ranks), "--per-machine", $"{ranks[^1]}", "--json");
        using var parsed = JsonDocument.Parse(process.Wait());
        return [.. parsed.RootElement.GetProperty("forecasts").EnumerateArray().Select(one => one.Clone())];
    }
}
