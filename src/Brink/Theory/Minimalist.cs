namespace Brink.Theory;

/// <summary>
/// The minimalist example of the edge of stability (Liu et al., arXiv 2503.02809): a linear network of two layers and width one on
/// inputs of two dimensions, one relevant and one not, L(α, β₁, β₂) = ½λ₁α²β₁² + ½λ₂(αβ₂ − 1)² = L₁ + L₂. L₁ oscillates, L₂
/// converges. Parameters in the order α, β₁, β₂.
/// </summary>
public sealed class Minimalist : TheoryModel
{
    /// <summary>Makes the model.</summary>
    /// <param name="lambda1">λ₁, the second moment of the irrelevant input; positive.</param>
    /// <param name="lambda2">λ₂, that of the relevant input; 0 or above. At 0 there is nothing to learn and L = L₁.</param>
    /// <exception cref="BrinkException">A number out of range.</exception>
    public Minimalist(double lambda1, double lambda2)
    {
        Lambda1 = lambda1 > 0 && double.IsFinite(lambda1)
            ? lambda1 : throw new BrinkException($"lambda1 is {lambda1}; it must be positive and finite");
        Lambda2 = lambda2 >= 0 && double.IsFinite(lambda2)
            ? lambda2 : throw new BrinkException($"lambda2 is {lambda2}; it must be 0 or above and finite");
    }

    /// <summary>λ₁.</summary>
    public double Lambda1 { get; }

    /// <summary>λ₂.</summary>
    public double Lambda2 { get; }

    /// <inheritdoc/>
    public override int Dimension => 3;

    /// <inheritdoc/>
    public override int Samples => 1;

    /// <summary>L₁ = ½λ₁α²β₁², the part that oscillates.</summary>
    /// <param name="w">(α, β₁, β₂).</param>
    public double Oscillating(ReadOnlySpan<double> w) => 0.5 * Lambda1 * (w[0] * w[1]) * (w[0] * w[1]);

