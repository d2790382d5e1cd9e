using Brink.Objectives;

namespace Brink.Experiments.Planning;

/// <summary>What ranks cannot share, a plan refuses as training does.</summary>
public static class PlannedRanks
{
    /// <summary>Refuses a number of ranks that cannot share a run.</summary>
    /// <param name="specification">The run.</param>
    /// <param name="batchStatistics">Whether its network normalises by the statistics of its batch.</param>
    /// <param name="samples">N.</param>
    /// <param name="ranks">R, at least 1.</param>
    /// <exception cref="BrinkException">They cannot; one line says why.</exception>
    public static void Require(Specification specification, bool batchStatistics, long samples, int ranks)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (ranks == 1)
        {
            return;
        }

        if (specification.Model is { } model)
        {
            throw new BrinkException($"ranks share a network's samples; the model {model} has too few to share: plan it with --ranks 1");
        }

        if (specification.IsStochastic)
        {
            throw new BrinkException($"ranks share the full batch; {specification.Method} takes batches of {specification.BatchSize}: leave out --batch-size, or plan it with --ranks 1");
        }

        if (batchStatistics && !specification.GhostBatchNorm && !specification.SyncBatchNorm)
        {
            throw new BrinkException($"a network with batch normalisation is exact only in one batch: each of {ranks} ranks would normalise by the statistics of its own samples; ask for --sync-batch-norm or --ghost-batch-norm, or plan it with --ranks 1");
        }

        SampleShare.Require(ranks, samples);
    }
}
