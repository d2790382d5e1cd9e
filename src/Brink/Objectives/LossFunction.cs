using Brink.Torch;
using Brink.Torch.Interop;

namespace Brink.Objectives;

/// <summary>
/// A training loss (math.md §1) as a sum over samples times a constant, so that micro-batches and ranks add up to the
/// full batch's loss.
/// </summary>
public sealed class LossFunction
{
    private static readonly LossFunction[] s_all =
    [
        new("mse", true, SquaredErrors.Sum, (samples, outputs) => 1.0 / ((double)samples * outputs), outputs => 2.0 / outputs),
        new("ce", false, (output, target) => output.CrossEntropySum(target), (samples, _) => 1.0 / samples, outputs => 1.0 / outputs),
        new("squared", true, SquaredErrors.Sum, (samples, _) => 0.5 / samples, _ => 1),
    ];

    private readonly Func<Tensor, Tensor, Tensor> _sum;
    private readonly Func<long, int, double> _scale;
    private readonly Func<int, double> _lastBiasSharpness;

    private LossFunction(
        string name, bool oneHot, Func<Tensor, Tensor, Tensor> sum, Func<long, int, double> scale, Func<int, double> lastBiasSharpness)
    {
        Name = name;
        NeedsOneHotTargets = oneHot;
        _sum = sum;
        _scale = scale;
        _lastBiasSharpness = lastBiasSharpness;
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

    /// <summary>
    /// The sharpness of a last bias: the largest eigenvalue of the Hessian's block of the bias b of the last layer, at
    /// outputs that guess at random (Flatland, arXiv 2606.06722; math.md §1).
    /// </summary>
    /// <remarks>
    /// <para>The outputs are z + b, so that the block is the loss's second derivative in the outputs, summed over the samples.</para>
    /// <list type="bullet">
    /// <item><c>mse</c>: 1/(NK) · Σ 2I = (2/K)·I, whatever the weights.</item>
    /// <item><c>squared</c>: 1/(2N) · Σ 2I = I, whatever the weights; the loss is K/2 times <c>mse</c>, and so is its Hessian.</item>
    /// <item>
    /// <c>ce</c>: 1/N · Σ (diag(p) − ppᵀ) with the predicted probabilities p. At p = 1/K this is (1/K)(I − 11ᵀ/K), of
    /// eigenvalues 1/K, K − 1 times, and 0.
    /// </item>
    /// </list>
    /// <para>
    /// λ₁ of a matrix is at least that of any of its diagonal blocks. Under the first two no weights of a network with a last
    /// bias are therefore flatter (<see cref="LastBiasBoundsSharpness"/>), and the value is reached: by three layers or more with all
    /// weights but that bias 0.
    /// Under cross-entropy it is the value at random guess and no bound: with confident predictions the block goes to zero.
    /// </para>
    /// </remarks>
    /// <param name="outputs">K, at least 1; for <c>ce</c> at least 2, one class having nothing to guess.</param>
    /// <returns>2/K, 1/K or 1.</returns>
    public double LastBiasSharpness(int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        return _lastBiasSharpness(outputs);
    }

    /// <summary>
    /// Whether <see cref="LastBiasSharpness"/> holds at all weights, so that the sharpness of a network with a last bias is
    /// nowhere less: for squared errors, not for cross-entropy.
    /// </summary>
    public bool LastBiasBoundsSharpness => NeedsOneHotTargets;

    /// <summary>
    /// The bound of <c>nls-ub</c>: 2 over <see cref="LastBiasSharpness"/>, the step above which the last bias of a flat region
    /// is itself beyond its edge of stability. Under <c>ce</c> it is right only near random guess, and may later hold back a
    /// step that would be right.
    /// </summary>
    /// <param name="outputs">K, at least 1.</param>
    /// <returns>K for <c>mse</c>, 2 for <c>squared</c>, 2K for <c>ce</c>.</returns>
    public double FlatStep(int outputs) => 2 / LastBiasSharpness(outputs);

    /// <summary>Apart, so that the losses' names can be read without libtorch.</summary>
    private static class SquaredErrors
    {
        private static readonly Operator s_sum = Operator.Find("mse_loss");

        internal static Tensor Sum(Tensor output, Tensor target) => s_sum.Call(output, target, 2L);
    }
}
