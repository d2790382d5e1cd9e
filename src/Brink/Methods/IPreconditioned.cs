using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// A method that divides each coordinate of its step by a number of its own: w ← w − ηP⁻¹m with a diagonal P that changes
/// from step to step. What decides its stability is the spectrum of P⁻¹H (Cohen et al., arXiv 2207.14484).
/// </summary>
public interface IPreconditioned
{
    /// <summary>The diagonal of P as the method holds it: that of the last step taken.</summary>
    /// <returns>A vector of length P with positive entries, owned by the current scope; null before the first step.</returns>
    Tensor? Preconditioner();

    /// <summary>d, which adds d·w to the gradient: the curvature that the method feels is H + dI.</summary>
    double WeightDecay { get; }
}
