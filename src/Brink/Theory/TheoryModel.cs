using MathNet.Numerics.LinearAlgebra;

namespace Brink.Theory;

/// <summary>
/// A loss small enough to be written out with all its derivatives, in plain C#: the models on which the theory of large steps is
/// proved. Vectors are spans of <see cref="Dimension"/> numbers; nothing here knows of tensors.
/// </summary>
public abstract class TheoryModel
{
    /// <summary>P, the number of parameters.</summary>
    public abstract int Dimension { get; }

    /// <summary>N, the number of samples the loss is a mean over.</summary>
    public abstract int Samples { get; }

    /// <summary>f(w).</summary>
    /// <param name="w">The point.</param>
    /// <returns>The loss.</returns>
    public abstract double Value(ReadOnlySpan<double> w);

    /// <summary>∇f(w).</summary>
    /// <param name="w">The point.</param>
    /// <param name="gradient">Where the gradient is written.</param>
    public abstract void Gradient(ReadOnlySpan<double> w, Span<double> gradient);

    /// <summary>∇²f(w)·v.</summary>
    /// <param name="w">The point.</param>
    /// <param name="v">The vector.</param>
    /// <param name="product">Where the product is written; not the memory of <paramref name="v"/>.</param>
    public abstract void HessianVectorProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product);

    /// <summary>G(w)·v with the Gauss–Newton matrix: every f here is a sum of squares Σ½cᵢrᵢ², and G = Σcᵢ∇rᵢ∇rᵢᵀ.</summary>
    /// <param name="w">The point.</param>
    /// <param name="v">The vector.</param>
    /// <param name="product">Where the product is written; not the memory of <paramref name="v"/>.</param>
    public abstract void GaussNewtonProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product);

    /// <summary>∇³f(w)[u, v, ·].</summary>
    /// <param name="w">The point.</param>
    /// <param name="u">One direction.</param>
    /// <param name="v">The other.</param>
    /// <param name="derivative">Where the vector is written; not the memory of <paramref name="u"/> or <paramref name="v"/>.</param>
    public abstract void ThirdDerivative(
        ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v, Span<double> derivative);

    /// <summary>∇²f(w) as a dense matrix, P × P.</summary>
    /// <param name="w">The point.</param>
    /// <returns>The matrix; entry (i, j) is ∂²f/∂wᵢ∂wⱼ.</returns>
    public double[,] Hessian(ReadOnlySpan<double> w)
    {
        int count = Dimension;
        double[,] hessian = new double[count, count];
        double[] unit = new double[count];
        double[] column = new double[count];
        for (int j = 0; j < count; j++)
        {
            unit[j] = 1;
            HessianVectorProduct(w, unit, column);
            unit[j] = 0;
            for (int i = 0; i < count; i++)
            {
                hessian[i, j] = column[i];
            }
        }

        return hessian;
    }

    /// <summary>λ₁(∇²f(w)), by a dense eigenvalue decomposition where the model knows no shorter way.</summary>
    /// <param name="w">The point.</param>
    /// <returns>The sharpness.</returns>
    public virtual double Sharpness(ReadOnlySpan<double> w) => LargestEigenvalue(Matrix<double>.Build.DenseOfArray(Hessian(w)));

    /// <summary>All eigenvalues of ∇²f(w), rising, by a dense decomposition.</summary>
    /// <param name="w">The point.</param>
    public double[] Eigenvalues(ReadOnlySpan<double> w) =>
        [.. SymmetricEigenvalues(Matrix<double>.Build.DenseOfArray(Hessian(w))).Order()];

    /// <summary>Where the gradient flow ẇ = −∇f(w) from a point ends, in closed form.</summary>
    /// <param name="start">w(0).</param>
    /// <returns>The minimum, of length P.</returns>
    /// <exception cref="BrinkException">The flow from there reaches no minimum.</exception>
    public abstract double[] FlowLimit(ReadOnlySpan<double> start);

    /// <summary>φ(w) = λ₁ at the end of the gradient flow from w: the gradient-flow-solution sharpness (Kreisler et al. 2023).</summary>
    /// <param name="start">w.</param>
    /// <returns>φ.</returns>
    /// <exception cref="BrinkException">The flow from there reaches no minimum.</exception>
    public abstract double FlowLimitSharpness(ReadOnlySpan<double> start);

    /// <summary>The largest eigenvalue of a symmetric matrix; NaN where an entry is not finite.</summary>
    private protected static double LargestEigenvalue(Matrix<double> symmetric) => SymmetricEigenvalues(symmetric).Max();

    /// <summary>The eigenvalues of a symmetric matrix; NaN where an entry is not finite.</summary>
    /// <remarks>
    /// MathNet's decomposition squares entries without scaling them and fails by an exception where the squares overflow. So the matrix is first divided by a
    /// power of two, which rounds nothing, and what is 1e-150 below its largest entry is dropped, which no eigenvalue's digits hold.
    /// </remarks>
    private static double[] SymmetricEigenvalues(Matrix<double> symmetric)
    {
        double largest = symmetric.Enumerate().Max(Math.Abs);
        if (largest == 0 || !symmetric.Enumerate().All(double.IsFinite))
        {
            return [.. Enumerable.Repeat(largest == 0 ? 0 : double.NaN, symmetric.RowCount)];
        }

        int exponent = Math.ILogB(largest);
        Matrix<double> scaled = symmetric.Map(entry =>
        {
            double part = Math.ScaleB(entry, -exponent);
            return Math.Abs(part) < 1e-150 ? 0 : part;
        });
        return [.. scaled.Evd(Symmetricity.Symmetric).EigenValues.Real().Select(value => Math.ScaleB(value, exponent))];
    }

    /// <summary>Refuses what is no vector of this model, or holds what is no number.</summary>
    private protected void CheckStart(ReadOnlySpan<double> start)
    {
        if (start.Length != Dimension)
        {
            throw new BrinkException($"the start has {start.Length} parameters; this model has {Dimension}");
        }

        foreach (double number in start)
        {
            if (!double.IsFinite(number))
            {
                throw new BrinkException($"the start holds {number}; every parameter must be a finite number");
            }
        }
    }
}
