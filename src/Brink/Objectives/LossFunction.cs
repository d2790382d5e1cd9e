using Brink.Torch;
using Brink.Torch.Interop;

namespace Brink.Objectives;

/// <summary>
/// A training loss (math.md §1) as a sum over samples times a constant, so that micro-batches and ranks add up to the
/// full batch's loss.
/// </summary>
public sealed class LossFunction
{
    private static readonly Operator s_squaredError = Operator.Find("mse_loss");

    private static readonly LossFunction[] s_all =
    [
        new("mse", true, (output, target) => s_squaredError.Call(output, target, 2L), (samples, outputs) => 1.0 / ((double)samples * outputs)),
        new("ce", false, (output, target) => output.CrossEntropySum(target), (samples, _) => 1.0 / samples),
        new("squared", true, (output, target) => s_squaredError.Call(output, target, 2L), (samples, _) => 0.5 / samples),
    ];

    private readonly Func<Tensor, Tensor, Tensor> _sum;
    private readonly Func<long, int, double> _scale;

    private LossFunction(string name, bool oneHot, Func<Tensor, Tensor, Tensor> sum, Func<long, int, double> scale)
    {
        Name = name;
        NeedsOneHotTargets = oneHot;
        _sum = sum;
        _scale = scale;
    }

    /// <summary>Names of the losses: <c>mse</c>, <c>ce</c>, <c>squared</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(loss => loss.Name)];

    /// <summary>The loss's name.</summary>
    public string Name { get; }

    /// <summary>Whether targets are one-hot rows (N×K) rather than labels (N).</summary>
    public bool NeedsOneHotTargets { get; }

    /// <summary>Finds a loss.</summary>
    /// <param name="name"><c>mse</c>: mean over samples and outputs of squared errors; <c>ce</c>: mean cross-entropy on logits; <c>squared</c>: half the squared error summed over outputs, mean over samples.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="BrinkException">No loss has that name.</exception>
    public static LossFunction Named(string name) =>
        s_all.FirstOrDefault(loss => loss.Name == name) ?? throw NearestName.Unknown("loss", name, Names);

    /// <summary>Sum of the loss over some samples, unscaled.</summary>
    /// <param name="output">Outputs, samples × K.</param>
    /// <param name="target">One-hot rows or labels.</param>
    /// <returns>A scalar tensor.</returns>
    public Tensor Sum(Tensor output, Tensor target) => _sum(output, target);

    /// <summary>Second derivative of the unscaled sum with respect to the outputs, times a vector, sample by sample.</summary>
    /// <param name="output">Outputs z, samples × K.</param>
    /// <param name="vector">v, samples × K.</param>
    /// <returns>2v for squared errors; (diag(p) − ppᵀ)v with p = softmax(z) for cross-entropy.</returns>
    public Tensor OutputHessianProduct(Tensor output, Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(vector);
        using var scope = new TensorScope();
        if (NeedsOneHotTargets)
        {
            return scope.Keep(vector * 2);
        }

        Tensor probabilities = output.Softmax(1);
        Tensor weighted = probabilities * vector;
        return scope.Keep(weighted - (probabilities * weighted.Sum(1).Reshape(-1, 1)));
    }

    /// <summary>The constant before the sum.</summary>
    /// <param name="samples">N.</param>
    /// <param name="outputs">K.</param>
    /// <returns>1/(NK), 1/N or 1/(2N).</returns>
    public double Scale(long samples, int outputs) => _scale(samples, outputs);
}
