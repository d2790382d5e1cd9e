namespace Brink.Experiments.Planning;

/// <summary>What was measured of a run's first iterations at one number of samples.</summary>
internal sealed class ProbeTimes
{
    private readonly Dictionary<Operation, List<double>> _seconds = [];
    private readonly List<OperationRecord> _steps = [];
    private readonly List<OperationRecord> _lines = [];
    private readonly List<int> _lineBytes = [];
    private readonly HashSet<string> _told = [];
    private IReadOnlyList<(string Name, int Every, OperationRecord Record, int Bytes)> _measured = [];
    private (double Seconds, long Bytes) _checkpoint;
    private double _digest;
    private Specification? _specification;
    private long _parameters;

    /// <summary>Mean seconds of a step with its line.</summary>
    internal double SecondsPerIteration => _steps.Zip(_lines).Average(pair => pair.First.Seconds + pair.Second.Seconds);

    /// <summary>Samples of the other split.</summary>
    internal long TestSamples { get; private set; }

    /// <summary>Bytes of a number.</summary>
    internal int ElementBytes { get; private set; }

    /// <summary>Adds an iteration.</summary>
    internal void Add(OperationRecord step, OperationRecord line, int lineBytes)
    {
        _steps.Add(step);
        _lines.Add(line);
        _lineBytes.Add(lineBytes);
        Note(step);
        Note(line);
    }

    /// <summary>Takes a session's measurements, of which the last ones count: those before were cold.</summary>
    internal void AddMeasurements(ProbeSession session, Action<string> note)
    {
        IReadOnlyList<(string Name, int Every, OperationRecord Record, int Bytes)> before = _measured;
        _measured = session.Measure();
        if (before.Count > 0)
        {
            foreach ((_, _, OperationRecord record, _) in _measured)
            {
                Note(record);
            }
        }

        foreach (string reason in session.LeftOut().Where(_told.Add))
        {
            note(reason);
        }

        // The first of all warms the code; times are those of the second.
        if (_steps.Count > 0)
        {
            Note(session.Basics());
        }

        _checkpoint = session.WriteCheckpoint();
        _digest = session.Digest();
        (_specification, _parameters, ElementBytes) = (session.Specification, session.Parameters, session.ElementBytes);
        TestSamples = session.TestSamples;
    }

    /// <summary>The costs that follow from this measurement and a smaller one.</summary>
    /// <param name="small">The smaller measurement.</param>
    /// <param name="samples">How many samples each was on.</param>
    /// <param name="total">N, the samples of the run.</param>
    /// <param name="memory">Resident bytes.</param>
    internal RunCosts Costs(ProbeTimes small, (long Fewer, long More) samples, long total, SampleCost memory)
    {
        Specification s = _specification!;
        double lineBytes = _lineBytes.Average() + _measured.Sum(one => (double)one.Bytes / one.Every * s.RecordEvery);
        List<IterationPart> parts =
        [
            Part("step", 1, _steps),
            Part("line", s.RecordEvery, _lines),
            .. _measured.Select(one => Part(one.Name, one.Every, [one.Record])),
        ];
        if (s.CheckpointEvery > 0)
        {
            parts.Add(new IterationPart("checkpoint", s.CheckpointEvery, [], _checkpoint.Seconds, []));
        }

        return new RunCosts
        {
            Samples = total,
            Parameters = _parameters,
            ElementBytes = ElementBytes,
            Iterations = s.Iterations,
            Threads = s.Threads,
            MeasuredSamples = samples.More,
            Parts = parts,
            DigestSeconds = _digest,
            Memory = memory,
            RawSampleBytes = 0,
            TestBytes = 0,
            CheckpointBytes = _checkpoint.Bytes,
            Lines = new SampleCost(lineBytes, lineBytes / s.RecordEvery),
            Basics = [.. _seconds.Keys.Order().Select(operation => Cost(operation, 1))],
        };

        OperationCost Cost(Operation operation, double count) => new(
            operation, count, operation == Operation.Test ? Math.Max(1, TestSamples) : total, CostOf(operation, small, samples));

        IterationPart Part(string name, int every, IReadOnlyList<OperationRecord> records) => new(
            name,
            every,
            [
                .. records.SelectMany(record => record.Operations).GroupBy(one => one.Key).OrderBy(group => group.Key)
                    .Select(group => Cost(group.Key, (double)group.Sum(one => one.Value.Count) / records.Count)),
            ],
            Median([.. records.Select(record => record.Rest)]),
            [
                .. records.SelectMany(record => record.Messages).GroupBy(one => one.Key).OrderBy(group => group.Key)
                    .Select(group => new Message(group.Key, (double)group.Sum(one => one.Value) / records.Count)),
            ]);
    }

    private SampleCost CostOf(Operation operation, ProbeTimes small, (long Fewer, long More) samples)
    {
        double more = Median(_seconds[operation]);

        // The other split is the same at both numbers of samples.
        return operation == Operation.Test ? new SampleCost(0, more / Math.Max(1, TestSamples))
            : !small._seconds.TryGetValue(operation, out List<double>? fewer) ? new SampleCost(0, more / samples.More)
            : SampleCost.Through((samples.Fewer, Median(fewer)), (samples.More, more));
    }

    private void Note(OperationRecord record)
    {
        foreach ((Operation operation, IReadOnlyList<double> times) in record.Operations)
        {
            if (!_seconds.TryGetValue(operation, out List<double>? all))
            {
                _seconds[operation] = all = [];
            }

            all.AddRange(times);
        }
    }

    private static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
