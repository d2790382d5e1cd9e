namespace Brink.Experiments.Sweeps;

/// <summary>What a sweep tells whoever watches it. Called on the sweep's own thread, in order.</summary>
public interface ISweepObserver
{
    /// <summary>A run was started or resumed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="resumed">Whether from a checkpoint.</param>
    void Started(SweepRun run, bool resumed);

    /// <summary>An attempt at a run ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="end">How.</param>
    /// <param name="again">Whether it will be tried again.</param>
    void Ended(SweepRun run, SweepAttempt end, bool again);

    /// <summary>Something a reader should know, in one line.</summary>
    /// <param name="message">The line.</param>
    void Note(string message);

    /// <summary>How the sweep stands; several times a second.</summary>
    /// <param name="status">How.</param>
    void Show(SweepStatus status);
}

/// <summary>How a sweep stands.</summary>
/// <param name="Runs">Runs in all.</param>
/// <param name="Done">Runs that finished or diverged, earlier commands counted.</param>
/// <param name="Failed">Runs that failed and are not tried again.</param>
/// <param name="Running">Those at work.</param>
/// <param name="Seconds">Wall-clock seconds of this command.</param>
/// <param name="SecondsLeft">Seconds left at the pace so far; null while there is none.</param>
public sealed record SweepStatus(int Runs, int Done, int Failed, IReadOnlyList<RunAtWork> Running, double Seconds, double? SecondsLeft)
{
    /// <summary>Runs that have not been started yet, or wait to be resumed.</summary>
    public int Waiting => Runs - Done - Failed - Running.Count;
}

/// <summary>A run at work, as far as its metrics tell.</summary>
/// <param name="Run">The run.</param>
/// <param name="Iteration">Steps taken; null before the first line.</param>
/// <param name="Iterations">Steps to take.</param>
/// <param name="Loss">The last loss.</param>
/// <param name="Sharpness">The last λ₁ measured.</param>
/// <param name="StepSize">The last step, η.</param>
/// <param name="PeakBytes">Most memory it was seen to hold; 0 where that cannot be seen.</param>
public sealed record RunAtWork(SweepRun Run, long? Iteration, long Iterations, double? Loss, double? Sharpness, double? StepSize, long PeakBytes);
