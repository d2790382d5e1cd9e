using Brink.Torch;

namespace Brink.Objectives;

/// <summary>
/// Hessian-vector products at one point by reverse-over-reverse differentiation: per micro-batch, the gradient with a
/// graph of its own, kept between products while memory allows, else recorded again for each.
/// </summary>
internal sealed class CurvatureGraphs : IDisposable
{
    private readonly NetworkObjective _objective;
    private readonly NetworkEvaluation _at;
    private readonly Recorded?[] _kept;
    private readonly bool _keep;

    internal CurvatureGraphs(NetworkObjective objective, NetworkEvaluation at)
    {
        _objective = objective;
        _at = at;
        _kept = new Recorded?[objective.Batches.Count];
        at.Bind();
        _keep = objective.KeepCurvatureGraphs(MeasureOne);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Recorded? recorded in _kept)
        {
            recorded?.Dispose();
        }
    }

    /// <summary>Multiplies the Hessian by a vector.</summary>
    /// <param name="vector">v.</param>
    /// <returns>Hv, owned by the current scope.</returns>
    internal Tensor Multiply(Tensor vector)
    {
        using var outer = new TensorScope();
        Tensor[] directions = _objective.Layout.Views(vector);
        _at.Bind();
        Tensor product = _objective.SumOverWorkers((worker, views) =>
            ForEach(worker, (batch, recorded) => AddProduct(batch, recorded, directions, views)));
        return outer.Keep(product);
    }

    /// <summary>Hands a worker its micro-batches one by one, each with its recorded gradient.</summary>
    /// <param name="worker">The worker's number.</param>
    /// <param name="work">What to do, in a scope of its own, while operators record.</param>
    internal void ForEach(int worker, Action<int, Recorded> work)
    {
        using GradientMode mode = GradientMode.On();
        for (int batch = worker; batch < _kept.Length; batch += _objective.Workers.Count)
        {
            using var scope = new TensorScope();
            Recorded recorded = _kept[batch] ?? Record(batch);
            if (_keep)
            {
                _kept[batch] = recorded;
            }

            work(batch, recorded);
            if (!_keep)
            {
                recorded.Dispose();
            }
        }
    }

    /// <summary>The directions as what the recorded gradient of a micro-batch is multiplied with.</summary>
    /// <param name="batch">Which micro-batch.</param>
    /// <param name="recorded">Its gradient.</param>
    /// <param name="direction">A direction in the parameters' layout.</param>
    internal Tensor[] Seeds(int batch, Recorded recorded, Tensor[] direction) => recorded.Product is null
        ? direction
        : [_objective.Prefix!.Product(batch, direction), .. direction.AsSpan(_at.InnerStart)];

    private void AddProduct(int batch, Recorded recorded, Tensor[] directions, Tensor[] views)
    {
        (Tensor[] gradients, Tensor[] active) = Active(recorded.Gradients, Seeds(batch, recorded, directions));
        if (gradients.Length == 0)
        {
            return;
        }

        Tensor?[] products = Autograd.Gradients(
            gradients, _at.Inputs(recorded.Product), active, retainGraph: _keep);
        _at.Accumulate(batch, products, views);
    }

    /// <summary>The derivatives that can be differentiated again, each with its seed.</summary>
    /// <param name="derivatives">Derivatives; one that does not depend on the parameters (or is zero) has no graph, and adds nothing.</param>
    /// <param name="seeds">One for each.</param>
    internal static (Tensor[] Derivatives, Tensor[] Seeds) Active(Tensor?[] derivatives, Tensor[] seeds)
    {
        int[] places = [.. Enumerable.Range(0, derivatives.Length).Where(k => derivatives[k] is { RequiresGrad: true })];
        return ([.. places.Select(k => derivatives[k]!)], [.. places.Select(k => seeds[k])]);
    }

    private Recorded Record(int batch)
    {
        Tensor? leaf = _at.ProductLeaf(batch)?.Unscoped();
        (Tensor loss, _) = _at.Forward(batch, leaf);
        Tensor?[] gradients = Autograd.Gradients([loss], _at.Inputs(leaf), createGraph: true);
        foreach (Tensor? gradient in gradients)
        {
            gradient?.Unscoped();
        }

        return new Recorded(leaf, gradients);
    }

    private long MeasureOne()
    {
        long before = Runtime.TensorBytes;
        using var scope = new TensorScope();
        using GradientMode mode = GradientMode.On();
        using Recorded recorded = Record(0);
        return Runtime.TensorBytes - before;
    }

    /// <summary>A micro-batch's gradient with its graph, and z where line products are used.</summary>
    internal sealed record Recorded(Tensor? Product, Tensor?[] Gradients) : IDisposable
    {
        public void Dispose()
        {
            Product?.Dispose();
            foreach (Tensor? gradient in Gradients)
            {
                gradient?.Dispose();
            }
        }
    }
}
