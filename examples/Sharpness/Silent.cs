using Brink.Experiments;
using Brink.Methods;

/// <summary>Watches a run and says nothing: its folder tells all.</summary>
internal sealed class Silent : IRunObserver
{
    /// <inheritdoc/>
    public void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null)
    {
    }

    /// <inheritdoc/>
    public void Recorded(MetricsLine line)
    {
    }

    /// <inheritdoc/>
    public void Note(string message)
    {
    }

    /// <inheritdoc/>
    public void Ended(RunStatus status, string? reason)
    {
    }
}
