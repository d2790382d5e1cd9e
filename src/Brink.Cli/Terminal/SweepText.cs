using Brink.Cli.Diagnosis;
using Brink.Experiments;
using Brink.Experiments.Sweeps;

namespace Brink.Cli.Terminal;

/// <summary>The lines that remain of a sweep's runs on the screen.</summary>
internal static class SweepText
{
    /// <summary>How an attempt ended.</summary>
    internal static string Ended(SweepRun run, SweepAttempt end, bool again)
    {
        string reason = end.Reason is { } why ? $" — {why}" : string.Empty;
        string next = again ? run.State == SweepRunState.Missing ? "; it is started again" : "; it is resumed" : string.Empty;
        return $"{end.Outcome!.Value.ToString().ToLowerInvariant()}  {run.Name}{Outcome(run, end)}{reason}{next}";
    }

    /// <summary>That a run was started.</summary>
    internal static string Started(SweepRun run, bool resumed) => $"{(resumed ? "resumed" : "started")}  {run.Name}";

    /// <summary>How many runs stand how.</summary>
    internal static string Counts(SweepStatus status) =>
        $"{status.Done} of {status.Runs} done, {status.Running.Count} running, {status.Waiting} waiting"
        + (status.Failed > 0 ? $", {status.Failed} failed" : string.Empty);

    /// <summary>A run at work.</summary>
    /// <param name="work">The run.</param>
    /// <param name="width">Width of the column of names.</param>
    /// <param name="unicode">Whether λ and η can be shown.</param>
    internal static string AtWork(RunAtWork work, int width, bool unicode)
    {
        string name = work.Run.Name.Length > width ? work.Run.Name[..(width - 3)] + "..." : work.Run.Name.PadRight(width);
        return work.Iteration is { } iteration
            ? $"{name}  {Quantity.Count(iteration)} of {Quantity.Count(work.Iterations)}  loss {Quantity.Number(work.Loss)}"
                + $"  {(unicode ? "λ₁" : "sharpness")} {Absent(work.Sharpness, unicode)}  {(unicode ? "η" : "step")} {Absent(work.StepSize, unicode)}"
                + (work.PeakBytes > 0 ? $"  {Machine.Bytes(work.PeakBytes)}" : string.Empty)
            : $"{name}  starting";
    }

    private static string Absent(double? value, bool unicode) => value is null && !unicode ? "-" : Quantity.Number(value);

    private static string Outcome(SweepRun run, SweepAttempt end)
    {
        if (end.Outcome is AttemptOutcome.Failed || RunRecord.IsRun(run.Folder) is false || RunRecord.ReadSummary(run.Folder) is not { } summary)
        {
            return string.Empty;
        }

        string loss = summary.FinalLoss is { } value ? $", loss {Quantity.Number(value)}" : string.Empty;
        string sharpness = summary.FinalSharpness is { } lambda ? $", sharpness {Quantity.Number(lambda)}" : string.Empty;
        return $"  {Quantity.Count(summary.IterationsDone)} iterations{loss}{sharpness}, {Quantity.Duration(end.Seconds)}";
    }
}
