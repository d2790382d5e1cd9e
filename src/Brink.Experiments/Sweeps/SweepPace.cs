using System.Diagnostics;

namespace Brink.Experiments.Sweeps;

/// <summary>How a sweep stands and how fast it goes; a run is one unit of work, and its iterations equal parts of it.</summary>
/// <param name="folder">The sweep.</param>
internal sealed class SweepPace(SweepFolder folder)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double? _workBefore;

    /// <summary>Time since the command began.</summary>
    internal TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>How the sweep stands.</summary>
    /// <param name="working">The runs at work, what their metrics tell and the most memory each was seen to hold, in bytes.</param>
    /// <param name="failed">Those that are not tried again.</param>
    internal SweepStatus Status(IReadOnlyCollection<(SweepRun Run, RunTail Tail, long Peak)> working, HashSet<SweepRun> failed)
    {
        double elapsed = _watch.Elapsed.TotalSeconds;
        var tails = working.ToDictionary(work => work.Run, work => work.Tail);
        double done = folder.Runs.Sum(run => run.IsDone || failed.Contains(run) ? 1
            : Math.Min(1, (double)(tails.GetValueOrDefault(run)?.Last?.Iteration ?? run.IterationsDone) / Math.Max(1, run.Point.Specification.Iterations)));
        double before = _workBefore ??= done;
        double? left = done - before > 1e-6 ? elapsed * (folder.Runs.Count - done) / (done - before) : null;
        return new SweepStatus(
            folder.Runs.Count, folder.Runs.Count(run => run.IsDone), failed.Count,
            [.. working.Select(work => new RunAtWork(
                work.Run, work.Tail.Last?.Iteration, work.Run.Point.Specification.Iterations,
                work.Tail.Last?.Loss, work.Tail.Sharpness, work.Tail.StepSize, work.Peak))],
            elapsed, left);
    }
}
