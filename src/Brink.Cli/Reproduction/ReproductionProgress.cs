using Brink.Cli.Terminal;
using Brink.Experiments;
using Brink.Methods;

namespace Brink.Cli.Reproduction;

/// <summary>What is told of a run among many, where lines cannot be redrawn: how far it is, every half minute of its own clock.</summary>
/// <param name="words">Where to.</param>
/// <param name="title">Which run.</param>
internal sealed class ReproductionProgress(TextWriter words, string title) : IRunObserver
{
    private const double SecondsBetweenLines = 30;
    private double _last;
    private long _iterations;

    /// <summary>A live view on a terminal, a line now and then elsewhere.</summary>
    /// <param name="words">Where to.</param>
    /// <param name="title">Which run.</param>
    internal static IRunObserver For(TextWriter words, string title) =>
        words != TextWriter.Null && ProgressDisplay.IsLive(ProgressDisplay.ConsoleOf(words)) ? ProgressDisplay.For(words, quiet: false, title) : new ReproductionProgress(words, title);

    /// <inheritdoc/>
    public void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null) => _iterations = iterations;

    /// <inheritdoc/>
    public void Recorded(MetricsLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Seconds - _last >= SecondsBetweenLines)
        {
            _last = line.Seconds;
            words.WriteLine($"          {title}: iteration {line.Iteration} of {_iterations}, loss {Quantity.Number(line.Loss)}");
            words.Flush();
        }
    }

    /// <inheritdoc/>
    public void Note(string message) => words.WriteLine($"          {title}: {message}");

    /// <inheritdoc/>
    public void Ended(RunStatus status, string? reason)
    {
    }
}
