using Brink.Objectives;
using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// The Gauss–Newton part of the Hessian at one point: v ↦ G(w)·v with G = Σ Jᵀ ∇²ℓ J, J the Jacobian of the outputs
/// (Schraudolph 2002). Positive semidefinite for the losses here; under cross-entropy the Fisher information matrix.
/// </summary>
/// <param name="objective">The objective; one that is a loss of a model's outputs.</param>
/// <param name="at">The evaluation at w; it must outlive the operator.</param>
public sealed class GaussNewtonOperator(Objective objective, Evaluation at) : SymmetricOperator
{
    /// <inheritdoc/>
    public override long Dimension => objective.Dimension;

    /// <inheritdoc/>
    public override ScalarType Type => objective.Type;

    /// <inheritdoc/>
    public override Device Device => objective.Device;

    /// <inheritdoc/>
    protected override Tensor Multiply(Tensor vector) => at.GaussNewtonProduct(vector);
}
