using Brink.Experiments.Sweeps;

namespace Brink.Cli.Terminal;

/// <summary>A sweep for a file or a pipe: a line an event, and every half minute one that says how it stands.</summary>
/// <param name="output">Where to.</param>
/// <param name="quiet">Says only what did not go well.</param>
internal sealed class SweepLines(TextWriter output, bool quiet) : ISweepObserver
{
    private const double SecondsBetweenLines = 30;
    private double _last;

    /// <inheritdoc/>
    public void Started(SweepRun run, bool resumed) => Write(SweepText.Started(run, resumed));

    /// <inheritdoc/>
    public void Ended(SweepRun run, SweepAttempt end, bool again) =>
        Write(SweepText.Ended(run, end, again), end.Outcome is AttemptOutcome.Failed or AttemptOutcome.Killed);

    /// <inheritdoc/>
    public void Note(string message) => Write($"note: {message}");

    /// <inheritdoc/>
    public void Show(SweepStatus status)
    {
        if (status.Seconds - _last < SecondsBetweenLines)
        {
            return;
        }

        _last = status.Seconds;
        string left = status.SecondsLeft is { } seconds ? $", {Quantity.Duration(seconds)} left" : string.Empty;
        Write($"{SweepText.Counts(status)}, {Quantity.Duration(status.Seconds)}{left}");
        foreach (RunAtWork work in status.Running)
        {
            Write("  " + SweepText.AtWork(work, work.Run.Name.Length, unicode: false));
        }
    }

    private void Write(string line, bool matters = false)
    {
        if (matters || !quiet)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
