using System.Text.Json;
using Brink.Flows;

namespace Brink.Experiments;

/// <summary>
/// The iterates of a run whose φ is asked for, and those of them that are known. The process that owns the run folder holds it and
/// the file that takes what is found; other ranks are told.
/// </summary>
internal sealed class FlowSolutionWork : IDisposable
{
    private readonly RunLock? _held;
    private readonly LinesFile<FlowSolutionLine>? _file;
    private readonly Dictionary<long, FlowSolutionLine> _known;

    private FlowSolutionWork(Told told, IReadOnlyList<MetricsLine> recorded, RunLock? held, LinesFile<FlowSolutionLine>? file)
    {
        (Recorded, _held, _file) = (recorded, held, file);
        Specification = Specification.FromJson(told.Specification);
        Wanted = told.Wanted;
        _known = told.Known.ToDictionary(line => line.Iteration);
    }

    /// <summary>The run's.</summary>
    internal Specification Specification { get; }

    /// <summary>The run's lines, with which a replay is compared; empty on ranks that own no folder.</summary>
    internal IReadOnlyList<MetricsLine> Recorded { get; }

    /// <summary>The iterates, ascending.</summary>
    internal IReadOnlyList<long> Wanted { get; }

    /// <summary>What is known of them, in their order.</summary>
    internal FlowSolutionLine[] Lines => [.. Wanted.Where(_known.ContainsKey).Select(k => _known[k])];

    /// <summary>Looks into a run folder, and takes hold of it.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="every">Every so many iterates, at least 1.</param>
    /// <param name="from">The first iteration that counts.</param>
    /// <param name="to">The last; null for the run's last.</param>
    /// <param name="settings">How the flows are followed: lines of other settings are not known.</param>
    /// <param name="ranks">The processes that share the samples, all of which call this; null for this one alone.</param>
    /// <exception cref="BrinkException">There is no such run, it is in use, or nothing of it is asked for.</exception>
    internal static FlowSolutionWork Open(string folder, int every, long from, long? to, FlowSolutionOptions settings, RunRanks? ranks)
    {
        RunLock? held = null;
        LinesFile<FlowSolutionLine>? file = null;
        IReadOnlyList<MetricsLine> recorded = [];
        Told Look()
        {
            recorded = RunRecord.ReadMetrics(folder);
            string specification = RunRecord.ReadSpecification(folder).ToJson();
            long[] wanted = Iterates(folder, recorded, every, from, to);
            string path = RunFiles.FlowSolutions(folder);
            held = RunLock.Acquire(folder);
            file = new LinesFile<FlowSolutionLine>(path);
            var known = new Dictionary<long, FlowSolutionLine>();
            foreach (FlowSolutionLine line in LinesFile<FlowSolutionLine>.Read(path).Where(line => line.Settings == settings && wanted.Contains(line.Iteration)))
            {
                known[line.Iteration] = line;
            }

            return new Told(specification, wanted, [.. known.Values]);
        }

        try
        {
            Told told = ranks is null
                ? Look()
                : JsonSerializer.Deserialize<Told>(ranks.FromOwner(() => JsonSerializer.Serialize(Look(), RunJson.Line)), RunJson.Line)!;
            return new FlowSolutionWork(told, recorded, held, file);
        }
        catch
        {
            file?.Dispose();
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Whether φ is known at an iterate.</summary>
    /// <param name="iteration">k.</param>
    internal bool Knows(long iteration) => _known.ContainsKey(iteration);

    /// <summary>Keeps what was found.</summary>
    /// <param name="line">φ at an iterate.</param>
    internal void Keep(FlowSolutionLine line)
    {
        _file?.Append(line);
        _known[line.Iteration] = line;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _held?.Dispose();
    }

    private static long[] Iterates(string folder, IReadOnlyList<MetricsLine> recorded, int every, long from, long? to)
    {
        MetricsLine[] finite = [.. recorded.Where(line => line.Status is null)];
        if (finite.Length == 0)
        {
            throw new BrinkException($"{folder} has no iterates yet; train it first");
        }

        long last = Math.Min(to ?? long.MaxValue, finite[^1].Iteration);
        var wanted = new List<long>();
        for (long k = (from + every - 1) / every * every; k <= last; k += every)
        {
            wanted.Add(k);
        }

        return wanted.Count > 0
            ? [.. wanted]
            : throw new BrinkException($"no iterate from {from} to {last} is a multiple of {every}; {folder} has those from 0 to {finite[^1].Iteration}");
    }

    /// <summary>What rank 0 tells the others.</summary>
    private sealed record Told(string Specification, long[] Wanted, FlowSolutionLine[] Known);
}
