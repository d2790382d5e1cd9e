using Brink.Torch;

namespace Brink.Objectives;

/// <summary>What a recorded graph multiplies by; the index under which its size is remembered.</summary>
internal enum GraphKind
{
    /// <summary>The Hessian.</summary>
    Hessian,

    /// <summary>The Gauss–Newton matrix.</summary>
    GaussNewton,
}

/// <summary>
/// Products of a matrix that is a sum over micro-batches with vectors: per micro-batch a recorded graph, kept between
/// products while memory allows, else recorded again for each.
/// </summary>
/// <typeparam name="TGraph">What is kept of a micro-batch.</typeparam>
internal abstract class RecordedGraphs<TGraph> : IDisposable
    where TGraph : class, IDisposable
{
    private readonly TGraph?[] _kept;
    private readonly bool _keep;

    /// <summary>Decides whether graphs are kept.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="at">The point.</param>
    /// <param name="kind">What the graphs are for.</param>
    protected RecordedGraphs(NetworkObjective objective, NetworkEvaluation at, GraphKind kind)
    {
        Objective = objective;
        At = at;
        _kept = new TGraph?[objective.Batches.Count];
        at.Bind();
        _keep = objective.KeepGraphs(kind, MeasureOne);
    }

    /// <summary>The objective.</summary>
    protected NetworkObjective Objective { get; }

    /// <summary>The point.</summary>
    protected NetworkEvaluation At { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TGraph? graph in _kept)
        {
            graph?.Dispose();
        }
    }

    /// <summary>Multiplies by a vector.</summary>
    /// <param name="vector">v.</param>
    /// <returns>The product, owned by the current scope.</returns>
    internal Tensor Multiply(Tensor vector)
    {
        using var outer = new TensorScope();
        Tensor[] directions = Objective.Layout.Views(vector);
        At.Bind();
        Tensor product = Objective.SumOverWorkers((worker, views) =>
            ForEach(worker, (batch, graph) => AddProduct(batch, graph, directions, views, _keep)));
        return outer.Keep(product);
    }

    /// <summary>Hands a worker its micro-batches one by one, each with its recorded graph.</summary>
    /// <param name="worker">The worker's number.</param>
    /// <param name="work">What to do, in a scope of its own, while operators record.</param>
    internal void ForEach(int worker, Action<int, TGraph> work)
    {
        using GradientMode mode = GradientMode.On();
        for (int batch = worker; batch < _kept.Length; batch += Objective.Workers.Count)
        {
            using var scope = new TensorScope();
            TGraph graph = _kept[batch] ?? Record(batch);
            if (_keep)
            {
                _kept[batch] = graph;
            }

            work(batch, graph);
            if (!_keep)
            {
                graph.Dispose();
            }
        }
    }

    /// <summary>Records the graph of a micro-batch; what it holds is taken out of the current scope.</summary>
    /// <param name="batch">Which.</param>
    protected abstract TGraph Record(int batch);

    /// <summary>Adds a micro-batch's part of the product.</summary>
    /// <param name="batch">Which.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="directions">v, a view per parameter.</param>
    /// <param name="views">Where the part is added.</param>
    /// <param name="keep">Whether the graph will be used again.</param>
    protected abstract void AddProduct(int batch, TGraph graph, Tensor[] directions, Tensor[] views, bool keep);

    /// <summary>v in terms of what a recorded graph is differentiated with respect to (<see cref="NetworkEvaluation.Inputs"/>).</summary>
    /// <param name="batch">Which micro-batch.</param>
    /// <param name="directions">v, a view per parameter.</param>
    internal Tensor[] Seeds(int batch, Tensor[] directions) => At.Products is null
        ? directions
        : [Objective.Prefix!.Product(batch, directions), .. directions.AsSpan(At.InnerStart)];

    private long MeasureOne()
    {
        long before = Runtime.TensorBytes(Objective.Device);
        using var scope = new TensorScope();
        using GradientMode mode = GradientMode.On();
        using TGraph graph = Record(0);
        return Runtime.TensorBytes(Objective.Device) - before;
    }
}
