
namespace Brink.Theory;

/// <summary>One iterate of gradient descent on a scalar network.</summary>
/// <param name="Iteration">k.</param>
/// <param name="Weights">w.</param>
/// <param name="Loss">f(w).</param>
/// <param name="Sharpness">λ₁(∇²f(w)).</param>
/// <param name="GfsSharpness">φ(w), in closed form; null where the flow from w ends in a saddle or w is not finite.</param>
public sealed record ScalarPoint(int Iteration, double[] Weights, double Loss, double Sharpness, double? GfsSharpness)
{
    /// <summary>Whether everything here is a finite number.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(Sharpness);
}

/// <summary>
/// Gradient descent on a scalar network under the theorem of Kreisler et al. (arXiv 2305.13064): from a start in the positive orthant with φ₀η in (2, 2√2)
/// the sharpness φ at the end of the gradient flow falls at every step, and gradient descent ends at the edge.
/// </summary>
public sealed class ScalarDescent
{
    /// <summary>Sets the descent.</summary>
    /// <param name="network">f; the theorem is stated for y = 1.</param>
    /// <param name="stepSize">η, 0 or above.</param>
    /// <exception cref="BrinkException">η is out of range.</exception>
    public ScalarDescent(ScalarNetwork network, double stepSize)
    {
        Network = network;
        StepSize = stepSize >= 0 && double.IsFinite(stepSize)
            ? stepSize : throw new BrinkException($"eta is {stepSize}; it must be 0 or above and finite");
    }

    /// <summary>f.</summary>
    public ScalarNetwork Network { get; }

    /// <summary>η.</summary>
    public double StepSize { get; }

    /// <summary>Runs it.</summary>
    /// <param name="start">w₀.</param>
    /// <param name="iterations">Steps to take, 0 or above.</param>
    /// <returns>iterations + 1 points; fewer where one is not finite, which is then the last.</returns>
    /// <exception cref="BrinkException">The start is no vector of the network, or iterations is negative.</exception>
    public IEnumerable<ScalarPoint> Run(double[] start, int iterations)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (iterations < 0)
        {
            throw new BrinkException($"iterations is {iterations}; it must be 0 or above");
        }

        if (start.Length != Network.Dimension || !start.All(double.IsFinite))
        {
            throw new BrinkException($"the start is ({string.Join(", ", start)}); {Network.Dimension} finite numbers are needed");
        }

        return Iterate([.. start], iterations);
    }

    /// <summary>
    /// How far the computed φ may lie from the true one, and so how far two computed values may seem to rise where the true ones do not: a bound from the
    /// arithmetic, to first order in u = 2⁻⁵³, of the step and the closed form together.
    /// </summary>
    /// <param name="before">w_k.</param>
    /// <param name="after">w_{k+1}, computed.</param>
    /// <param name="limit">The closed form's w* at w_{k+1}.</param>
    /// <remarks>
    /// The closed form solves Σ log(x + dᵢ) = 2·log y with φ = y²Σ1/(x + dᵢ). A change δᵢ of dᵢ changes x by −Σqᵢδᵢ/Σqᵢ, qᵢ = 1/w*ᵢ², and φ by at most
    /// y²·Σqᵢ²·2·max|δ|. Each dᵢ = (|wᵢ| − m)(|wᵢ| + m) is computed to 3u relative. The computed step is off in wᵢ by at most (D + 3)u of its length, by D·u·|p| of
    /// the product p in its residual p − y, which η|p/wᵢ| multiplies, and by u(|wᵢ| + |wᵢ⁺|) of the subtraction; that moves dᵢ by 2|wᵢ| times as much, and the minimum's by as much again.
    /// The Newton iteration in log x stops at a step of 1e-15·max(1, |log x|) = 9u·max(1, |log x|), the exponential adds u(1 + |log x|), and rounding of the D
    /// logarithms and of their sum, u·D(Σ|log(x + dᵢ)| + 2), hides what is left, divided by the slope Σx/(x + dᵢ). The sum for φ adds (D + 4)u relative.
    /// </remarks>
    /// <returns>The bound, for φ at both points together.</returns>
    public double RisingTolerance(ReadOnlySpan<double> before, ReadOnlySpan<double> after, ReadOnlySpan<double> limit)
    {
        const double Unit = 1.1102230246251565e-16;
        int count = after.Length;
        double y = Network.Target;
        double squares = 0;
        double sum = 0;
        double logs = 0;
        double smallest = double.PositiveInfinity;
        double change = 0;
        double product = 1;
        foreach (double weight in before)
        {
            product *= weight;
        }

        for (int i = 0; i < count; i++)
        {
            double square = limit[i] * limit[i];
            sum += 1 / square;
            squares += 1 / square / square;
            logs += Math.Abs(Math.Log(square));
            smallest = Math.Min(smallest, square);
            double moved = Math.Abs(after[i] - before[i]);
            double residual = StepSize * count * Math.Abs(product / before[i] * product);
            double error = (((count + 3) * moved) + residual + Math.Abs(after[i]) + Math.Abs(before[i])) * Unit;
            change = Math.Max(change, (4 * Math.Abs(after[i]) * error) + (3 * Unit * square));
        }

        // The slope Σx/(x + dᵢ) is smallest·sum.
        double root = smallest * Unit * ((10 * (1 + Math.Abs(Math.Log(smallest)))) + (count * (logs + 2) / (smallest * sum)));
        double one = y * y * ((squares * ((2 * change) + root)) + ((count + 4) * Unit * sum));
        return 2 * one;
    }

    private IEnumerable<ScalarPoint> Iterate(double[] w, int iterations)
    {
        double[] gradient = new double[w.Length];
        for (int k = 0; ; k++)
        {
            bool finite = w.All(double.IsFinite);
            double loss = Network.Value(w);
            var point = new ScalarPoint(k, [.. w], loss, Network.Sharpness(w), finite ? Solution(w) : null);
            yield return point;
            if (k == iterations || !point.IsFinite)
            {
                yield break;
            }

            Network.Gradient(w, gradient);
            for (int i = 0; i < w.Length; i++)
            {
                w[i] -= StepSize * gradient[i];
            }
        }
    }

    private double? Solution(double[] w)
    {
        try
        {
            double phi = Network.FlowLimitSharpness(w);
            return double.IsFinite(phi) ? phi : null;
        }
        catch (BrinkException)
        {
            return null;
        }
    }
}
