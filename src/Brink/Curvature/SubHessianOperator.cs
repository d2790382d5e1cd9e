using Brink.Objectives;
using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// The block of a Hessian that belongs to some of the parameters, the others held fixed: v ↦ S ∇²f(w) Sᵀ v, S the
/// restriction to them. One product costs a product with the whole Hessian.
/// </summary>
/// <param name="objective">The objective.</param>
/// <param name="at">The evaluation at w; it must outlive the operator.</param>
/// <param name="parameters">Which parameters.</param>
public sealed class SubHessianOperator(Objective objective, Evaluation at, ParameterSelection parameters) : SymmetricOperator
{
    /// <inheritdoc/>
    public override long Dimension => parameters.Count;

    /// <inheritdoc/>
    public override ScalarType Type => objective.Type;

    /// <inheritdoc/>
    public override Device Device => objective.Device;

    /// <inheritdoc/>
    protected override Tensor Multiply(Tensor vector)
    {
        using var scope = new TensorScope();
        return scope.Keep(parameters.Restrict(at.HessianVectorProduct(parameters.Expand(vector))));
    }
}
