using Brink.Curvature;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>An operator whose next product throws once the user asked to stop.</summary>
/// <param name="inner">The operator.</param>
/// <param name="cancellation">The user's wish.</param>
internal sealed class WatchedOperator(SymmetricOperator inner, CancellationToken cancellation) : SymmetricOperator
{
    /// <inheritdoc/>
    public override long Dimension => inner.Dimension;

    /// <inheritdoc/>
    public override ScalarType Type => inner.Type;

    /// <inheritdoc/>
    public override Device Device => inner.Device;

    /// <inheritdoc/>
    protected override Tensor Multiply(Tensor vector)
    {
        cancellation.ThrowIfCancellationRequested();
        return inner.Apply(vector);
    }
}
