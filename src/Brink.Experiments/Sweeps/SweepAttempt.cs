namespace Brink.Experiments.Sweeps;

/// <summary>How an attempt at a run ended.</summary>
public enum AttemptOutcome
{
    /// <summary>The run finished.</summary>
    Finished,

    /// <summary>The run diverged, which is a result.</summary>
    Diverged,

    /// <summary>The run ended by an error of its own.</summary>
    Failed,

    /// <summary>A signal ended it, or the system for want of memory; it can be resumed.</summary>
    Killed,

    /// <summary>It was asked to stop and can be resumed.</summary>
    Interrupted,
}

/// <summary>
/// A line of a sweep's <c>attempts.jsonl</c>. An attempt has one when it starts and one when it ends; one without an end is
/// that of a sweep that was killed, or of a job that Slurm still has. A job of Slurm has the first line when it is submitted.
/// </summary>
public sealed record SweepAttempt
{
    /// <summary>The run: the name of its folder.</summary>
    public required string Run { get; init; }

    /// <summary>The number of the attempt at this run, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary><c>train</c> or <c>resume</c> for a start; <c>end</c>.</summary>
    public required string Event { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What the executor calls it: the process's number, or Slurm's job and the element of its array, 123_4.</summary>
    public string? Job { get; init; }

    /// <summary>How it ended; on the line of an end.</summary>
    public AttemptOutcome? Outcome { get; init; }

    /// <summary>Exit code; 128 and the number of the signal where one ended it.</summary>
    public int? Code { get; init; }

    /// <summary>Why it ended so, in one line; null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>Wall-clock seconds of the attempt, its start-up counted.</summary>
    public double? Seconds { get; init; }

    /// <summary>Most memory that it was seen to hold, in bytes.</summary>
    public long? PeakBytes { get; init; }
}
