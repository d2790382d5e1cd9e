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
        (Tensor[] gradients, Tensor[] active) = Active(graph.Gradients, Seeds(batch, directions));
        if (gradients.Length == 0)
        {
            return;
        }

        Tensor?[] products = Autograd.Gradients(
            gradients, At.Inputs(graph.Product), active, retainGraph: keep);
        At.Accumulate(batch, products, views);
    }

    /// <summary>The derivatives that can be differentiated again, each with its seed.</summary>
    /// <param name="derivatives">Derivatives; one that does not depend on the parameters (or is zero) has no graph, and adds nothing.</param>
    /// <param name="seeds">One for each.</param>
    internal static (Tensor[] Derivatives, Tensor[] Seeds) Active(Tensor?[] derivatives, Tensor[] seeds)
    {
        int[] places = [.. Enumerable.Range(0, derivatives.Length).Where(k => derivatives[k] is { RequiresGrad: true })];
        return ([.. places.Select(k => derivatives[k]!)], [.. places.Select(k => seeds[k])]);
    }

    /// <inheritdoc/>
    protected override Recorded Record(int batch)
    {
        Tensor? leaf = At.ProductLeaf(batch)?.Unscoped();
        (Tensor loss, _) = Objective.Forward(batch, leaf);
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
