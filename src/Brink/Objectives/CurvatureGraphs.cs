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

                AddProduct(batch, recorded, directions, views);
                if (!_keep)
                {
                    recorded.Dispose();
                }
            }
        });
        return outer.Keep(product);
    }

    private void AddProduct(int batch, Recorded recorded, Tensor[] directions, Tensor[] views)
    {
        Tensor[] seeds = recorded.Product is null
            ? directions
            : [_objective.Prefix!.Product(batch, directions), .. directions.AsSpan(_at.InnerStart)];
        var gradients = new List<Tensor>();
        var active = new List<Tensor>();
        for (int k = 0; k < seeds.Length; k++)
        {
            // A gradient that does not depend on the parameters (or is zero) has no graph, and adds nothing.
            if (recorded.Gradients[k] is { RequiresGrad: true } gradient)
            {
                gradients.Add(gradient);
                active.Add(seeds[k]);
            }
        }

        if (gradients.Count == 0)
        {
            return;
        }

        Tensor?[] products = Autograd.Gradients(
            gradients.ToArray(), _at.Inputs(recorded.Product), active.ToArray(), retainGraph: _keep);
        _at.Accumulate(batch, products, views);
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

    private sealed record Recorded(Tensor? Product, Tensor?[] Gradients) : IDisposable
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
