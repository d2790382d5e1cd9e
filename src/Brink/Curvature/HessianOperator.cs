using Brink.Objectives;
using Brink.Torch;

namespace Brink.Curvature;

/// <summary>The Hessian of an objective at one point: v ↦ ∇²f(w)·v.</summary>
/// <param name="objective">The objective.</param>
/// <param name="at">The evaluation at w; it must outlive the operator.</param>
public sealed class HessianOperator(Objective objective, Evaluation at) : SymmetricOperator
{
    /// <inheritdoc/>
    public override long Dimension => objective.Dimension;

    /// <inheritdoc/>
    public override ScalarType Type => objective.Type;

    /// <inheritdoc/>
    public override Device Device => objective.Device;

    /// <inheritdoc/>
    protected override Tensor Multiply(Tensor vector) => at.HessianVectorProduct(vector);
}
