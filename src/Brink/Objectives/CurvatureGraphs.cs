using Brink.Torch;

namespace Brink.Objectives;

/// <summary>
/// Hessian-vector products at one point by reverse-over-reverse differentiation: per micro-batch, the gradient with a
/// graph of its own.
/// </summary>
/// <param name="objective">The objective.</param>
/// <param name="at">The point.</param>
internal sealed class CurvatureGraphs(NetworkObjective objective, NetworkEvaluation at)
    : RecordedGraphs<CurvatureGraphs.Recorded>(objective, at, GraphKind.Hessian)
{
    /// <inheritdoc/>
    protected override void AddProduct(int batch, Recorded graph, Tensor[] directions, Tensor[] views, bool keep)
    {
        Tensor[] seeds = Seeds(batch, directions);
        var gradients = new List<Tensor>();
        var active = new List<Tensor>();
        for (int k = 0; k < seeds.Length; k++)
        {
            // A gradient that does not depend on the parameters (or is zero) has no graph, and adds nothing.
            if (graph.Gradients[k] is { RequiresGrad: true } gradient)
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
            gradients.ToArray(), At.Inputs(graph.Product), active.ToArray(), retainGraph: keep);
        At.Accumulate(batch, products, views);
    }

    /// <inheritdoc/>
    protected override Recorded Record(int batch)
    {
        Tensor? leaf = At.ProductLeaf(batch)?.Unscoped();
        (Tensor loss, _) = At.Forward(batch, leaf);
        Tensor?[] gradients = Autograd.Gradients([loss], At.Inputs(leaf), createGraph: true);
        foreach (Tensor? gradient in gradients)
        {
            gradient?.Unscoped();
        }

        return new Recorded(leaf, gradients);
    }

    /// <summary>A micro-batch's gradient with its graph.</summary>
    /// <param name="Product">z of the linear first layer, where line products are used.</param>
    /// <param name="Gradients">Per input of the graph.</param>
    internal sealed record Recorded(Tensor? Product, Tensor?[] Gradients) : IDisposable
    {
        /// <inheritdoc/>
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
