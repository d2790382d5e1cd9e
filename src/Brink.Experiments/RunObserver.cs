using Brink.Methods;

namespace Brink.Experiments;

/// <summary>How a run stands or ended; written in snake_case to <c>summary.json</c>.</summary>
public enum RunStatus
{
    /// <summary>The process that owns the folder is at work, or was killed while it was.</summary>
    Running,

    /// <summary>All iterations were taken, or a stopping threshold was met.</summary>
    Finished,

    /// <summary>Stopped by a signal after a checkpoint; can be resumed.</summary>
    Interrupted,

    /// <summary>Loss or weights stopped being finite, or the loss passed the divergence threshold. A result, not a failure.</summary>
    Diverged,

    /// <summary>The run could not go on (disk full, out of memory): the reason is recorded.</summary>
    Failed,
}

/// <summary>What a run tells whoever watches it. Called on the run's own thread, in order.</summary>
public interface IRunObserver
{
    /// <summary>The run is about to take its first step.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="iteration">Iteration it starts from; positive when it was resumed.</param>
    /// <param name="iterations">Iterations it will take in all.</param>
    /// <param name="flattestSharpness">The sharpness below which no weights of this network come: 2/K under <c>mse</c> and 1 under <c>squared</c> with a last bias; null where there is no such bound.</param>
    /// <param name="threshold">The method's edge of stability; null where it has none.</param>
    void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null);

    /// <summary>A line was recorded.</summary>
    /// <param name="line">The line.</param>
    void Recorded(MetricsLine line);

    /// <summary>Something a reader of the log should know, in one line.</summary>
    /// <param name="message">The line, without a full stop of its own making.</param>
    void Note(string message);

    /// <summary>The run ended.</summary>
    /// <param name="status">How.</param>
    /// <param name="reason">Why, in one line; null when simply finished.</param>
    void Ended(RunStatus status, string? reason);
}
