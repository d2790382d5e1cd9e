namespace Brink.Torch.Nn;

/// <summary>
/// A batch that ranks share: until this is disposed, batch normalisations in forward passes on this thread take mean and variance
/// over the samples of all ranks, in two sums over the ranks each. Every rank makes the same passes, forward and backward.
/// </summary>
/// <remarks>What a rank computes through them depends on the other ranks' samples: see <see cref="ProcessGroup.Sum(Tensor)"/>.</remarks>
public sealed class SharedBatchStatistics : IDisposable
{
    [ThreadStatic]
    private static SharedBatchStatistics? s_current;

    private readonly SharedBatchStatistics? _before = s_current;
    private readonly ProcessGroup _ranks;
    private readonly long _here;
    private readonly long _total;

    /// <summary>Begins.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="here">Samples of this rank: the first dimension of what its network is given.</param>
    /// <param name="total">Samples of all ranks together.</param>
    public SharedBatchStatistics(ProcessGroup ranks, long here, long total)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentOutOfRangeException.ThrowIfLessThan(here, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(total, here);
        (_ranks, _here, _total) = (ranks, here, total);
        s_current = this;
    }

    /// <summary>What forward passes on this thread share; null for nothing.</summary>
    internal static SharedBatchStatistics? Current => s_current;

    /// <inheritdoc/>
    public void Dispose() => s_current = _before;

    /// <summary>Values that a channel has over all ranks, of which this rank has some.</summary>
    /// <param name="here">How many this rank has: as many for each sample as elsewhere.</param>
    internal long Count(long here) => here / _here * _total;

    /// <summary>A sum over this rank's samples as a sum over all.</summary>
    internal Tensor Sum(Tensor here) => _ranks.Sum(here);
}
