namespace Brink.Experiments.Sweeps;

/// <summary>What the end of a job and the run's folder say together of an attempt.</summary>
internal static class SweepVerdict
{
    /// <summary>Judges an attempt.</summary>
    /// <param name="run">The run, looked at after the end.</param>
    /// <param name="end">The end.</param>
    internal static (AttemptOutcome Outcome, string? Reason) Of(SweepRun run, JobEnd end)
    {
        const int Interrupted = 130;
        const int Signals = 128;
        return (run.State, end.Code) switch
        {
            // What the disk says counts: a run may be killed between its last byte and its exit.
            (SweepRunState.Finished, _) => (AttemptOutcome.Finished, run.Reason),
            (SweepRunState.Diverged, _) => (AttemptOutcome.Diverged, run.Reason),
            (_, Interrupted) => (AttemptOutcome.Interrupted, null),

            // A run of a sweep that was killed a moment ago may have been on its way: it takes its folder, and ends.
            (_, JobEnd.InUse) => (AttemptOutcome.Interrupted, "another process was at work in its folder"),
            (_, > Signals) => (AttemptOutcome.Killed, end.OutOfMemory ? $"killed by the system for want of memory (signal {end.Code - Signals})" : $"killed by signal {end.Code - Signals}"),
            (_, 0) => (AttemptOutcome.Failed, $"it ended with code 0, and its folder says {run.State.ToString().ToLowerInvariant()}"),
            _ => (AttemptOutcome.Failed, Said(end) ?? run.Reason ?? $"it ended with code {end.Code}"),
        };

        static string? Said(JobEnd end) => end.Message is { } line && line.StartsWith("brink: ", StringComparison.Ordinal) ? line["brink: ".Length..] : end.Message;
    }
}
