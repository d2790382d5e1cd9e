namespace Brink.Experiments.Sweeps;

/// <summary>How a run of a sweep stands.</summary>
public enum SweepRunState
{
    /// <summary>It was never started, or was killed before there was a run folder.</summary>
    Missing,

    /// <summary>It was interrupted or killed, and can be resumed.</summary>
    Interrupted,

    /// <summary>A process is at work in its folder.</summary>
    Running,

    /// <summary>Done: it finished.</summary>
    Finished,

    /// <summary>Done: it diverged.</summary>
    Diverged,

    /// <summary>It ended by an error of its own.</summary>
    Failed,

    /// <summary>Its folder holds something else.</summary>
    Differs,
}

/// <summary>A run of a sweep and its place on the disk.</summary>
public sealed class SweepRun
{
    private readonly string? _difference;

    /// <summary>Looks at a run.</summary>
    /// <param name="point">What it is.</param>
    /// <param name="name">The name of its folder.</param>
    /// <param name="sweep">The sweep's folder.</param>
    /// <param name="attempts">The lines about it.</param>
    /// <param name="difference">What else its folder holds; null where it is its own.</param>
    internal SweepRun(SweepPoint point, string name, string sweep, IEnumerable<SweepAttempt> attempts, string? difference)
    {
        Point = point;
        Name = name;
        Folder = Path.Combine(sweep, name);
        SpecificationFile = SweepFiles.Point(sweep, name);
        _difference = difference;
        foreach (SweepAttempt line in attempts)
        {
            Take(line);
        }

        Look();
    }

    /// <summary>What it is.</summary>
    public SweepPoint Point { get; }

    /// <summary>The name of its folder; an earlier version of the sweep may have named it.</summary>
    public string Name { get; }

    /// <summary>Its run folder.</summary>
    public string Folder { get; }

    /// <summary>The file with its specification.</summary>
    public string SpecificationFile { get; }

    /// <summary>How it stood when it was last looked at.</summary>
    public SweepRunState State { get; private set; }

    /// <summary>Why it stands so, in one line; null where there is nothing to say.</summary>
    public string? Reason { get; private set; }

    /// <summary>Attempts so far, those of earlier commands counted.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether there is nothing left to do.</summary>
    public bool IsDone => State is SweepRunState.Finished or SweepRunState.Diverged;

    /// <summary>Whether there is a run folder to resume.</summary>
    internal bool CanResume => RunRecord.IsRun(Folder);

    /// <summary>Steps of which the disk knew when it was last looked at.</summary>
    internal long IterationsDone { get; private set; }

    /// <summary>What carries out an attempt whose end is not recorded; null where there is none.</summary>
    internal string? OpenJob { get; private set; }

    private SweepAttempt? LastEnd { get; set; }

    /// <summary>Takes up a line about it.</summary>
    internal void Take(SweepAttempt line)
    {
        Attempts = Math.Max(Attempts, line.Attempt);
        LastEnd = line.Outcome is null ? null : line;
        OpenJob = line.Outcome is null ? line.Job : null;
    }

    /// <summary>Looks at the disk again.</summary>
    /// <returns>How it stands.</returns>
    internal SweepRunState Look()
    {
        (State, Reason) = _difference is null ? Read() : (SweepRunState.Differs, _difference);
        return State;
    }

    private (SweepRunState State, string? Reason) Read()
    {
        if (!CanResume)
        {
            return RunRecord.IsInUse(Folder) ? (SweepRunState.Running, null)
                : LastEnd is { Outcome: AttemptOutcome.Failed } failure ? (SweepRunState.Failed, failure.Reason)
                : (SweepRunState.Missing, null);
        }

        RunSummary? summary;
        try
        {
            summary = RunRecord.ReadSummary(Folder);
        }
        catch (BrinkException broken)
        {
            return (SweepRunState.Differs, broken.Message);
        }

        IterationsDone = summary?.IterationsDone ?? 0;
        return summary?.Status switch
        {
            RunStatus.Finished => (SweepRunState.Finished, summary.Reason),
            RunStatus.Diverged => (SweepRunState.Diverged, summary.Reason),
            _ when RunRecord.IsInUse(Folder) => (SweepRunState.Running, null),
            RunStatus.Failed => (SweepRunState.Failed, summary.Reason),
            _ when LastEnd is { Outcome: AttemptOutcome.Failed } failure => (SweepRunState.Failed, failure.Reason),
            _ => (SweepRunState.Interrupted, null),
        };
    }
}
