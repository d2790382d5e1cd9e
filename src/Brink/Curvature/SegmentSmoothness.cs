using Brink.Objectives;
using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// How fast the gradient changes along the segment from w in the direction −g, g = ∇f(w): the difference quotients
/// ‖g − ∇f(w − ηg)‖ / (η‖g‖), whose supremum over 0 &lt; t ≤ η is l(w, η) of Definition 2.3 of Flatland (arXiv 2606.06722;
/// its Fig. 4 shows them). A single quotient is a lower bound of l(w, η) for its own η and every longer one.
/// </summary>
/// <remarks>Each quotient costs one gradient, evaluated afresh at its own point; the evaluation at w is left as it is.</remarks>
public sealed class SegmentSmoothness : IDisposable
{
    /// <summary>A quotient says nothing where rounding moves w − ηg by more than this share of η‖g‖.</summary>
    private const double RoundingShare = 0.01;

    private readonly Objective _objective;
    private readonly Evaluation _at;
    private readonly Tensor _gradient;

    /// <summary>Makes ready to measure.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="at">The evaluation at w; it must outlive this, and its gradient is computed here if it was not before.</param>
    public SegmentSmoothness(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        (_objective, _at) = (objective, at);
        _gradient = at.Gradient().To(ScalarType.Float64).Unscoped();
        GradientNorm = _gradient.Norm();
    }

    /// <summary>‖g‖.</summary>
    public double GradientNorm { get; }

    /// <summary>
    /// The shortest η at which rounding w − ηg to the precision of w moves it by at most 1 % of η‖g‖, whatever w: below it a
    /// quotient may be rounding rather than curvature. Infinite where g is zero.
    /// </summary>
    public double Resolution
    {
        get
        {
            // Rounding to nearest moves every coordinate by at most half a unit in its last place.
            double rounding = _at.Weights.Type == ScalarType.Float64 ? double.BitIncrement(1) - 1 : float.BitIncrement(1) - 1;
            return GradientNorm > 0 ? rounding / 2 * _at.Weights.Norm() / (RoundingShare * GradientNorm) : double.PositiveInfinity;
        }
    }

    /// <summary>Gradients evaluated so far.</summary>
    public int Gradients { get; private set; }

    /// <summary>The quotient at one step.</summary>
    /// <param name="stepSize">η, above 0.</param>
    /// <returns>‖g − ∇f(w − ηg)‖ / (η‖g‖); NaN where g is zero or the gradient there is not finite.</returns>
    public double Quotient(double stepSize)
    {
        using var scope = new TensorScope();
        if (!(GradientNorm > 0))
        {
            return double.NaN;
        }

        Gradients++;
        using Evaluation there = _objective.Evaluate(
            _at.Weights.AddScaled(_at.Gradient(), -stepSize).Unscoped(), Wanted.ValueAndGradient);
        double change = (_gradient - there.Gradient().To(ScalarType.Float64)).Norm();
        return double.IsFinite(change) ? change / (stepSize * GradientNorm) : double.NaN;
    }

    /// <summary>The curvature along g itself, by one Hessian-vector product.</summary>
    /// <returns>The Rayleigh quotient gᵀHg/‖g‖² and ‖Hg‖/‖g‖, the limit of the quotients as η → 0; NaN where g is zero.</returns>
    public (double Rayleigh, double Norm) AlongGradient()
    {
        using var scope = new TensorScope();
        if (!(GradientNorm > 0))
        {
            return (double.NaN, double.NaN);
        }

        Tensor product = _at.HessianVectorProduct(_at.Gradient()).To(ScalarType.Float64);
        _at.ReleaseCurvature();
        return (product.Dot(_gradient) / (GradientNorm * GradientNorm), product.Norm() / GradientNorm);
    }

    /// <inheritdoc/>
    public void Dispose() => _gradient.Dispose();
}
