using Brink.Torch;

namespace Brink.Experiments.Planning;

/// <summary>Measures what a run costs on this machine: its first iterations, at two numbers of samples.</summary>
public sealed class RunProbe
{
    /// <summary>Iterations' worth of time that measurements and the rest are allowed beside the timed iterations.</summary>
    private const int FurtherIterations = 12;
    private const int WarmSteps = 2;

    /// <summary>Samples a thread beyond which even the smaller measurement is first tried on fewer.</summary>
    private const int CautiousSamples = 512;

    private readonly Specification _specification;
    private readonly Action<string> _note;
    private readonly long _total;
    private readonly long _numbers;
    private readonly bool _statistics;

    /// <summary>Looks at what is to be measured.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="ranks">For how many ranks it is to be planned; each at least 1.</param>
    /// <param name="note">Told, in one line each, what was decided or left out.</param>
    /// <exception cref="BrinkException">Data, network or device are not to be had, or so many ranks cannot share the run.</exception>
    public RunProbe(Specification specification, IReadOnlyCollection<int> ranks, Action<string> note)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentNullException.ThrowIfNull(note);
        specification.Validate();
        (_specification, _note) = (specification, note);
        (_total, _numbers) = (1, 0);
        if (specification.Model is null)
        {
            (_total, _numbers, _statistics) = NetworkProblem.Look(specification);
        }

        PlannedRanks.Require(specification, _statistics, _total, ranks.Max());
    }

    /// <summary>Iterations that are timed, at least 1: the mean number of trials is theirs.</summary>
    public int Iterations { get; init; } = 10;

    /// <summary>Seconds that the larger measurement may take; it is made on fewer samples where all would take longer.</summary>
    public double Seconds { get; init; } = 30;

    /// <summary>N.</summary>
    public long Samples => _total;

    /// <summary>Whether ranks share the network's batch statistics: each layer then takes sums, in single operators instead of one.</summary>
    /// <param name="ranks">For how many ranks.</param>
    internal bool SharesStatistics(int ranks) => ranks > 1 && _statistics && _specification.SyncBatchNorm;

    /// <summary>Measures.</summary>
    /// <param name="threads">Threads that the ranks of a machine have together; at least 1.</param>
    /// <param name="ranks">For how many ranks; one is not measured with several where those share batch statistics.</param>
    /// <param name="perMachine">Ranks that share a machine: as many are measured together, as threads that share samples.</param>
    /// <exception cref="BrinkException">The run cannot be made, or diverges at once.</exception>
    public RunCosts Take(int threads, IReadOnlyCollection<int> ranks, int perMachine)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        using RunRanks? alone = SharesStatistics(ranks.Max()) ? WireProbe.Alone() : null;
        Specification specification = _specification with { Threads = threads };
        long[] held = [.. ranks.Select(count => (_total + count - 1) / count * Math.Min(count, perMachine))];
        long most = Math.Min(_total, held.Max());
        long fewer = Math.Clamp(Math.Min(held.Min(), most / 2), 1, most);
        long cautious = 128L * threads;
        if (fewer > CautiousSamples * threads)
        {
            double perSample = Secondly(specification, cautious, alone) / cautious;
            fewer = Math.Clamp((long)(Seconds / (2 * (Iterations + FurtherIterations) * perSample)), cautious, fewer);
        }

        ProbeTimes small = new();
        using (ProbeSession first = Open(specification, fewer, _note, alone))
        {
            Steps(first, small, WarmSteps + 2);
        }

        double seconds = small.SecondsPerIteration;
        long larger = Math.Clamp((long)(fewer * Seconds / ((Iterations + FurtherIterations) * seconds)), Math.Min(most, 2 * fewer), most);
        if (larger < _total && held.Contains(_total))
        {
            _note($"measured on {larger} of {_total} samples, whose trials may differ; --seconds {Seconds * 4:0} takes more of them");
        }

        ProbeTimes large = new();
        (double Samples, double Bytes) memoryLarge = (larger, Peak(specification, larger, alone, session =>
        {
            Measured(session, large);
            Steps(session, large, Iterations + WarmSteps);
            Measured(session, large);
        }));
        (double Samples, double Bytes) memorySmall = (fewer, Peak(specification, fewer, alone, session =>
        {
            Measured(session, small);
            Steps(session, small, WarmSteps + 2);
            Measured(session, small);
        }));
        return large.Costs(small, (fewer, larger), _total, SampleCost.Through(memorySmall, memoryLarge)) with
        {
            RawSampleBytes = _numbers,

            // The other split's numbers are there twice while they are cut into micro-batches.
            TestBytes = 2.0 * large.TestSamples * _numbers * large.ElementBytes,
        };
    }

    private double Secondly(Specification specification, long samples, RunRanks? alone)
    {
        ProbeTimes times = new();
        using ProbeSession session = Open(specification, samples, _ => { }, alone);
        Steps(session, times, WarmSteps + 1);
        return times.SecondsPerIteration;
    }

    private ProbeSession Open(Specification specification, long samples, Action<string> note, RunRanks? alone) => new(
        samples == _total || specification.Model is not null ? specification : specification with { Count = (int)samples }, note, alone);

    private static void Steps(ProbeSession session, ProbeTimes times, int steps)
    {
        for (int k = 0; k < steps && session.IsFinite; k++)
        {
            (OperationRecord line, int bytes) = session.WriteLine();
            OperationRecord step = session.Step();
            if (k >= WarmSteps)
            {
                times.Add(step, line, bytes);
            }
        }

        if (!session.IsFinite)
        {
            throw new BrinkException("the run diverges within the first iterations, so there is nothing to plan; choose another step size or method");
        }
    }

    private void Measured(ProbeSession session, ProbeTimes times) => times.AddMeasurements(session, _note);

    /// <summary>Resident bytes at the peak of a session, of which everything but the measuring of micro-batches is part.</summary>
    private double Peak(Specification specification, long samples, RunRanks? alone, Action<ProbeSession> work)
    {
        // The first time, micro-batches are measured, and what that holds is no part of a run.
        Open(specification, samples, _ => { }, alone).Dispose();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Runtime.ReleaseFreeMemory();
        ProcessMemory.ResetPeak();
        using ProbeSession session = Open(specification, samples, _ => { }, alone);
        work(session);
        return ProcessMemory.Peak() ?? 0;
    }
}
