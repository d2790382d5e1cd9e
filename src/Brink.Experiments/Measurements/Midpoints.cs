using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// The second-order midpoints ¼(w_{k−1} + 2w_k + w_{k+1}) of a run. At the edge of stability w oscillates with period two
/// about a slowly moving centre; the midpoint is that centre to second order (Cohen et al., arXiv 2410.24206).
/// </summary>
internal sealed class Midpoints : IDisposable
{
    private const string PreviousName = "midpoint.previous";
    private Tensor? _previous;

    public void Dispose() => _previous?.Dispose();

    /// <summary>
    /// The midpoint around w_k. Where one neighbour is lacking (the first and the last point of a run) it is the mean of w_k
    /// and the other; where both are, w_k itself.
    /// </summary>
    /// <param name="weights">w_k.</param>
    /// <param name="next">w_{k+1}; null at the last point.</param>
    /// <returns>A vector outside every scope, to be taken over.</returns>
    internal Tensor Around(Tensor weights, Tensor? next)
    {
        using var scope = new TensorScope();
        Tensor[] neighbours = [.. new[] { _previous, next }.OfType<Tensor>()];
        if (neighbours.Length == 0)
        {
            return weights.Clone().Unscoped();
        }

        Tensor sum = weights * 0.5;
        foreach (Tensor neighbour in neighbours)
        {
            sum.AddInPlace(neighbour, 0.5 / neighbours.Length);
        }

        return sum.Unscoped();
    }

    /// <summary>Told that the run leaves w_k.</summary>
    internal void Leave(Evaluation at)
    {
        _previous?.Dispose();
        _previous = at.Weights.Clone().Unscoped();
    }

    /// <summary>w_{k−1}, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Export() => _previous is null
        ? new Dictionary<string, Tensor>()
        : new Dictionary<string, Tensor> { [PreviousName] = _previous.Detach() };

    /// <summary>Takes back what <see cref="Export"/> gave.</summary>
    internal void Import(IReadOnlyDictionary<string, Tensor> state, Device device)
    {
        _previous?.Dispose();
        _previous = state.TryGetValue(PreviousName, out Tensor? previous) ? previous.To(device).Clone().Unscoped() : null;
    }
}
