using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Objectives;

/// <summary>How a <see cref="NetworkObjective"/> goes about its work; none of it changes what is computed.</summary>
/// <param name="MicroBatch">Samples per micro-batch.</param>
/// <param name="KeepGraph">Whether a trial's recorded forward pass is kept for the gradient that follows if it is accepted; else it is computed again.</param>
/// <param name="LineProducts">Whether a linear first layer is multiplied once per ray instead of once per trial.</param>
/// <param name="GraphBudget">Bytes that graphs kept for Hessian-vector products may hold.</param>
/// <param name="ProductLifetime">Steps after which line products are computed afresh, so that rounding cannot build up.</param>
/// <param name="GhostBatchNorm">Whether networks with batch statistics may take them per micro-batch, which changes the objective.</param>
/// <param name="SyncBatchNorm">Whether ranks take batch statistics over the samples of all of them, each rank's in one micro-batch.</param>
/// <param name="CudaGraphs">
/// Whether passes on a GPU are recorded once and replayed, which takes one micro-batch without line products; else they are run.
/// </param>
public sealed record ObjectivePlan(
    long MicroBatch,
    bool KeepGraph = true,
    bool LineProducts = true,
    long GraphBudget = 2L << 30,
    int ProductLifetime = 16,
    bool GhostBatchNorm = false,
    bool SyncBatchNorm = false,
    bool CudaGraphs = false);

/// <summary>
/// The full-batch loss of a network, as a function of the flat vector of its parameters: a sum over micro-batches,
/// shared among workers. Value, gradient and Hessian-vector product are exact whatever the micro-batch, up to rounding;
/// networks with batch statistics are exact only in one micro-batch.
/// </summary>
public sealed partial class NetworkObjective : Objective
{
    private readonly LinearPrefix? _prefix;

    /// <summary>Makes the objective.</summary>
    /// <param name="network">The network; its parameters are bound anew at each evaluation.</param>
    /// <param name="batches">The samples; the objective takes them over.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="outputs">K.</param>
    /// <param name="workers">The threads; may be shared between objectives that are not evaluated at the same time.</param>
    /// <param name="plan">How to go about it.</param>
    /// <param name="share">Which of all samples <paramref name="batches"/> are, where ranks share them; null where they are all.</param>
    /// <exception cref="BrinkException">Batch statistics would be taken per micro-batch or rank, and that was not asked for.</exception>
    public NetworkObjective(
        Module network, SampleBatches batches, LossFunction loss, int outputs, Workers workers, ObjectivePlan plan, SampleShare? share = null)
        : this(network, batches, loss, outputs, workers, plan, share, layout: null)
    {
    }

    private NetworkObjective(NetworkObjective whole, SampleBatches batches)
        : this(whole.Network, batches, whole.Loss, whole.Outputs, whole.Workers, whole.Plan with { KeepGraph = false, CudaGraphs = false }, share: null, whole.Layout)
    {
    }

    private NetworkObjective(
        Module network,
        SampleBatches batches,
        LossFunction loss,
        int outputs,
        Workers workers,
        ObjectivePlan plan,
        SampleShare? share,
        ParameterLayout? layout)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentNullException.ThrowIfNull(plan);
        if (network.HasBatchStatistics && batches.Count > 1 && !plan.GhostBatchNorm)
        {
            throw new BrinkException(
                $"a network with batch normalisation is exact only in one batch: {batches.Samples} samples in micro-batches of {batches.MicroBatch} would be another objective; leave out --micro-batch, or ask for --ghost-batch-norm");
        }

        if (network.HasBatchStatistics && share is not null && !plan.GhostBatchNorm)
        {
            RequireShared(network, share, plan);
        }

