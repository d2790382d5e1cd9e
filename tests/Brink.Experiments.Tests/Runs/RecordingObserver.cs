using Brink.Methods;

namespace Brink.Experiments.Tests.Runs;

/// <summary>Keeps all that a run tells, and lets a test do something at each line.</summary>
/// <param name="atLine">Called at each recorded line, on the run's own thread.</param>
/// <param name="atNote">Called at each note.</param>
internal sealed class RecordingObserver(Action<MetricsLine>? atLine = null, Action<string>? atNote = null) : IRunObserver
{
    internal List<MetricsLine> Lines { get; } = [];

    internal List<string> Notes { get; } = [];

    internal long StartedAt { get; private set; } = -1;

    internal RunStatus? Ending { get; private set; }

    public void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null) => StartedAt = iteration;

    public void Recorded(MetricsLine line)
    {
        Lines.Add(line);
        atLine?.Invoke(line);
    }

    public void Note(string message)
    {
        Notes.Add(message);
        atNote?.Invoke(message);
    }

    public void Ended(RunStatus status, string? reason) => Ending = status;
}
