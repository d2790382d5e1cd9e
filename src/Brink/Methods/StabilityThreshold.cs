namespace Brink.Methods;

/// <summary>
/// The edge of stability of a method with a fixed step: the largest curvature at which it does not diverge on a quadratic.
/// Along an eigenvector of curvature a the method is a linear recurrence in (w, v); this is the a at which its outermost
/// root passes −1.
/// </summary>
/// <remarks>
/// Gradient descent and its momentum: Cohen et al., <i>Gradient descent on neural networks typically occurs at the edge of
/// stability</i> (ICLR 2021), App. B. Adaptive methods: Cohen et al., <i>Adaptive gradient methods at the edge of
/// stability</i> (arXiv 2207.14484), where the curvature is that of P⁻¹H.
/// </remarks>
/// <param name="Value">The threshold; on λ₁ of the Hessian of the training loss, or of P⁻¹H.</param>
/// <param name="Formula">How it comes about, e.g. <c>2/η</c>.</param>
/// <param name="Preconditioned">Whether it bounds the eigenvalues of P⁻¹H (<see cref="IPreconditioned"/>) instead of those of H.</param>
public sealed record StabilityThreshold(double Value, string Formula, bool Preconditioned = false)
{
    /// <summary>
    /// Gradient descent: 2/η; heavy-ball momentum v ← βv + (1 − τ)g: (2+2β)/((1−τ)η); Nesterov's in PyTorch's form:
    /// (2+2β)/((1+2β)η). A weight decay d adds d to every curvature the method feels, so the threshold on λ₁ of the loss is
    /// lower by d.
    /// </summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="momentum">β, in [0, 1).</param>
    /// <param name="nesterov">Whether the momentum is Nesterov's; then τ must be 0.</param>
    /// <param name="weightDecay">d, not negative.</param>
    /// <param name="dampening">τ, in [0, 1]; without momentum it means nothing.</param>
    /// <returns>The threshold; null where a dampening of 1 leaves no step.</returns>
    public static StabilityThreshold? OfGradientDescent(
        double stepSize, double momentum = 0, bool nesterov = false, double weightDecay = 0, double dampening = 0)
    {
        double share = momentum == 0 ? 1 : 1 - dampening;
        if (share == 0)
        {
            return null;
        }

        (double value, string formula) = (momentum, nesterov) switch
        {
            (0, _) => (2 / stepSize, "2/η"),
            (_, true) => ((2 + (2 * momentum)) / (stepSize * (1 + (2 * momentum))), "(2+2β)/((1+2β)η)"),
            _ => ((2 + (2 * momentum)) / (share * stepSize), share == 1 ? "(2+2β)/η" : "(2+2β)/((1−τ)η)"),
        };
        return new StabilityThreshold(value - weightDecay, weightDecay == 0 ? formula : formula + " − d");
    }

    /// <summary>
    /// Preconditioned gradient descent w ← w − ηP⁻¹m with m ← β₁m + (1 − β₁)g: (2+2β₁)/((1−β₁)η), which without momentum is
    /// 2/η; on the eigenvalues of P⁻¹(H + dI) where weight decay d adds d·w to the gradient.
    /// </summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="beta1">β₁, in [0, 1).</param>
    /// <returns>The threshold.</returns>
    public static StabilityThreshold OfPreconditioned(double stepSize, double beta1 = 0) => new(
        (2 + (2 * beta1)) / ((1 - beta1) * stepSize),
        beta1 == 0 ? "2/η" : "(2+2β₁)/((1−β₁)η)",
        Preconditioned: true);
}
