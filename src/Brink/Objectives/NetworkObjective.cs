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
public sealed record ObjectivePlan(
    long MicroBatch,
    bool KeepGraph = true,
    bool LineProducts = true,
    long GraphBudget = 2L << 30,
    int ProductLifetime = 16,
    bool GhostBatchNorm = false);

/// <summary>
/// The full-batch loss of a network, as a function of the flat vector of its parameters: a sum over micro-batches,
/// shared among workers. Value, gradient and Hessian-vector product are exact whatever the micro-batch, up to rounding;
/// networks with batch statistics are exact only in one micro-batch.
/// </summary>
public sealed class NetworkObjective : Objective
{
    private readonly LinearPrefix? _prefix;
    private readonly long?[] _graphBytes = new long?[Enum.GetValues<GraphKind>().Length];

    /// <summary>Makes the objective.</summary>
    /// <param name="network">The network; its parameters are bound anew at each evaluation.</param>
    /// <param name="batches">The samples; the objective takes them over.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="outputs">K.</param>
    /// <param name="workers">The threads; may be shared between objectives that are not evaluated at the same time.</param>
    /// <param name="plan">How to go about it.</param>
    /// <exception cref="BrinkException">Batch statistics would be taken per micro-batch, and that was not asked for.</exception>
    public NetworkObjective(
        Module network, SampleBatches batches, LossFunction loss, int outputs, Workers workers, ObjectivePlan plan)
        : this(network, batches, loss, outputs, workers, plan, layout: null)
    {
    }

    private NetworkObjective(NetworkObjective whole, SampleBatches batches)
        : this(whole.Network, batches, whole.Loss, whole.Outputs, whole.Workers, whole.Plan with { KeepGraph = false }, whole.Layout)
    {
    }

    private NetworkObjective(
        Module network, SampleBatches batches, LossFunction loss, int outputs, Workers workers, ObjectivePlan plan, ParameterLayout? layout)
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

        Network = network;
        Batches = batches;
        Loss = loss;
        Outputs = outputs;
        Workers = workers;
        Plan = plan;
        Layout = layout ?? new ParameterLayout(network);
        Scale = loss.Scale(batches.Samples, outputs);
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
    public override long Samples => Batches.Samples;

    /// <summary>Where each parameter lies in the flat vector.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>How the objective goes about its work.</summary>
    public ObjectivePlan Plan { get; }

    /// <summary>Whether trials share the first layer's products.</summary>
    public bool UsesLineProducts => _prefix is not null;

    /// <summary>
    /// Whether graphs of Hessian-vector products are kept between products (true), computed again for each (false), or
    /// not yet needed (null).
    /// </summary>
    public bool? KeepsCurvatureGraphs => _graphBytes[(int)GraphKind.Hessian] <= Plan.GraphBudget;

    /// <summary>The samples.</summary>
    public SampleBatches Batches { get; }

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
            pieces[k] = all.Narrow(0, starts[k], Batches.Labels(k).Count).To(Device).Clone().Unscoped();
        }

        return new NetworkEvaluation(this, weights, pieces, age, wanted);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// In one piece a worker, whatever the micro-batch; a network with batch statistics takes them over the batch. Forward
    /// passes of trials are not kept: the step after one on a batch is on another.
    /// </remarks>
    public override NetworkObjective Restrict(ReadOnlySpan<long> samples) => new(this, Batches.Gather(samples, Workers.Count));

    /// <summary>The parameters at a point, ready to be differentiated with respect to.</summary>
    internal Tensor[] Leaves(Tensor weights)
    {
        using Tensor detached = weights.Detach();
        Tensor[] leaves = Layout.Views(detached);
        foreach (Tensor leaf in leaves)
        {
            leaf.RequiresGrad = true;
        }

        return leaves;
    }

    /// <summary>Sums vectors that the workers fill, in the order of the workers.</summary>
    /// <param name="work">Given the worker and views of its own vector, which starts as zeros. Runs in a scope of its own.</param>
    internal Tensor SumOverWorkers(Action<int, Tensor[]> work)
    {
        using var scope = new TensorScope();
        return scope.Keep(SumOverWorkers(1, (worker, rows) => work(worker, rows[0])).View(Dimension));
    }

    /// <summary>Sums several vectors that the workers fill, in the order of the workers.</summary>
    /// <param name="count">How many vectors.</param>
    /// <param name="work">Given the worker and views of each of its own vectors, which start as zeros. Runs in a scope of its own.</param>
    /// <returns>The sums as rows, owned by the current scope.</returns>
    internal Tensor SumOverWorkers(int count, Action<int, Tensor[][]> work)
    {
        var sums = new Tensor?[Workers.Count];
        Workers.Run(worker =>
        {
            using var scope = new TensorScope();
            Tensor sum = Tensor.Zeros([count, Dimension], Type, Device);
            Tensor[][] views = [.. Enumerable.Range(0, count).Select(row => Layout.Views(sum.Select(0, row)))];
            work(worker, views);
            sums[worker] = sum.Unscoped();
        });
        Tensor total = sums[0]!;
        for (int k = 1; k < sums.Length; k++)
        {
            total.AddInPlace(sums[k]!);
            sums[k]!.Dispose();
        }

        return total.Scoped();
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

    /// <summary>Whether graphs of all the kinds used so far fit the budget together.</summary>
    internal bool KeepsAllGraphs => _graphBytes.Sum() <= Plan.GraphBudget;

    /// <summary>Notes how much one micro-batch's graph holds, and decides whether all of its kind can be kept.</summary>
    internal bool KeepGraphs(GraphKind kind, Func<long> measureOneMicroBatch)
    {
        ref long? bytes = ref _graphBytes[(int)kind];

        // With one micro-batch a worker they all lie in memory at once anyway.
        bytes ??= Device.IsCuda || Batches.Count <= Workers.Count ? 0 : measureOneMicroBatch() * Batches.Count;
        return bytes <= Plan.GraphBudget;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
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
