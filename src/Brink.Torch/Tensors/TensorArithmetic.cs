namespace Brink.Torch;

/// <content>Elementwise arithmetic, products and reductions; shapes broadcast as in PyTorch.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>Elementwise sum.</summary>
    /// <param name="left">One summand.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum.</returns>
    public static Tensor operator +(Tensor left, Tensor right) => Operators.Add.Call(left, right);

    /// <summary>Adds a number to every element.</summary>
    /// <param name="left">The tensor.</param>
    /// <param name="right">The number.</param>
    /// <returns>The sum.</returns>
    public static Tensor operator +(Tensor left, double right) => Operators.AddScalar.Call(left, right);

    /// <summary>Elementwise difference.</summary>
    /// <param name="left">What is subtracted from.</param>
    /// <param name="right">What is subtracted.</param>
    /// <returns>The difference.</returns>
    public static Tensor operator -(Tensor left, Tensor right) => Operators.Subtract.Call(left, right);

    /// <summary>Subtracts a number from every element.</summary>
    /// <param name="left">The tensor.</param>
    /// <param name="right">The number.</param>
    /// <returns>The difference.</returns>
    public static Tensor operator -(Tensor left, double right) => Operators.SubtractScalar.Call(left, right);

    /// <summary>Every element with the opposite sign.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <returns>The negative.</returns>
    public static Tensor operator -(Tensor tensor) => Operators.Negate.Call(tensor);

    /// <summary>Elementwise product.</summary>
    /// <param name="left">One factor.</param>
    /// <param name="right">The other.</param>
    /// <returns>The product.</returns>
    public static Tensor operator *(Tensor left, Tensor right) => Operators.Multiply.Call(left, right);

    /// <summary>Multiplies every element by a number.</summary>
    /// <param name="left">The tensor.</param>
    /// <param name="right">The number.</param>
    /// <returns>The product.</returns>
    public static Tensor operator *(Tensor left, double right) => Operators.MultiplyScalar.Call(left, right);

    /// <summary>Multiplies every element by a number.</summary>
    /// <param name="left">The number.</param>
    /// <param name="right">The tensor.</param>
    /// <returns>The product.</returns>
    public static Tensor operator *(double left, Tensor right) => Operators.MultiplyScalar.Call(right, left);

    /// <summary>Elementwise quotient.</summary>
    /// <param name="left">The dividend.</param>
    /// <param name="right">The divisor.</param>
    /// <returns>The quotient.</returns>
    public static Tensor operator /(Tensor left, Tensor right) => Operators.Divide.Call(left, right);

    /// <summary>Divides every element by a number.</summary>
    /// <param name="left">The tensor.</param>
    /// <param name="right">The number.</param>
    /// <returns>The quotient.</returns>
    public static Tensor operator /(Tensor left, double right) => Operators.DivideScalar.Call(left, right);

    /// <summary>this + factor · other in one pass: the trial point of a step.</summary>
    /// <param name="other">What is added.</param>
    /// <param name="factor">Its factor.</param>
    /// <returns>A new tensor.</returns>
    public Tensor AddScaled(Tensor other, double factor) => Operators.Add.Call(this, other, factor);

    /// <summary>this ← this + factor · other.</summary>
    /// <param name="other">What is added.</param>
    /// <param name="factor">Its factor.</param>
    public void AddInPlace(Tensor other, double factor = 1) => Operators.AddInPlace.CallInPlace(this, other, factor);

    /// <summary>this ← factor · this.</summary>
    /// <param name="factor">The factor.</param>
    public void MultiplyInPlace(double factor) => Operators.MultiplyScalarInPlace.CallInPlace(this, factor);

    /// <summary>this ← this ∘ other.</summary>
    /// <param name="other">The factors.</param>
    public void MultiplyInPlace(Tensor other) => Operators.MultiplyInPlace.CallInPlace(this, other);

    /// <summary>this ← this + factor · left ∘ right.</summary>
    /// <param name="left">One factor.</param>
    /// <param name="right">The other.</param>
    /// <param name="factor">The number before the product.</param>
    public void AddProductInPlace(Tensor left, Tensor right, double factor = 1) =>
        Operators.AddProductInPlace.CallInPlace(this, left, right, factor);

    /// <summary>this ← this + factor · left / right, elementwise.</summary>
    /// <param name="left">The dividend.</param>
    /// <param name="right">The divisor.</param>
    /// <param name="factor">The number before the quotient.</param>
    public void AddQuotientInPlace(Tensor left, Tensor right, double factor = 1) =>
        Operators.AddQuotientInPlace.CallInPlace(this, left, right, factor);

    /// <summary>Elementwise square root.</summary>
    /// <returns>The roots.</returns>
    public Tensor SquareRoot() => Operators.SquareRoot.Call(this);

    /// <summary>Elementwise exponential.</summary>
    /// <returns>The exponentials.</returns>
    public Tensor Exponential() => Operators.Exponential.Call(this);

    /// <summary>Elementwise natural logarithm.</summary>
    /// <returns>The logarithms.</returns>
    public Tensor Logarithm() => Operators.Logarithm.Call(this);

    /// <summary>Elementwise absolute value.</summary>
    /// <returns>The absolute values.</returns>
    public Tensor Absolute() => Operators.Absolute.Call(this);

    /// <summary>Elementwise sign: −1, 0 or 1.</summary>
    /// <returns>The signs.</returns>
    public Tensor Sign() => Operators.Sign.Call(this);

    /// <summary>Elementwise power.</summary>
    /// <param name="exponent">The exponent.</param>
    /// <returns>The powers.</returns>
    public Tensor Power(double exponent) => Operators.Power.Call(this, exponent);

    /// <summary>Matrix product, with PyTorch's rules for vectors and batches.</summary>
    /// <param name="other">The right factor.</param>
    /// <returns>The product.</returns>
    public Tensor MatrixProduct(Tensor other) => Operators.MatrixProduct.Call(this, other);

    /// <summary>Inner product of two vectors.</summary>
    /// <param name="other">A vector of the same length.</param>
    /// <returns>The inner product, rounded in the tensors' own precision.</returns>
    public double Dot(Tensor other)
    {
        using Tensor product = Operators.Dot.Call(this, other);
        return product.Item();
    }

    /// <summary>Euclidean norm of all elements.</summary>
    /// <returns>The norm.</returns>
    public double Norm()
    {
        using Tensor norm = Operators.VectorNorm.Call(this);
        return norm.Item();
    }

    /// <summary>Sum of all elements.</summary>
    /// <returns>A scalar tensor.</returns>
    public Tensor Sum() => Operators.Sum.Call(this);

    /// <summary>Sums over some dimensions, which vanish.</summary>
    /// <param name="dimensions">The dimensions.</param>
    /// <returns>The sums.</returns>
    public Tensor Sum(params long[] dimensions) => Operators.SumOver.Call(this, dimensions);

    /// <summary>Mean of all elements.</summary>
    /// <returns>A scalar tensor.</returns>
    public Tensor Mean() => Operators.Mean.Call(this);

    /// <summary>Means over some dimensions, which vanish.</summary>
    /// <param name="dimensions">The dimensions.</param>
    /// <returns>The means.</returns>
    public Tensor Mean(params long[] dimensions) => Operators.MeanOver.Call(this, dimensions);

    /// <summary>Index of the largest element along a dimension.</summary>
    /// <param name="dimension">The dimension; it vanishes.</param>
    /// <returns>The indices, Int64.</returns>
    public Tensor ArgMax(long dimension) => Operators.ArgMax.Call(this, dimension);

    /// <summary>Where two tensors hold the same value.</summary>
    /// <param name="other">The other tensor.</param>
    /// <returns>Truth values.</returns>
    public Tensor EqualElements(Tensor other) => Operators.EqualElements.Call(this, other);

    /// <summary>Where a tensor holds a value.</summary>
    /// <param name="value">The value; 0 stands for −0 as well.</param>
    /// <returns>Truth values.</returns>
    public Tensor EqualElements(double value) => Operators.EqualScalar.Call(this, value);

    /// <summary>Whether two tensors have the same shape and elements, bit for bit (NaN differs from itself).</summary>
    /// <param name="other">The other tensor.</param>
    /// <returns>True when they are the same.</returns>
    public bool IsSameAs(Tensor other) => Operators.Same.CallScalar(this, other) != 0;

    /// <summary>Whether every element is finite.</summary>
    /// <returns>False when any is infinite or NaN.</returns>
    public bool IsFinite()
    {
        using var scope = new TensorScope();
        return Operators.All.Call(Operators.IsFinite.Call(this)).Item() != 0;
    }

    /// <summary>Eigenvalues and eigenvectors of a symmetric matrix by LAPACK.</summary>
    /// <returns>Eigenvalues in ascending order, and the eigenvectors as columns.</returns>
    public (Tensor Values, Tensor Vectors) SymmetricEigen()
    {
        Tensor?[] results = Operators.SymmetricEigen.CallMany(this);
        return (results[0]!, results[1]!);
    }
}
