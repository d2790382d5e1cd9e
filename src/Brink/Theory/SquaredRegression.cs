using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Brink.Theory;

/// <summary>
/// Regression with squared parameters, f(u, v) = mean over n of ½((u∘u − v∘v)ᵀx_n − y_n)² (Kreisler et al., arXiv 2305.13064): a
/// diagonal linear network of depth two. Its gradient flow keeps u∘v, and its limit minimises a convex function of N numbers.
/// </summary>
/// <remarks>Parameters are the 2d numbers (u, v), u first.</remarks>
public sealed class SquaredRegression : TheoryModel
{
    private const int MostNewtonSteps = 500;

    private readonly Matrix<double> _inputs;
    private readonly Vector<double> _targets;

    /// <summary>Makes the problem.</summary>
    /// <param name="inputs">X, N × d with N ≤ d; its rows should be linearly independent.</param>
    /// <param name="targets">y, of length N.</param>
    /// <exception cref="BrinkException">Shapes do not agree, or a number is not finite.</exception>
    public SquaredRegression(double[,] inputs, double[] targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.GetLength(0) != targets.Length || targets.Length == 0 || inputs.GetLength(1) < targets.Length)
        {
            throw new BrinkException(
                $"the inputs are {inputs.GetLength(0)} × {inputs.GetLength(1)} and there are {targets.Length} targets; N rows and N targets with 1 ≤ N ≤ d columns are needed");
        }

        if (!inputs.Cast<double>().Concat(targets).All(double.IsFinite))
        {
            throw new BrinkException("inputs and targets must be finite numbers");
        }

