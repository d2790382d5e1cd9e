namespace Brink.Experiments;

/// <summary>The specification of a flow that starts where a run stands.</summary>
public static class FlowStart
{
    /// <summary>What a flow takes over of the run it starts from.</summary>
    private static readonly string[] s_shared = ["seed", "dtype", "device", "threads", "ghost-batch-norm", "sync-batch-norm"];

    /// <summary>Data, network and loss of a run, or its model, its seed and precision, and its weights at a checkpoint as start weights.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="iteration">The checkpoint's iteration; null for the newest.</param>
    /// <returns>A specification with method flow and no place of its own yet.</returns>
    /// <exception cref="BrinkException">The folder holds no run, or no such checkpoint.</exception>
    public static Specification At(string run, long? iteration)
    {
        ArgumentNullException.ThrowIfNull(run);
        Specification source = RunRecord.ReadSpecification(run);
        var store = new CheckpointStore(RunFiles.Checkpoints(run));
        IReadOnlyList<long> stored = [.. store.Iterations().Order()];
        if (stored.Count == 0)
        {
            throw new BrinkException($"{run} has no checkpoint to start a flow from");
        }

        if (iteration is { } wanted && !stored.Contains(wanted))
        {
            throw new BrinkException($"{run} has no checkpoint of iteration {wanted}; it has those of {string.Join(", ", stored)}");
        }

        var specification = new Specification { Method = "flow" };
        foreach (string name in source.Given)
        {
            SpecificationField field = SpecificationFields.Find(name)!;
            if (field.Group is FieldGroup.Data or FieldGroup.Network or FieldGroup.Loss or FieldGroup.Model || s_shared.Contains(name))
            {
                specification = specification.With(name, field.FormatIn(source)!);
            }
        }

        return specification.Without("initialization").Without("start").Without("deviation") with { Init = Path.GetFullPath(store.PathOf(iteration ?? stored[^1])) };
    }
}
