using Brink.Experiments.Sweeps;
using Spectre.Console;

namespace Brink.Cli.Terminal;

/// <summary>A sweep on a terminal: a board that is redrawn in place, and above it a line for every run that ended.</summary>
/// <param name="console">The terminal.</param>
/// <param name="title">The sweep's name.</param>
internal sealed class SweepBoard(IAnsiConsole console, string title) : ISweepObserver
{
    private const double SecondsBetweenFrames = 0.2;
    private const int LongestName = 48;

    // Okabe and Ito's colours, as in the view of a run.
    private static readonly Style s_label = new(Color.Grey);
    private static readonly Style s_calm = new(new Color(86, 180, 233));
    private static readonly Style s_bad = new(new Color(213, 94, 0));
    private static readonly Style s_strong = new(decoration: Decoration.Bold);

    private readonly LiveArea _area = new(console);
    private readonly bool _unicode = ProgressDisplay.ShowsUnicode(console);
    private double _lastFrame = double.NegativeInfinity;

    /// <summary>A board on a terminal, plain lines elsewhere, and hardly anything when quiet.</summary>
    /// <param name="output">Standard output, or standard error where standard output carries JSON.</param>
    /// <param name="quiet"><c>--quiet</c>.</param>
    /// <param name="title">The sweep's name.</param>
    internal static ISweepObserver For(TextWriter output, bool quiet, string title)
    {
        IAnsiConsole console = ProgressDisplay.ConsoleOf(output);
        return !quiet && ProgressDisplay.IsLive(console) ? new SweepBoard(console, title) : new SweepLines(output, quiet);
    }

    /// <inheritdoc/>
    public void Started(SweepRun run, bool resumed)
    {
        // The board shows it at work.
    }

    /// <inheritdoc/>
    public void Ended(SweepRun run, SweepAttempt end, bool again) =>
        Above(SweepText.Ended(run, end, again), end.Outcome is AttemptOutcome.Failed or AttemptOutcome.Killed ? s_bad : Style.Plain);

    /// <inheritdoc/>
    public void Note(string message) => Above($"note: {message}", s_label);

    /// <inheritdoc/>
    public void Show(SweepStatus status)
    {
        bool over = status.Running.Count == 0 && status.Waiting == 0;
        if (over || status.Seconds - _lastFrame >= SecondsBetweenFrames)
        {
            _lastFrame = status.Seconds;
            _area.Redraw(over ? [] : Frame(status));
        }
    }

    private void Above(string line, Style style)
    {
        _area.Redraw([]);
        console.Write(new Text(line + Environment.NewLine, style));

        // The pool shows how it stands right after it has told what happened.
        _lastFrame = double.NegativeInfinity;
    }

    private List<LiveLine> Frame(SweepStatus status)
    {
        int width = Math.Max(console.Profile.Width - 1, 20);
        string counts = $"  {SweepText.Counts(status)}";
        string time = $"  {Quantity.Duration(status.Seconds)}, {Quantity.Duration(status.SecondsLeft)} left";
        int bar = Math.Clamp(width - title.Length - counts.Length - time.Length - 2, 0, 30);
        int done = bar * status.Done / status.Runs;
        LiveLine head = new LiveLine().Add(title + "  ", s_strong)
            .Add(new string(_unicode ? '━' : '=', done), s_calm).Add(new string(_unicode ? '─' : '-', bar - done), s_label)
            .Add(counts).Add(time, s_label);

        // What does not fit on the screen cannot be redrawn.
        int most = Math.Max(1, console.Profile.Height - 4);
        int names = Math.Clamp(status.Running.Select(work => work.Run.Name.Length).DefaultIfEmpty(0).Max(), 4, LongestName);
        List<LiveLine> lines = [head, .. status.Running.Take(most).Select(work => new LiveLine().Add("  " + SweepText.AtWork(work, names, _unicode)))];
        if (status.Running.Count > most)
        {
            lines.Add(new LiveLine().Add($"  and {status.Running.Count - most} more", s_label));
        }

        return lines;
    }
}