        _inputs = Matrix<double>.Build.DenseOfArray(inputs);
        _targets = Vector<double>.Build.DenseOfArray(targets);
    }

    /// <inheritdoc/>
    public override int Dimension => 2 * Features;

    /// <inheritdoc/>
    public override int Samples => _targets.Count;

    /// <summary>d, the number of features.</summary>
    public int Features => _inputs.ColumnCount;

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> w)
    {
        Vector<double> residual = Residual(w);
        return 0.5 * residual.DotProduct(residual) / Samples;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> w, Span<double> gradient)
    {
        Vector<double> slope = Slope(w);
        for (int i = 0; i < Features; i++)
        {
            gradient[i] = 2 * w[i] * slope[i];
            gradient[Features + i] = -2 * w[Features + i] * slope[i];
        }
    }

    /// <inheritdoc/>
    public override void HessianVectorProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product)
    {
        Vector<double> slope = Slope(w);
        Vector<double> change = SlopeChange(w, v);
        for (int i = 0; i < Features; i++)
        {
            int j = Features + i;
            product[i] = 2 * ((v[i] * slope[i]) + (w[i] * change[i]));
            product[j] = -2 * ((v[j] * slope[i]) + (w[j] * change[i]));
        }
    }

    /// <inheritdoc/>
    public override void GaussNewtonProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product)
    {
        Vector<double> change = SlopeChange(w, v);
        for (int i = 0; i < Features; i++)
        {
            product[i] = 2 * w[i] * change[i];
            product[Features + i] = -2 * w[Features + i] * change[i];
        }
    }

    /// <inheritdoc/>
    public override void ThirdDerivative(
        ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v, Span<double> derivative)
    {
        Vector<double> changeU = SlopeChange(w, u);
        Vector<double> changeV = SlopeChange(w, v);
        Vector<double> bend = SlopeChange(u, v);
        for (int i = 0; i < Features; i++)
        {
            int j = Features + i;
            derivative[i] = 2 * ((u[i] * changeV[i]) + (v[i] * changeU[i]) + (w[i] * bend[i]));
            derivative[j] = -2 * ((u[j] * changeV[i]) + (v[j] * changeU[i]) + (w[j] * bend[i]));
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Along the flow u = u₀e^(s/2), v = v₀e^(−s/2) with s in the span of the inputs, s = Xᵀλ. The limit's λ minimises the convex
    /// g(λ) = Σ(u₀ᵢ²e^(sᵢ) + v₀ᵢ²e^(−sᵢ)) − λᵀy, found by Newton's method with steps halved until g falls. A start has no
    /// such limit where its zeros keep it from fitting y.
    /// </remarks>
    public override double[] FlowLimit(ReadOnlySpan<double> start)
    {
        CheckStart(start);
        double[] above = Squares(start[..Features]);
        double[] below = Squares(start[Features..]);
        Vector<double> dual = Vector<double>.Build.Dense(Samples);
        (double value, Vector<double> s) = Dual(above, below, dual);
        for (int step = 0; ; step++)
        {
            double[] up = [.. above.Select((square, i) => square * Math.Exp(s[i]))];
            double[] down = [.. below.Select((square, i) => square * Math.Exp(-s[i]))];
            Vector<double> slope = (_inputs * Vector<double>.Build.Dense(Features, i => up[i] - down[i])) - _targets;
            Vector<double> move = -Curvature(up, down, start).Solve(slope);
            double decrement = -slope.DotProduct(move);
            double scale = up.Sum() + down.Sum();
            if (step == MostNewtonSteps || !double.IsFinite(decrement) || scale > 1e200)
            {
                throw NoLimit(start, slope.L2Norm());
            }

            // The full step stands at the end, where g no longer tells one point from the next.
            double part = 1;
            (double next, Vector<double> there) = Dual(above, below, dual + move);
            while (!(next <= value - (0.1 * part * decrement) + (1e-14 * scale)) && part > 1e-12)
            {
                part /= 2;
                (next, there) = Dual(above, below, dual + (part * move));
            }

            dual += part * move;
            (value, s) = (next, there);
            if (decrement <= 1e-28 * scale)
            {
                return End(start, s);
            }

            if (decrement <= 1e-20 * scale && slope.L2Norm() <= 1e-13 * (_targets.L2Norm() + scale))
            {
                return End(start, s);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>φ = λ₁((4/N)·X diag(u*² + v*²) Xᵀ): at a minimum only the Gauss–Newton part of the Hessian is left.</remarks>
    public override double FlowLimitSharpness(ReadOnlySpan<double> start)
    {
        double[] limit = FlowLimit(start);
        Vector<double> weights = Vector<double>.Build.Dense(
            Features, i => (limit[i] * limit[i]) + (limit[Features + i] * limit[Features + i]));
        Matrix<double> scaled = _inputs.MapIndexed((_, i, x) => x * weights[i]);
        return 4.0 / Samples * LargestEigenvalue(scaled.TransposeAndMultiply(_inputs));
    }

    private static double[] Squares(ReadOnlySpan<double> numbers)
    {
        double[] squares = numbers.ToArray();
        for (int i = 0; i < squares.Length; i++)
        {
            squares[i] *= squares[i];
        }

        return squares;
    }

    private (double Value, Vector<double> S) Dual(double[] above, double[] below, Vector<double> dual)
    {
        Vector<double> s = _inputs.LeftMultiply(dual);
        double value = -dual.DotProduct(_targets);
        for (int i = 0; i < s.Count; i++)
        {
            // 0·e^∞ is no number, and a parameter that is zero stays so.
            value += above[i] > 0 ? above[i] * Math.Exp(s[i]) : 0;
            value += below[i] > 0 ? below[i] * Math.Exp(-s[i]) : 0;
        }

        return (value, s);
    }

    private Cholesky<double> Curvature(double[] up, double[] down, ReadOnlySpan<double> start)
    {
        Matrix<double> scaled = _inputs.MapIndexed((_, i, x) => x * (up[i] + down[i]));
        try
        {
            return scaled.TransposeAndMultiply(_inputs).Cholesky();
        }
        catch (ArgumentException)
        {
            throw NoLimit(start, double.NaN);
        }
    }

    private double[] End(ReadOnlySpan<double> start, Vector<double> s)
    {
        double[] end = start.ToArray();
        for (int i = 0; i < Features; i++)
        {
            end[i] *= Math.Exp(s[i] / 2);
            end[Features + i] *= Math.Exp(-s[i] / 2);
        }

        return end;
    }

    private static BrinkException NoLimit(ReadOnlySpan<double> start, double misfit)
    {
        int zeros = start.Count(0.0);
        string left = double.IsFinite(misfit) ? $" (a misfit of {misfit:G3} is left)" : string.Empty;
        return new BrinkException(
            $"the flow from this start reaches no interpolating minimum{left}: {zeros} of its {start.Length} parameters are zero and stay so, or the inputs are linearly dependent; start with u and v other than zero");
    }

    private Vector<double> Residual(ReadOnlySpan<double> w)
    {
        Vector<double> coefficients = Vector<double>.Build.Dense(Features);
        for (int i = 0; i < Features; i++)
        {
            coefficients[i] = (w[i] * w[i]) - (w[Features + i] * w[Features + i]);
        }

        return (_inputs * coefficients) - _targets;
    }

    /// <summary>∂f/∂β = Xᵀ(Xβ − y)/N.</summary>
    private Vector<double> Slope(ReadOnlySpan<double> w) => _inputs.LeftMultiply(Residual(w)) / Samples;

    /// <summary>How ∂f/∂β changes as β does with w along v: XᵀX·2(u∘a − v∘b)/N for v = (a, b).</summary>
    private Vector<double> SlopeChange(ReadOnlySpan<double> w, ReadOnlySpan<double> v)
    {
        Vector<double> change = Vector<double>.Build.Dense(Features);
        for (int i = 0; i < Features; i++)
        {
            change[i] = 2 * ((w[i] * v[i]) - (w[Features + i] * v[Features + i]));
        }

        return _inputs.LeftMultiply(_inputs * change) / Samples;
    }
}
