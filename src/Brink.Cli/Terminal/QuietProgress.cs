using Brink.Experiments;
using Brink.Methods;

namespace Brink.Cli.Terminal;

/// <summary>Says nothing but how the run ended, in one line.</summary>
/// <param name="output">Where to.</param>
internal sealed class QuietProgress(TextWriter output) : IRunObserver
{
    private readonly RunProgress _progress = new();

    /// <inheritdoc/>
    public void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null) =>
        _progress.Start(folder, iteration, iterations, flattestSharpness, threshold);

    /// <inheritdoc/>
    public void Recorded(MetricsLine line) => _progress.Add(line);

    /// <inheritdoc/>
    public void Note(string message)
    {
        // Notes are in the run's log.txt.
    }

    /// <inheritdoc/>
    public void Ended(RunStatus status, string? reason)
    {
        output.WriteLine(_progress.EndLine(status, reason, unicode: false));
        output.Flush();
    }
}
