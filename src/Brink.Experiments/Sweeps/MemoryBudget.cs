namespace Brink.Experiments.Sweeps;

/// <summary>
/// How many runs fit in memory. What the next one will need is taken to be the largest peak seen so far in the sweep, and
/// a fifth more; before anything was seen the first run goes alone.
/// </summary>
/// <param name="bytes">Memory that all runs together may take.</param>
/// <param name="largestPeak">The largest peak of earlier attempts, in bytes; 0 where there were none.</param>
public sealed class MemoryBudget(long bytes, long largestPeak)
{
    private const double Margin = 1.2;

    /// <summary>What a run that the system killed for want of memory will need, of what it was seen to hold.</summary>
    private const double AfterKill = 1.5;

    private double _need = Margin * largestPeak;

    /// <summary>Memory that all runs together may take, in bytes.</summary>
    public long Bytes => bytes;

    /// <summary>What the next run is taken to need, in bytes; 0 while nothing was seen.</summary>
    public long Need => (long)_need;

    /// <summary>Takes up what a run was seen to hold once its memory has come near its peak.</summary>
    /// <param name="peak">In bytes.</param>
    internal void Saw(long peak) => _need = Math.Max(_need, Margin * peak);

    /// <summary>Takes up that the system killed a run for want of memory.</summary>
    /// <param name="peak">What it was seen to hold, in bytes.</param>
    internal void SawKill(long peak) => _need = Math.Max(_need, AfterKill * peak);

    /// <summary>Whether another run fits beside others.</summary>
    /// <param name="peaks">What each of those at work was seen to hold, in bytes.</param>
    internal bool Admits(IReadOnlyCollection<long> peaks) =>
        peaks.Count == 0 || (_need > 0 && peaks.Sum(peak => Math.Max(peak, _need)) + _need <= bytes);
}
