using Brink.Torch;

namespace Brink.Curvature;

/// <summary>A symmetric linear map on flat vectors, known only by its products: a Hessian, or what stands for one.</summary>
public abstract class SymmetricOperator
{
    /// <summary>Length P of the vectors.</summary>
    public abstract long Dimension { get; }

    /// <summary>Precision of the vectors.</summary>
    public abstract ScalarType Type { get; }

    /// <summary>Where the vectors live.</summary>
    public abstract Device Device { get; }

    /// <summary>Products computed so far, for the record.</summary>
    public long Products { get; private set; }

    /// <summary>Multiplies by a vector.</summary>
    /// <param name="vector">A contiguous vector of length P.</param>
    /// <returns>The product, a new vector owned by the current scope.</returns>
    public Tensor Apply(Tensor vector)
    {
        Products++;
        return Multiply(vector);
    }

    /// <summary>Computes the product.</summary>
    /// <param name="vector">A contiguous vector of length P.</param>
    /// <returns>The product, a new vector owned by the current scope.</returns>
    protected abstract Tensor Multiply(Tensor vector);
}
