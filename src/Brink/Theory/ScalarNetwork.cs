namespace Brink.Theory;

/// <summary>
/// The scalar linear network f(w) = ½(w₁w₂⋯w_D − y)² of depth D (Kreisler et al., arXiv 2305.13064). Its gradient flow keeps every
/// w_i² − w_j², which gives its limit up to one number.
/// </summary>
public sealed class ScalarNetwork : TheoryModel
{
    private const int MostNewtonSteps = 200;

    /// <summary>Makes the network.</summary>
    /// <param name="depth">D, at least 1.</param>
    /// <param name="target">y, positive.</param>
    /// <exception cref="BrinkException">A number out of range.</exception>
    public ScalarNetwork(int depth, double target = 1)
    {
        Dimension = depth >= 1 ? depth : throw new BrinkException($"depth is {depth}; it must be at least 1");
        Target = target > 0 && double.IsFinite(target) ? target : throw new BrinkException($"target is {target}; it must be positive");
    }

    /// <inheritdoc/>
    public override int Dimension { get; }

    /// <inheritdoc/>
    public override int Samples => 1;

    /// <summary>y.</summary>
    public double Target { get; }

    /// <summary>The smallest sharpness of any minimum, D·y^(2 − 2/D), where all |wᵢ| are equal.</summary>
    public double FlattestSharpness => Dimension * Math.Pow(Target, 2 - (2.0 / Dimension));

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> w)
    {
        double residual = Product(w) - Target;
        return 0.5 * residual * residual;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> w, Span<double> gradient)
    {
        double residual = Product(w) - Target;
        Jet[] partial = Partials(w, [], []);
        for (int k = 0; k < w.Length; k++)
        {
            gradient[k] = residual * partial[k].Value;
        }
    }

    /// <inheritdoc/>
    public override void HessianVectorProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product)
    {
        double residual = Product(w) - Target;
        Jet[] partial = Partials(w, v, []);
        double slope = Slope(partial, v);
        for (int k = 0; k < w.Length; k++)
        {
            product[k] = (slope * partial[k].Value) + (residual * partial[k].First);
        }
    }

    /// <inheritdoc/>
    public override void GaussNewtonProduct(ReadOnlySpan<double> w, ReadOnlySpan<double> v, Span<double> product)
    {
        Jet[] partial = Partials(w, [], []);
        double slope = Slope(partial, v);
        for (int k = 0; k < w.Length; k++)
        {
            product[k] = slope * partial[k].Value;
        }
    }

    /// <inheritdoc/>
    public override void ThirdDerivative(
        ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v, Span<double> derivative)
    {
        double residual = Product(w) - Target;
        Jet[] partial = Partials(w, u, v);
        double slopeU = Slope(partial, u);
        double slopeV = Slope(partial, v);
        double bend = 0;
        for (int k = 0; k < w.Length; k++)
        {
            bend += partial[k].First * v[k];
        }

        for (int k = 0; k < w.Length; k++)
        {
            derivative[k] = (slopeU * partial[k].Second) + (slopeV * partial[k].First) + (bend * partial[k].Value)
                + (residual * partial[k].Mixed);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// With dᵢ = wᵢ² − min w², the limit has w*ᵢ² = x + dᵢ where x &gt; 0 solves ∏(x + dᵢ) = y². In τ = log x the logarithm of the
    /// left side is convex and increasing, so Newton's method from x = y^(2/D), where it is at least 2·log y, falls to the
    /// solution without fail. Signs stay, but for the smallest parameter where ∏w ≤ 0: it crosses zero. Where the smallest |wᵢ|
    /// is shared and ∏w ≤ 0 the flow ends in a saddle.
    /// </remarks>
    public override double[] FlowLimit(ReadOnlySpan<double> start)
    {
        CheckStart(start);
        double least = double.PositiveInfinity;
        int smallest = 0;
        int shared = 0;
        for (int k = 0; k < start.Length; k++)
        {
            double size = Math.Abs(start[k]);
            shared = size < least ? 1 : shared + (size == least ? 1 : 0);
            if (size < least)
            {
                (least, smallest) = (size, k);
            }
        }

        bool negative = false;
        foreach (double number in start)
        {
            negative ^= number < 0;
        }

        if ((negative || least == 0) && shared > 1)
        {
            throw new BrinkException(
                $"the flow from ({string.Join(", ", start.ToArray())}) ends in a saddle: its product is not positive and the smallest size, {least}, is that of {shared} parameters, which reach zero together; start where the product is positive");
        }

        double[] excess = new double[start.Length];
        for (int k = 0; k < start.Length; k++)
        {
            // (a − b)(a + b) keeps the digits that a² − b² loses where both are large.
            double size = Math.Abs(start[k]);
            excess[k] = (size - least) * (size + least);
        }

        double x = SmallestSquare(excess);
        double[] limit = new double[start.Length];
        bool othersNegative = negative ^ (start[smallest] < 0);
        for (int k = 0; k < limit.Length; k++)
        {
            bool below = k == smallest ? othersNegative : start[k] < 0;
            limit[k] = (below ? -1 : 1) * Math.Sqrt(x + excess[k]);
        }

        return limit;
    }

    /// <inheritdoc/>
    /// <remarks>At a minimum H = aaᵀ with aᵢ = y/w*ᵢ, so φ = Σ y²/w*ᵢ².</remarks>
    public override double FlowLimitSharpness(ReadOnlySpan<double> start)
    {
        double sum = 0;
        foreach (double weight in FlowLimit(start))
        {
            sum += Target / weight * (Target / weight);
        }

        return sum;
    }

    private double SmallestSquare(double[] excess)
    {
        double goal = 2 * Math.Log(Target);
        double tau = goal / excess.Length;
        for (int step = 0; step < MostNewtonSteps; step++)
        {
            double x = Math.Exp(tau);
            double value = -goal;
            double slope = 0;
            foreach (double d in excess)
            {
                value += Math.Log(x + d);
                slope += x / (x + d);
            }

            double next = tau - (value / slope);
            if (!(Math.Abs(next - tau) > 1e-15 * Math.Max(1, Math.Abs(tau))))
            {
                return Math.Exp(next);
            }

            tau = next;
        }

        // Rounding keeps the last digit moving; the solution is as good as it gets.
        return Math.Exp(tau);
    }

    private static double Product(ReadOnlySpan<double> w)
    {
        double product = 1;
        foreach (double factor in w)
        {
            product *= factor;
        }

        return product;
    }

    private static double Slope(Jet[] partial, ReadOnlySpan<double> direction)
    {
        double sum = 0;
        for (int k = 0; k < partial.Length; k++)
        {
            sum += partial[k].Value * direction[k];
        }

        return sum;
    }

    /// <summary>
    /// Products of all factors but one, ∂p/∂w_k, with their derivatives along u and v: each is the product of the jets before it
    /// and after it, so that no factor is divided by and zeros do no harm.
    /// </summary>
    private static Jet[] Partials(ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v)
    {
        var result = new Jet[w.Length];
        var before = new Jet(1, 0, 0, 0);
        for (int k = 0; k < w.Length; k++)
        {
            result[k] = before;
            before *= Factor(w, u, v, k);
        }

        var after = new Jet(1, 0, 0, 0);
        for (int k = w.Length - 1; k >= 0; k--)
        {
            result[k] *= after;
            after *= Factor(w, u, v, k);
        }

        return result;
    }

    private static Jet Factor(ReadOnlySpan<double> w, ReadOnlySpan<double> u, ReadOnlySpan<double> v, int k) =>
        new(w[k], u.IsEmpty ? 0 : u[k], v.IsEmpty ? 0 : v[k], 0);

    /// <summary>A number with its derivatives along u, along v, and along both: a + bε + cδ + dεδ with ε² = δ² = 0.</summary>
    private readonly record struct Jet(double Value, double First, double Second, double Mixed)
    {
        public static Jet operator *(Jet a, Jet b) => new(
            a.Value * b.Value,
            (a.Value * b.First) + (a.First * b.Value),
            (a.Value * b.Second) + (a.Second * b.Value),
            (a.Value * b.Mixed) + (a.Mixed * b.Value) + (a.First * b.Second) + (a.Second * b.First));
    }
}
