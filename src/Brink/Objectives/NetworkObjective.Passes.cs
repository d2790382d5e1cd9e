using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Objectives;

/// <content>Forward passes, and what is kept of them.</content>
public sealed partial class NetworkObjective
{
    private readonly long?[] _graphBytes = new long?[Enum.GetValues<GraphKind>().Length];
    private RecordedPasses? _passes;

    /// <summary>Whether passes are recorded once and replayed.</summary>
    public bool ReplaysPasses => Plan.CudaGraphs && Batches.Count == 1 && Share is null && _prefix is null;

    /// <summary>
    /// Whether graphs of Hessian-vector products are kept between products (true), computed again for each (false), or
    /// not yet needed (null).
    /// </summary>
    public bool? KeepsCurvatureGraphs => _graphBytes[(int)GraphKind.Hessian] <= Plan.GraphBudget;

    /// <summary>The recorded passes; null where passes are run.</summary>
    internal RecordedPasses? Passes => ReplaysPasses ? _passes ??= new RecordedPasses(this, Record) : null;

    /// <summary>How passes are recorded: <see cref="RecordedWork.OnGpu"/>, but for tests.</summary>
    internal Func<Action, RecordedWork> Record { get; init; } = RecordedWork.OnGpu;

    /// <summary>
    /// Begins forward passes on this thread: where ranks share a network's batch statistics they are those of all ranks' samples.
    /// </summary>
    /// <returns>To be disposed after them; null where there is nothing to share.</returns>
    public SharedBatchStatistics? ShareStatistics() => Share is not null && Plan.SyncBatchNorm && Network.HasBatchStatistics
        ? new SharedBatchStatistics(Share.Group, Batches.Samples, Share.Total)
        : null;

    /// <summary>The parameters at a point, ready to be differentiated with respect to; owned by the caller.</summary>
    internal Tensor[] Leaves(Tensor weights)
    {
        using Tensor detached = weights.Detach();
        Tensor[] leaves = Layout.Views(detached);
        foreach (Tensor leaf in leaves)
        {
            leaf.Unscoped().RequiresGrad = true;
        }

        return leaves;
    }

    /// <summary>Runs the network on one micro-batch with the parameters that are bound.</summary>
    /// <param name="batch">Which.</param>
    /// <param name="product">z to start from, where line products are used.</param>
    /// <returns>The scaled loss, and the outputs.</returns>
    internal (Tensor Loss, Tensor Output) Forward(int batch, Tensor? product)
    {
        Tensor output = Output(batch, product);
        return (Loss.Sum(output, Batches.Targets(batch)) * Scale, output);
    }

    /// <summary>The network's outputs on one micro-batch with the parameters that are bound.</summary>
    /// <param name="batch">Which.</param>
    /// <param name="product">z to start from, where line products are used.</param>
    /// <returns>Samples × K.</returns>
    internal Tensor Output(int batch, Tensor? product)
    {
        using SharedBatchStatistics? shared = ShareStatistics();
        return product is null ? Network.Forward(Batches.Inputs(batch)) : Prefix!.Tail(product);
    }

    /// <summary>Whether graphs of all the kinds used so far fit the budget together.</summary>
    internal bool KeepsAllGraphs => _graphBytes.Sum() <= Plan.GraphBudget;

    /// <summary>Notes how much one micro-batch's graph holds, and decides whether all of its kind can be kept.</summary>
    internal bool KeepGraphs(GraphKind kind, Func<long> measureOneMicroBatch)
    {
        ref long? bytes = ref _graphBytes[(int)kind];

        // With one micro-batch a worker they all lie in memory at once anyway.
        bytes ??= Batches.Count <= Workers.Count ? 0 : measureOneMicroBatch() * Batches.Count;
        return bytes <= Plan.GraphBudget;
    }
}