        Network = network;
        Batches = batches;
        Share = share;
        Loss = loss;
        Outputs = outputs;
        Workers = workers;
        Plan = plan;
        Layout = layout ?? new ParameterLayout(network);
        Scale = loss.Scale(Samples, outputs);
        Type = batches.Inputs(0).Type;
        Device = batches.Inputs(0).Device;
        _prefix = plan.LineProducts ? LinearPrefix.Find(network, batches) : null;
    }

    /// <inheritdoc/>
    public override long Dimension => Layout.Count;

    /// <inheritdoc/>
    public override ScalarType Type { get; }

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    /// <remarks>Of the loss (<see cref="LossFunction.FlatStep"/>), whether or not the network has the last bias it is derived for.</remarks>
    public override double FlatStep => Loss.FlatStep(Outputs);

    /// <inheritdoc/>
    public override long Samples => Share?.Total ?? Batches.Samples;

    /// <summary>Where each parameter lies in the flat vector.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>How the objective goes about its work.</summary>
    public ObjectivePlan Plan { get; }

    /// <summary>Whether trials share the first layer's products.</summary>
    public bool UsesLineProducts => _prefix is not null;

    /// <summary>The samples; where ranks share them, this rank's.</summary>
    public SampleBatches Batches { get; }

    /// <summary>Which of all samples <see cref="Batches"/> are, where ranks share them; else null.</summary>
    public SampleShare? Share { get; }

    internal Module Network { get; }

    internal LossFunction Loss { get; }

    /// <summary>The threads that share the samples.</summary>
    public Workers Workers { get; }

    internal LinearPrefix? Prefix => _prefix;

    internal double Scale { get; }

    /// <inheritdoc/>
    public override Evaluation Evaluate(Tensor weights, Wanted wanted)
    {
        CheckVector(weights);
        return new NetworkEvaluation(this, weights, products: null, age: 0, wanted);
    }

    /// <inheritdoc/>
    public override Ray Along(Evaluation from, Tensor direction)
    {
        CheckVector(direction);
        return _prefix is not null && from is NetworkEvaluation { Products: not null } evaluation
            ? new NetworkRay(this, evaluation, direction)
            : new PlainRay(this, from, direction);
    }

    /// <inheritdoc/>
    public override Evaluation Resume(Tensor weights, IReadOnlyDictionary<string, Tensor> products, Wanted wanted)
    {
        ArgumentNullException.ThrowIfNull(products);
        CheckVector(weights);
        if (_prefix is null || !products.TryGetValue(NetworkEvaluation.ProductsName, out Tensor? all))
        {
            return Evaluate(weights, wanted);
        }

        int age = (int)products[NetworkEvaluation.AgeName].Item();
        var pieces = new Tensor[Batches.Count];
        long[] starts = Batches.Starts();
        for (int k = 0; k < pieces.Length; k++)
        {
            using var scope = new TensorScope();
            pieces[k] = all.Narrow(0, (Share?.First ?? 0) + starts[k], Batches.Labels(k).Count).To(Device).Clone().Unscoped();
        }

        return new NetworkEvaluation(this, weights, pieces, age, wanted);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// In one piece a worker, whatever the micro-batch; a network with batch statistics takes them over the batch. Forward
    /// passes of trials are not kept: the step after one on a batch is on another.
    /// </remarks>
    /// <exception cref="NotSupportedException">Ranks share the samples: a batch's own would lie unevenly among them.</exception>
    public override NetworkObjective Restrict(ReadOnlySpan<long> samples) => Share is null
        ? new(this, Batches.Gather(samples, Workers.Count))
        : throw new NotSupportedException("the samples are shared by ranks, which split the full batch only");

    /// <summary>The sum of a number over the ranks; the number itself where there are none.</summary>
    internal double SumOverRanks(double value) => Share?.Group.Sum(value) ?? value;

    /// <summary>Rows that each rank has of its own samples, as rows of all samples on every rank.</summary>
    /// <param name="rows">This rank's, one a sample.</param>
    internal Tensor OfAllRanks(Tensor rows)
    {
        if (Share is null)
        {
            return rows;
        }

        // The others' rows are zeros here, and adding zero is exact.
        Tensor all = Tensor.Zeros([Share.Total, .. rows.Shape.AsSpan(1)], rows.Type, rows.Device);
        all.Narrow(0, Share.First, rows.Shape[0]).CopyFrom(rows);
        Share.Group.SumInPlace(all);
        return all;
    }

    /// <summary>Sums vectors that the workers fill, in the order of the workers, and over the ranks.</summary>
    /// <param name="work">Given the worker and views of its own vector, which starts as zeros. Runs in a scope of its own.</param>
    internal Tensor SumOverWorkers(Action<int, Tensor[]> work)
    {
        using var scope = new TensorScope();
        return scope.Keep(SumOverWorkers(1, (worker, rows) => work(worker, rows[0])).View(Dimension));
    }

    /// <summary>Sums several vectors that the workers fill, in the order of the workers, and over the ranks, all in one.</summary>
    /// <param name="count">How many vectors.</param>
    /// <param name="work">Given the worker and views of each of its own vectors, which start as zeros. Runs in a scope of its own.</param>
    /// <returns>The sums as rows, owned by the current scope.</returns>
    internal Tensor SumOverWorkers(int count, Action<int, Tensor[][]> work)
    {
        var sums = new Tensor?[Workers.Count];
        long length = count * Dimension;
        Workers.Run(worker =>
        {
            using var scope = new TensorScope();
            Tensor whole = Tensor.Zeros([length + (Share?.Extra ?? 0)], Type, Device);
            Tensor sum = whole.Narrow(0, 0, length).View(count, Dimension);
            Tensor[][] views = [.. Enumerable.Range(0, count).Select(row => Layout.Views(sum.Select(0, row)))];
            work(worker, views);
            sums[worker] = whole.Unscoped();
        });
        using Tensor total = sums[0]!;
        for (int k = 1; k < sums.Length; k++)
        {
            total.AddInPlace(sums[k]!);
            sums[k]!.Dispose();
        }

        Share?.SumInPlace(total);
        return total.Narrow(0, 0, length).View(count, Dimension);
    }

    private static void RequireShared(Module network, SampleShare share, ObjectivePlan plan)
    {
        if (!plan.SyncBatchNorm)
        {
            throw new BrinkException(
                $"a network with batch normalisation is exact only in one batch: each of {share.Group.Size} ranks would normalise by the statistics of its own samples, which is another objective; ask for --sync-batch-norm to take them over all samples, for --ghost-batch-norm to have it so, or run it without ranks");
        }

        if (network is ScriptNetwork)
        {
            throw new BrinkException(
                "the batch normalisation of a TorchScript file is inside it, where --sync-batch-norm cannot reach; run it without ranks, or ask for --ghost-batch-norm");
        }
    }

    /// <summary>Adds gradients to views, from the given parameter on; absent gradients are zero.</summary>
    internal static void Accumulate(ReadOnlySpan<Tensor?> gradients, ReadOnlySpan<Tensor> views, int first)
    {
        for (int k = 0; k < gradients.Length; k++)
        {
            if (gradients[k] is { } gradient)
            {
                views[first + k].AddInPlace(gradient);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _passes?.Dispose();
            _prefix?.Dispose();
            Batches.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Refuses what is no vector of this objective.</summary>
    internal void CheckVector(Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (vector.Dimensions != 1 || vector.Count != Dimension || vector.Type != Type)
        {
            throw new ArgumentException($"a vector of {Dimension} {Type} is needed, not {vector.Type} of shape [{string.Join(", ", vector.Shape)}]", nameof(vector));
        }
    }
}
