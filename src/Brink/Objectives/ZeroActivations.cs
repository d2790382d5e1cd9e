using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Objectives;

/// <summary>The activations of a network on all samples of its objective.</summary>
public static class ZeroActivations
{
    /// <summary>
    /// Counts, exactly and over all micro-batches, where the activations with an exact zero region are zero: one forward pass
    /// without a graph, shared by the workers. What is evaluated meanwhile is left as it is.
    /// </summary>
    /// <param name="objective">The objective.</param>
    /// <param name="weights">w, of length P.</param>
    /// <returns>
    /// One entry for each activation, in the order of the forward pass; empty where the network has none that can be seen
    /// (<see cref="ActivationRecord"/>): a TorchScript file does not say what it computes on the way.
    /// </returns>
    public static IReadOnlyList<ActivationZeros> Count(NetworkObjective objective, Tensor weights)
    {
        ArgumentNullException.ThrowIfNull(objective);
        objective.CheckVector(weights);
        using var scope = new TensorScope();
        using Tensor detached = weights.Detach();
        objective.Layout.Bind(objective.Layout.Views(detached));
        ActivationRecord[] records = [.. Enumerable.Range(0, objective.Workers.Count).Select(_ => new ActivationRecord())];
        try
        {
            objective.Workers.Run(worker =>
            {
                for (int batch = worker; batch < objective.Batches.Count; batch += objective.Workers.Count)
                {
                    using SharedBatchStatistics? shared = objective.ShareStatistics();
                    records[worker].Run(objective.Network, objective.Batches.Inputs(batch));
                }
            });
            foreach (ActivationRecord other in records.Skip(1))
            {
                records[0].Add(other);
            }

            if (objective.Share is { } share)
            {
                records[0].AddRanks(share.Group);
            }

            return records[0].Zeros(objective.Network);
        }
        finally
        {
            Array.ForEach(records, record => record.Dispose());
        }
    }
}
