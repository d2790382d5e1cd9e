namespace Brink.Server.Theory;

/// <summary>
/// How much of the machine theory requests may take: so many trajectories and one diagram at a time, whoever asks, and none larger than these limits. A request
/// that waits or works ends when its client goes, so that the newest of a moving slider is the one that is answered.
/// </summary>
internal sealed class TheoryWork : IDisposable
{
    /// <summary>The most steps of a trajectory.</summary>
    internal const int Iterations = 100_000;

    /// <summary>The most columns or rows of a diagram.</summary>
    internal const int CellsASide = 512;

    /// <summary>The most steps of a cell.</summary>
    internal const int Steps = 100_000;

    /// <summary>The most cells × steps × variables of a diagram: some ten seconds of two cores.</summary>
    internal const double CellSteps = 4e9;

    /// <summary>The most points × (variables + 4)³ of a trajectory, whose Hessians are decomposed at every point: some five seconds.</summary>
    internal const double Decompositions = 1e9;

    private readonly SemaphoreSlim _trajectories = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly SemaphoreSlim _diagrams = new(1);

    /// <summary>Computes a trajectory when there is room.</summary>
    internal Task<T> TrajectoryAsync<T>(Func<T> compute, CancellationToken cancellation) => RunAsync(_trajectories, compute, cancellation);

    /// <summary>Computes a diagram when there is room.</summary>
    internal Task<T> DiagramAsync<T>(Func<T> compute, CancellationToken cancellation) => RunAsync(_diagrams, compute, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _trajectories.Dispose();
        _diagrams.Dispose();
    }

    private static async Task<T> RunAsync<T>(SemaphoreSlim room, Func<T> compute, CancellationToken cancellation)
    {
        await room.WaitAsync(cancellation);
        try
        {
            return await Task.Run(compute, cancellation);
        }
        finally
        {
            room.Release();
        }
    }
}
