using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Objectives;

/// <summary>
/// Third derivatives of a network's loss by reverse-over-reverse-over-reverse differentiation. Per micro-batch, the
/// gradient's graph is the one that Hessian-vector products use; Hu_i is recorded on it once for each i, and every pair
/// costs one more sweep, ∇(u_jᵀHu_i). A linear first layer z = XWᵀ + b stays outside: f is differentiated with respect to
/// z along X·U, and X enters once more at the end of each pair, because z is linear in the layer's parameters.
/// </summary>
internal static class ThirdDerivativeGraphs
{
    /// <summary>Differentiates.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="at">The point.</param>
    /// <param name="curvature">Recorded gradients there.</param>
    /// <param name="directions">Vectors of length P.</param>
    /// <param name="pairs">Which pairs of directions; the first places ascending, so that each product is recorded once.</param>
    /// <returns>One row of length P for each pair, owned by the current scope.</returns>
    internal static Tensor Differentiate(
        NetworkObjective objective,
        NetworkEvaluation at,
        CurvatureGraphs curvature,
        Tensor[] directions,
        (int Left, int Right)[] pairs)
    {
        RequireRightDerivatives(objective.Network);
        using var outer = new TensorScope();
        Tensor[][] parts = [.. directions.Select(objective.Layout.Views)];
        at.Bind();
        Tensor rows = objective.SumOverWorkers(pairs.Length, (worker, views) => curvature.ForEach(worker, (batch, recorded) =>
        {
            Tensor[][] seeds = [.. parts.Select(part => curvature.Seeds(batch, part))];
            Tensor[] inputs = at.Inputs(recorded.Product);
            foreach (IGrouping<int, int> group in Enumerable.Range(0, pairs.Length).GroupBy(p => pairs[p].Left))
            {
                using var scope = new TensorScope();
                (Tensor[] gradients, Tensor[] along) = CurvatureGraphs.Active(recorded.Gradients, seeds[group.Key]);
                if (gradients.Length == 0)
                {
                    continue;
                }

                Tensor?[] products = Autograd.Gradients(gradients, inputs, along, createGraph: true);
                foreach (int pair in group)
                {
                    AddPair(at, batch, products, inputs, seeds[pairs[pair].Right], views[pair]);
                }
            }
        }));
        return outer.Keep(rows);
    }

    /// <summary>
    /// libtorch takes the saved mean and deviation of its fused normalisations for constants when it differentiates a
    /// second derivative: their third derivatives are wrong (a relative distance of 1.5 from differences of products in a
    /// tiny batch-norm MLP), and nothing says so.
    /// </summary>
    private static void RequireRightDerivatives(Module network)
    {
        if (network.HasBatchStatistics || network.Modules().Any(module => module is LayerNorm))
        {
            throw new BrinkException(
                "third derivatives of a network with batch or layer normalisation are not to be had: libtorch's are wrong; use a network without normalisation");
        }
    }

    private static void AddPair(
        NetworkEvaluation at, int batch, Tensor?[] products, Tensor[] inputs, Tensor[] seeds, Tensor[] views)
    {
        using var scope = new TensorScope();
        (Tensor[] active, Tensor[] along) = CurvatureGraphs.Active(products, seeds);
        if (active.Length > 0)
        {
            at.Accumulate(batch, Autograd.Gradients(active, inputs, along, retainGraph: true), views);
        }
    }
}
