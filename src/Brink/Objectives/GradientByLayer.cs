using Brink.Torch;
using Brink.Torch.Nn;
using MathNet.Numerics.Statistics;

namespace Brink.Objectives;

/// <summary>
/// A gradient in its parts: how large it is in each parameter, in the last bias against the hidden layers, and how much of it is
/// exactly zero. In the flat region of Flatland (arXiv 2606.06722, Fig. 2) the last bias has 100 to 1000 times the gradient of
/// a hidden layer.
/// </summary>
/// <param name="Norms">One a parameter, in the order of the flat vector; their squares add up to ‖∇f‖².</param>
/// <param name="ZeroEntries">Entries of ∇f that are exactly zero.</param>
/// <param name="LastBias">
/// Norm in the last bias: the last parameter of all, where that is called <c>bias</c> and has K elements. Null where there is none.
/// </param>
/// <param name="HiddenMedian">
/// Median, over all layers but the last, of a layer's norm (a layer's parameters are those of one module, weight and bias
/// together). Null where there is one layer.
/// </param>
public sealed record GradientByLayer(IReadOnlyList<GradientNorm> Norms, long ZeroEntries, double? LastBias, double? HiddenMedian)
{
    /// <summary>Last bias over the median hidden layer; null where either is lacking or the median is zero.</summary>
    public double? LastBiasRatio => HiddenMedian > 0 ? LastBias / HiddenMedian : null;

    /// <summary>Takes a gradient apart.</summary>
    /// <param name="layout">Names and places of the parameters.</param>
    /// <param name="gradient">∇f, of length P.</param>
    /// <param name="outputs">K; null for what has no outputs, and hence no last bias.</param>
    /// <returns>The parts.</returns>
    public static GradientByLayer Of(ParameterLayout layout, Tensor gradient, int? outputs)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(gradient);
        using var scope = new TensorScope();
        IReadOnlyList<GradientNorm> norms = GradientNorm.ByParameter(layout, gradient);
        ParameterPlace last = layout.Places[^1];
        bool hasLastBias = outputs is { } count && last.Shape is [var length] && length == count && last.Name.Split('.')[^1] == "bias";
        double[] hidden =
        [
            .. norms.GroupBy(norm => Layer(norm.Name), StringComparer.Ordinal)
                .Where(layer => layer.Key != Layer(last.Name))
                .Select(layer => Math.Sqrt(layer.Sum(norm => norm.Norm * norm.Norm))),
        ];
        return new GradientByLayer(
            norms,
            gradient.EqualElements(0).Sum().ToArray<long>()[0],
            hasLastBias ? norms[^1].Norm : null,
            hidden.Length > 0 ? hidden.Median() : null);
    }

    private static string Layer(string parameter) => parameter[..Math.Max(0, parameter.LastIndexOf('.'))];
}
