namespace Brink.Experiments.Sweeps;

/// <summary>Carries out the runs of a sweep one by one. A cluster's scheduler takes them all at once: see <see cref="Slurm.SlurmSweep"/>.</summary>
public interface ISweepExecutor
{
    /// <summary>Its name, as <c>--executor</c> spells it.</summary>
    string Name { get; }

    /// <summary>Starts a run and returns at once.</summary>
    /// <param name="task">What to do.</param>
    /// <exception cref="BrinkException">It cannot be started.</exception>
    ISweepJob Start(SweepTask task);
}

/// <summary>What an executor is to do.</summary>
/// <param name="SpecificationFile">The run's specification.</param>
/// <param name="Folder">The run's folder.</param>
/// <param name="Resume">Go on from its checkpoint; else train from the start.</param>
public sealed record SweepTask(string SpecificationFile, string Folder, bool Resume);

/// <summary>A run that an executor has started.</summary>
public interface ISweepJob : IDisposable
{
    /// <summary>What the executor calls it.</summary>
    string Id { get; }

    /// <summary>Its end.</summary>
    Task<JobEnd> Completion { get; }

    /// <summary>Most memory that it was seen to hold, in bytes; 0 where that cannot be seen. Asking looks again.</summary>
    long PeakBytes { get; }

    /// <summary>Asks the run to write a checkpoint and end.</summary>
    void Stop();
}

/// <summary>How a job ended.</summary>
/// <param name="Code">Exit code; 128 and the number of the signal where one ended it.</param>
/// <param name="Message">The last line it wrote about it; null where there is none.</param>
/// <param name="OutOfMemory">Whether the system killed a process for want of memory meanwhile.</param>
public sealed record JobEnd(int Code, string? Message, bool OutOfMemory)
{
    /// <summary>Exit code of a run in whose folder another process is at work.</summary>
    public const int InUse = 75;
}
