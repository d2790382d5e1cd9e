namespace Brink.Torch.Nn;

/// <summary>
/// Records the statistics with which batch normalisations work in evaluation mode: the only way in which a forward pass
/// changes a network.
/// </summary>
public static class BatchStatistics
{
    // Of the thread: forward passes that other threads make of the same network meanwhile stay pure.
    [ThreadStatic]
    private static bool s_recording;

    /// <summary>Whether forward passes on this thread record.</summary>
    internal static bool IsRecording => s_recording;

    /// <summary>
    /// Forgets what was recorded and records anew: every batch is run through the network, normalised by its own
    /// statistics, and the cumulative average over the batches is kept. With the whole training set as one batch these
    /// are exactly the statistics of the full-batch objective (the variance unbiased, as PyTorch records it).
    /// </summary>
    /// <param name="network">The network; its parameters are bound. Not to be evaluated in evaluation mode meanwhile.</param>
    /// <param name="batches">The inputs, samples first.</param>
    /// <param name="group">Ranks whose batches are averaged over as well, each counting alike; all of them call this. Null for this process alone.</param>
    /// <exception cref="ArgumentException">There is no batch.</exception>
    public static void Record(Module network, IEnumerable<Tensor> batches, ProcessGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(batches);
        foreach (BatchNorm layer in network.Modules().OfType<BatchNorm>())
        {
            layer.Forget();
        }

        bool any = false;
        using GradientMode mode = GradientMode.Off();
        foreach (Tensor batch in batches)
        {
            any = true;
            using var scope = new TensorScope();
            s_recording = true;
            try
            {
                network.Forward(batch);
            }
            finally
            {
                s_recording = false;
            }
        }

        if (!any)
        {
            throw new ArgumentException("statistics need at least one batch", nameof(batches));
        }

        if (group is not null)
        {
            foreach (BatchNorm layer in network.Modules().OfType<BatchNorm>())
            {
                layer.AverageOver(group);
            }
        }
    }
}
