using Brink.Objectives;

namespace Brink.Experiments.Planning;

/// <summary>What a run is going to take on some ranks: the cost model of docs/scale.md.</summary>
/// <remarks>
/// An iteration takes Σ count·(a + b·⌈N/R⌉) over the passes that it makes, what is beside them, and its sums. Sums wait for the
/// slowest rank, which is the one with ⌈N/R⌉ samples; nothing is taken to overlap, since each sum is needed for what comes next.
/// </remarks>
public sealed record RunForecast
{
    /// <summary>R.</summary>
    public required int Ranks { get; init; }

    /// <summary>⌈N/R⌉, the most samples of a rank.</summary>
    public required long SamplesPerRank { get; init; }

    /// <summary>Seconds of an iteration, measurements included in the mean.</summary>
    public double SecondsPerIteration => ComputeSeconds + RestSeconds + SumSeconds;

    /// <summary>Of these, passes over the samples.</summary>
    public required double ComputeSeconds { get; init; }

    /// <summary>Of these, what each rank does alike: vectors of the method and of Lanczos, recording, the digest.</summary>
    public required double RestSeconds { get; init; }

    /// <summary>Of these, sums over the ranks.</summary>
    public required double SumSeconds { get; init; }

    /// <summary>Sums over the ranks in an iteration.</summary>
    public required double Sums { get; init; }

    /// <summary>Bytes that each rank sends in an iteration, and receives.</summary>
    public required double SentBytes { get; init; }

    /// <summary>Resident bytes of a rank at its peak.</summary>
    public required double PeakBytes { get; init; }

    /// <summary>Seconds of the whole run.</summary>
    public required double RunSeconds { get; init; }

    /// <summary>How many times faster than one rank.</summary>
    public required double SpeedUp { get; init; }

    /// <summary>Threads of all ranks.</summary>
    public required int Threads { get; init; }

    /// <summary>The speed-up over how many times as many threads are at work.</summary>
    public required double Efficiency { get; init; }

    /// <summary>Forecasts.</summary>
    /// <param name="costs">The run, measured on a machine.</param>
    /// <param name="ranks">R.</param>
    /// <param name="wire">What is between the ranks; of no account for one.</param>
    /// <param name="perMachine">Ranks that share a machine; <paramref name="costs"/> was measured with the threads of as many.</param>
    /// <param name="alone">The run of one rank, to be compared with; null where this is it, or where it costs the same.</param>
    /// <exception cref="BrinkException">There are more ranks than samples.</exception>
    public static RunForecast Of(RunCosts costs, int ranks, WireSpeed wire, int perMachine = 1, RunForecast? alone = null)
    {
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentNullException.ThrowIfNull(wire);
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(perMachine, 1);
        SampleShare.Require(ranks, costs.Samples);
        int together = Math.Min(ranks, perMachine);
        IEnumerable<(IterationPart Part, double Share)> parts = costs.Parts.Select(part => (part, 1.0 / part.Every));
        double compute = parts.Sum(one => one.Share * one.Part.Operations.Sum(
            operation => operation.Count * operation.Seconds.For(Largest(operation.Samples, ranks) * together)));
        double rest = parts.Sum(one => one.Share * one.Part.Rest);
        Message[] messages = ranks == 1 ? [] :
        [
            .. parts.SelectMany(one => one.Part.Messages.Select(message => message with { Count = one.Share * message.Count })),
            new Message(sizeof(double) * ranks, 1),
        ];
        long largest = Largest(costs.Samples, ranks);
        var forecast = new RunForecast
        {
            Ranks = ranks,
            SamplesPerRank = largest,
            ComputeSeconds = compute,
            RestSeconds = rest + (ranks > 1 ? costs.DigestSeconds : 0),
            SumSeconds = messages.Sum(message => message.Count * wire.Seconds(ranks, message.Bytes)),
            Sums = messages.Sum(message => message.Count),
            SentBytes = messages.Sum(message => message.Count * WireSpeed.SentBytes(ranks, message.Bytes)),
            PeakBytes = Math.Max(0, costs.Memory.For(largest) + (costs.RawSampleBytes * (costs.Samples - largest)) - (costs.TestBytes * (1 - (1.0 / ranks)))),
            RunSeconds = 0,
            SpeedUp = 1,
            Threads = costs.Threads * ranks / together,
            Efficiency = 1,
        };
        forecast = forecast with { RunSeconds = costs.Iterations * forecast.SecondsPerIteration };
        if (ranks == 1)
        {
            return forecast;
        }

        alone ??= Of(costs, 1, wire);
        double faster = alone.SecondsPerIteration / forecast.SecondsPerIteration;
        return forecast with { SpeedUp = faster, Efficiency = faster * alone.Threads / forecast.Threads };
    }

    private static long Largest(long samples, int ranks) => (samples + ranks - 1) / ranks;
}
