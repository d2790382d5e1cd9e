using System.Diagnostics;
using Spectre.Console;

namespace Brink.Cli.Terminal;

/// <summary>How far a sweep is, and when it will be done: one line that renews itself on a terminal, a line every ten seconds elsewhere.</summary>
internal sealed class SweepProgress
{
    private static readonly TimeSpan s_livePause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_plainPause = TimeSpan.FromSeconds(10);

    private readonly TextWriter _output;
    private readonly bool _quiet;
    private readonly bool _live;
    private readonly int _total;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _shown = TimeSpan.Zero;
    private int _done;

    /// <summary>Starts the clock.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="quiet">Says nothing.</param>
    /// <param name="total">Lines to do.</param>
    internal SweepProgress(TextWriter output, bool quiet, int total)
    {
        (_output, _quiet, _total) = (output, quiet, total);
        IAnsiConsole console = ProgressDisplay.ConsoleOf(output);
        _live = ProgressDisplay.IsLive(console);
    }

    /// <summary>One more line is done.</summary>
    internal void Advance()
    {
        _done++;
        TimeSpan now = _watch.Elapsed;
        if (_quiet || (now - _shown < (_live ? s_livePause : s_plainPause) && !(_live && _done == _total)))
        {
            return;
        }

        _shown = now;
        double left = now.TotalSeconds / _done * (_total - _done);
        string line = $"{_done} of {_total} lines, {Quantity.Duration(now.TotalSeconds)}, {Quantity.Duration(left)} to go";
        if (_live)
        {
            _output.Write($"\r{line.PadRight(60)}{(_done == _total ? "\n" : string.Empty)}");
        }
        else
        {
            _output.WriteLine(line);
        }

        _output.Flush();
    }
}