    /// <summary>L₂ = ½λ₂(αβ₂ − 1)², the part that converges.</summary>
    /// <param name="w">(α, β₁, β₂).</param>
    public double Converging(ReadOnlySpan<double> w) => 0.5 * Lambda2 * ((w[0] * w[2]) - 1) * ((w[0] * w[2]) - 1);

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> w) => Oscillating(w) + Converging(w);

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> w, Span<double> gradient)
    {
        double residual = Lambda2 * ((w[0] * w[2]) - 1);
        double oscillation = Lambda1 * w[0] * w[1];
        gradient[0] = (oscillation * w[1]) + (residual * w[2]);
        gradient[1] = oscillation * w[0];
        gradient[2] = residual * w[0];
    }

    /// <inheritdoc/>
    public override void HessianVectorProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product)
    {
        Arrowhead h = Curvature(w);
        product[0] = (h.Corner * v[0]) + (h.First * v[1]) + (h.Second * v[2]);
        product[1] = (h.First * v[0]) + (h.FirstDiagonal * v[1]);
        product[2] = (h.Second * v[0]) + (h.SecondDiagonal * v[2]);
    }

    /// <inheritdoc/>
    /// <remarks>The residuals are αβ₁ and αβ₂ − 1.</remarks>
    public override void GaussNewtonProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product)
    {
        double first = Lambda1 * ((w[1] * v[0]) + (w[0] * v[1]));
        double second = Lambda2 * ((w[2] * v[0]) + (w[0] * v[2]));
        product[0] = (first * w[1]) + (second * w[2]);
        product[1] = first * w[0];
        product[2] = second * w[0];
    }

    /// <inheritdoc/>
    public override void ThirdDerivative(
        ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v, Span<double> derivative)
    {
        // L₁ and L₂'s fourth-degree parts are ½λx²y²: ∂³ = 2λx (x,y,y) and 2λy (x,x,y). L₂ has −λ₂αβ₂ besides, which is of degree two.
        double crossFirst = (u[0] * v[1]) + (u[1] * v[0]);
        double crossSecond = (u[0] * v[2]) + (u[2] * v[0]);
        derivative[0] = 2 * ((Lambda1 * ((w[0] * u[1] * v[1]) + (w[1] * crossFirst)))
            + (Lambda2 * ((w[0] * u[2] * v[2]) + (w[2] * crossSecond))));
        derivative[1] = 2 * Lambda1 * ((w[1] * u[0] * v[0]) + (w[0] * crossFirst));
        derivative[2] = 2 * Lambda2 * ((w[2] * u[0] * v[0]) + (w[0] * crossSecond));
    }

    /// <summary>The Hessian: an arrowhead, since β₁ and β₂ do not meet.</summary>
    /// <param name="w">(α, β₁, β₂).</param>
    /// <returns>Its five numbers.</returns>
    public Arrowhead Curvature(ReadOnlySpan<double> w) => new(
        (Lambda1 * w[1] * w[1]) + (Lambda2 * w[2] * w[2]),
        2 * Lambda1 * w[0] * w[1],
        Lambda2 * ((2 * w[0] * w[2]) - 1),
        Lambda1 * w[0] * w[0],
        Lambda2 * w[0] * w[0]);

    /// <inheritdoc/>
    public override double Sharpness(ReadOnlySpan<double> w) => Curvature(w).LargestEigenvalue();

    /// <summary>c = α² − β₁² − β₂², which the gradient flow keeps.</summary>
    /// <param name="w">(α, β₁, β₂).</param>
    public static double Conserved(ReadOnlySpan<double> w)
    {
        double norm = Math.Sqrt((w[1] * w[1]) + (w[2] * w[2]));
        return (w[0] - norm) * (w[0] + norm);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The minima are β₁ = 0, αβ₂ = 1, and c fixes α*² = (c + √(c² + 4))/2. The quadrants αβ₂ &gt; 0 are never left, which fixes the
    /// sign; with β₁ = 0 the sign of α + β₂ is kept and fixes it where αβ₂ ≤ 0. Elsewhere it is not known in closed form.
    /// With λ₂ = 0 the larger of |α| and |β₁| survives and β₂ stays.
    /// </remarks>
    public override double[] FlowLimit(ReadOnlySpan<double> start)
    {
        CheckStart(start);
        if (Lambda2 == 0)
        {
            double left = (Math.Abs(start[0]) - Math.Abs(start[1])) * (Math.Abs(start[0]) + Math.Abs(start[1]));
            double size = Math.Sqrt(Math.Abs(left));
            return left >= 0
                ? [Math.CopySign(size, start[0]), 0, start[2]]
                : [0, Math.CopySign(size, start[1]), start[2]];
        }

        double towards = start[0] + start[2];
        if (IsDrawnToSaddle(start))
        {
            throw new BrinkException(
                $"the flow from ({start[0]}, {start[1]}, {start[2]}) ends in a saddle (α = β₂ = 0); start with α + β₂ other than 0");
        }

        if (Math.Sign(start[0]) * Math.Sign(start[2]) < 0 && start[1] != 0)
        {
            throw new BrinkException(
                $"which of the two minima the flow from ({start[0]}, {start[1]}, {start[2]}) reaches is not known in closed form; start with αβ₂ ≥ 0, or with β₁ = 0 (the sharpness there is known: both have the same)");
        }

        double alpha = Math.CopySign(Math.Sqrt(SolutionSquare(Conserved(start))), towards);
        return [alpha, 0, 1 / alpha];
    }

    /// <inheritdoc/>
    /// <remarks>
    /// φ = max(λ₁α*², λ₂(α*² + 1/α*²)): at a minimum the Hessian falls into the block of β₁ and that of (α, β₂), which has rank one.
    /// Both minima that share c have the same φ. A start that the flow draws to a saddle with β₁ ≠ 0 (a set of measure zero in αβ₂ &lt; 0)
    /// cannot be told from its neighbours, and gets their φ.
    /// </remarks>
    public override double FlowLimitSharpness(ReadOnlySpan<double> start)
    {
        CheckStart(start);
        if (Lambda2 == 0)
        {
            double[] limit = FlowLimit(start);
            return Lambda1 * Math.Max(limit[0] * limit[0], limit[1] * limit[1]);
        }

        if (IsDrawnToSaddle(start))
        {
            FlowLimit(start); // says why not
        }

        double square = SolutionSquare(Conserved(start));
        return Math.Max(Lambda1 * square, Lambda2 * (square + (1 / square)));
    }

    private static bool IsDrawnToSaddle(ReadOnlySpan<double> start) =>
        (start[0] == 0 && start[2] == 0) || (start[1] == 0 && start[0] == -start[2]);

    private static double SolutionSquare(double c)
    {
        if (!double.IsFinite(c))
        {
            throw new BrinkException("the squares of the start overflow; its numbers must be below 1e154 in size");
        }

        // (c + √(c² + 4))/2 where nothing cancels; hypot does not overflow where c² does.
        double root = double.Hypot(c, 2);
        return c >= 0 ? (c + root) / 2 : 2 / (root - c);
    }
}
