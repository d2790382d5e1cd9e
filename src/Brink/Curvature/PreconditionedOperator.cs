using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// P^{-1/2} (H + dI) P^{-1/2} with a positive diagonal P: symmetric, and with the very eigenvalues of P⁻¹(H + dI), whose
/// eigenvectors are P^{-1/2} times this operator's. At the edge of stability of RMSProp and Adam its largest eigenvalue
/// hovers at the method's threshold (Cohen et al., <i>Adaptive gradient methods at the edge of stability</i>, arXiv
/// 2207.14484).
/// </summary>
public sealed class PreconditionedOperator : SymmetricOperator
{
    private readonly SymmetricOperator _matrix;
    private readonly Tensor _root;
    private readonly double _shift;

    /// <summary>Makes the operator.</summary>
    /// <param name="matrix">H; its products are counted there too.</param>
    /// <param name="preconditioner">The diagonal of P: a vector of length P with positive entries.</param>
    /// <param name="weightDecay">d, not negative.</param>
    /// <exception cref="ArgumentException">The preconditioner has another length.</exception>
    /// <remarks>What it computes of P is owned by the scope that is current here.</remarks>
    public PreconditionedOperator(SymmetricOperator matrix, Tensor preconditioner, double weightDecay = 0)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(preconditioner);
        if (preconditioner.Dimensions != 1 || preconditioner.Count != matrix.Dimension)
        {
            throw new ArgumentException(
                $"a preconditioner is a vector of length {matrix.Dimension}, not of shape [{string.Join(", ", preconditioner.Shape)}]",
                nameof(preconditioner));
        }

        using var scope = new TensorScope();
        _matrix = matrix;
        _root = scope.Keep(preconditioner.To(matrix.Type).To(matrix.Device).SquareRoot());
        _shift = weightDecay;
    }

    /// <inheritdoc/>
    public override long Dimension => _matrix.Dimension;

    /// <inheritdoc/>
    public override ScalarType Type => _matrix.Type;

    /// <inheritdoc/>
    public override Device Device => _matrix.Device;

    /// <summary>P^{-1/2}·v: takes a gradient to these coordinates, and an eigenvector of this operator to one of P⁻¹(H + dI).</summary>
    /// <param name="vector">v, of length P.</param>
    /// <returns>The product, owned by the current scope.</returns>
    public Tensor Scale(Tensor vector) => vector / _root;

    /// <inheritdoc/>
    protected override Tensor Multiply(Tensor vector)
    {
        using var scope = new TensorScope();
        Tensor scaled = vector / _root;
        Tensor product = _matrix.Apply(scaled);
        return scope.Keep((_shift == 0 ? product : product.AddScaled(scaled, _shift)) / _root);
    }
}
