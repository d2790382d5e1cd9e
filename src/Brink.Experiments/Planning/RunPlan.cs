namespace Brink.Experiments.Planning;

/// <summary>How a run is to be planned.</summary>
public sealed record PlanRequest
{
    /// <summary>Numbers of ranks; each at least 1.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }

    /// <summary>Ranks that share a machine like this one; at least 1.</summary>
    public int PerMachine { get; init; } = 1;

    /// <summary>Seconds of a step of the ring; null to measure it.</summary>
    public double? Latency { get; init; }

    /// <summary>Bytes a second; null to measure it.</summary>
    public double? Bandwidth { get; init; }

    /// <summary>Mean trials of an iteration; null to measure it.</summary>
    public double? Trials { get; init; }

    /// <inheritdoc cref="RunProbe.Iterations"/>
    public int Iterations { get; init; } = 10;

    /// <inheritdoc cref="RunProbe.Seconds"/>
    public double Seconds { get; init; } = 30;
}

/// <summary>A run on several numbers of ranks, from a short measurement on this machine.</summary>
/// <param name="Costs">What was measured, with the threads of a machine's ranks; the first for one rank.</param>
/// <param name="Wire">What is between ranks; null where there are none.</param>
/// <param name="WireIsMeasured">Whether that was measured between processes of this machine.</param>
/// <param name="Forecasts">One for each number of ranks.</param>
public sealed record RunPlan(RunCosts Costs, WireSpeed? Wire, bool WireIsMeasured, IReadOnlyList<RunForecast> Forecasts)
{
    /// <summary>Measures, and forecasts.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="request">How.</param>
    /// <param name="note">Told, in one line each, what was decided or left out.</param>
    /// <exception cref="BrinkException">The run cannot be made, or not by so many ranks.</exception>
    public static RunPlan Make(Specification specification, PlanRequest request, Action<string> note)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ArgumentNullException.ThrowIfNull(request);
        var probe = new RunProbe(specification, request.Ranks, note) { Iterations = request.Iterations, Seconds = request.Seconds };

        // What shares a machine is measured together, and one rank is what the others are compared with.
        var costs = new Dictionary<int, RunCosts>();
        foreach (var same in request.Ranks.Append(1).Distinct().GroupBy(ranks => (Busy: Busy(specification, ranks, request.PerMachine), Shared: probe.SharesStatistics(ranks))))
        {
            RunCosts measured = probe.Take(same.Key.Busy, [.. same], request.PerMachine);
            measured = request.Trials is { } trials ? measured.WithTrials(trials) : measured;
            foreach (int ranks in same)
            {
                costs[ranks] = measured;
            }
        }

        bool several = request.Ranks.Any(ranks => ranks > 1);
        bool given = request is { Latency: not null, Bandwidth: not null };
        WireSpeed wire = several && !given ? WireProbe.BetweenTwo(costs[1].Parameters) : new WireSpeed(0, double.MaxValue);
        wire = wire with { Latency = request.Latency ?? wire.Latency, Bandwidth = request.Bandwidth ?? wire.Bandwidth };
        RunForecast alone = RunForecast.Of(costs[1], 1, wire);
        return new RunPlan(
            costs[1], several ? wire : null, several && !given,
            [.. request.Ranks.Select(ranks => RunForecast.Of(costs[ranks], ranks, wire, request.PerMachine, alone))]);
    }

    /// <summary>Threads of a rank: those that are given, else its share of the machine's, as a rank takes them.</summary>
    private static int ThreadsOf(Specification specification, int ranks, int perMachine) =>
        specification.Given.Contains(RunFields.Threads.Name) ? specification.Threads : Math.Max(1, Environment.ProcessorCount / Math.Min(ranks, perMachine));

    private static int Busy(Specification specification, int ranks, int perMachine)
    {
        int busy = ThreadsOf(specification, ranks, perMachine) * Math.Min(ranks, perMachine);
        return busy <= Environment.ProcessorCount || Math.Min(ranks, perMachine) == 1 ? busy
            : throw new BrinkException($"{Math.Min(ranks, perMachine)} ranks of {ThreadsOf(specification, ranks, perMachine)} threads each need more than the {Environment.ProcessorCount} cores here: give fewer --threads or --per-machine, or plan where there are as many");
    }
}
