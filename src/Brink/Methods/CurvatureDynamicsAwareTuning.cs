using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// <c>cdat</c>: η = σ‖g‖² / |gᵀHg|, the step that puts the method a factor σ/2 beyond the edge along its own gradient;
/// second order, without a search and without a guarantee (math.md §2).
/// </summary>
public sealed class CurvatureDynamicsAwareTuning : Method
{
    private readonly double _sigma;

    /// <summary>Sets up the method.</summary>
    /// <param name="sigma">σ, positive.</param>
    /// <exception cref="BrinkException">σ is not positive.</exception>
    public CurvatureDynamicsAwareTuning(double sigma = 2.06) => _sigma = Require.Positive("sigma", sigma);

    /// <inheritdoc/>
    public override string Name => "cdat";

    /// <inheritdoc/>
    protected override (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        Tensor gradient = at.Gradient();
        double norm = gradient.Norm();
        double curvature = gradient.Dot(at.HessianVectorProduct(gradient));
        double stepSize = _sigma * norm * norm / Math.Abs(curvature);
        at.ReleaseCurvature();
        return (Move(objective, at, gradient, stepSize), new StepReport(stepSize, HessianVectorProducts: 1));
    }
}
