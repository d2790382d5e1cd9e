using Brink.Curvature;
using Brink.Torch;

namespace Brink.Tests.Curvature;

/// <summary>A symmetric operator around a matrix.</summary>
internal sealed class DenseOperator(Tensor matrix) : SymmetricOperator
{
    public override long Dimension => matrix.Shape[0];

    public override ScalarType Type => matrix.Type;

    public override Device Device => matrix.Device;

    protected override Tensor Multiply(Tensor vector) => matrix.MatrixProduct(vector);
}
