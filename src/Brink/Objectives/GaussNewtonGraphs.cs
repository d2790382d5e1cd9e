using Brink.Torch;

namespace Brink.Objectives;

/// <summary>
/// Products with the Gauss–Newton matrix G = Σ Jᵀ ∇²ℓ J at one point (Schraudolph 2002), J the outputs' Jacobian. Jv is
/// had from reverse mode twice: u ↦ Jᵀu is linear, and its own transpose, differentiated with respect to u, is J.
/// </summary>
/// <param name="objective">The objective.</param>
/// <param name="at">The point.</param>
internal sealed class GaussNewtonGraphs(NetworkObjective objective, NetworkEvaluation at)
    : RecordedGraphs<GaussNewtonGraphs.Recorded>(objective, at, GraphKind.GaussNewton)
{
    /// <inheritdoc/>
    protected override void AddProduct(int batch, Recorded graph, Tensor[] directions, Tensor[] views, bool keep)
    {
        Tensor[] seeds = Seeds(batch, directions);
        var pulled = new List<Tensor>();
        var active = new List<Tensor>();
        for (int k = 0; k < seeds.Length; k++)
        {
            // A parameter that does not reach the outputs has no part in Jᵀu.
            if (graph.Pulled[k] is { RequiresGrad: true } part)
            {
                pulled.Add(part);
                active.Add(seeds[k]);
            }
        }

        if (pulled.Count == 0)
        {
            return;
        }

        Tensor? pushed = Autograd.Gradients(pulled.ToArray(), [graph.Cotangent], active.ToArray(), retainGraph: true)[0];
        if (pushed is null)
        {
            return;
        }

        Tensor weighted;
        using (GradientMode.Off())
        {
            weighted = Objective.Loss.OutputHessianProduct(graph.Output, pushed) * Objective.Scale;
        }

        Tensor?[] products = Autograd.Gradients([graph.Output], At.Inputs(graph.Product), [weighted], retainGraph: keep);
        At.Accumulate(batch, products, views);
    }

    /// <inheritdoc/>
    protected override Recorded Record(int batch)
    {
        Tensor? leaf = At.ProductLeaf(batch)?.Unscoped();
        Tensor output = Objective.Output(batch, leaf).Unscoped();
        Tensor cotangent = output.ZerosLike().Unscoped();
        cotangent.RequiresGrad = true;
        Tensor?[] pulled = Autograd.Gradients([output], At.Inputs(leaf), [cotangent], createGraph: true);
        foreach (Tensor? part in pulled)
        {
            part?.Unscoped();
        }

        return new Recorded(leaf, output, cotangent, pulled);
    }

    /// <summary>A micro-batch's outputs and Jᵀu with their graphs.</summary>
    /// <param name="Product">z of the linear first layer, where line products are used.</param>
    /// <param name="Output">The outputs, samples × K.</param>
    /// <param name="Cotangent">u, samples × K; its value is of no account.</param>
    /// <param name="Pulled">Jᵀu, per input of the graph.</param>
    internal sealed record Recorded(Tensor? Product, Tensor Output, Tensor Cotangent, Tensor?[] Pulled) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose()
        {
            Product?.Dispose();
            Output.Dispose();
            Cotangent.Dispose();
            foreach (Tensor? part in Pulled)
            {
                part?.Dispose();
            }
        }
    }
}
