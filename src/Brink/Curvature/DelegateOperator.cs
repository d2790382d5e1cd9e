using Brink.Torch;

namespace Brink.Curvature;

/// <summary>A symmetric operator given by a function: the Gauss–Newton matrix, a preconditioned or shifted Hessian, a test matrix.</summary>
/// <param name="dimension">Length P of the vectors, at least 1.</param>
/// <param name="type">Precision of the vectors.</param>
/// <param name="device">Where they live.</param>
/// <param name="multiply">The product: from a contiguous vector to a new one, both of length P. Must be linear and symmetric.</param>
public sealed class DelegateOperator(long dimension, ScalarType type, Device device, Func<Tensor, Tensor> multiply)
    : SymmetricOperator
{
    /// <inheritdoc/>
    public override long Dimension => dimension;

    /// <inheritdoc/>
    public override ScalarType Type => type;

    /// <inheritdoc/>
    public override Device Device => device;

    /// <inheritdoc/>
    protected override Tensor Multiply(Tensor vector) => multiply(vector);
}
