namespace Brink.Theory;

/// <summary>One iterate of projected gradient descent on the minimalist example.</summary>
/// <param name="Iteration">k.</param>
/// <param name="Alpha">α.</param>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Loss">L.</param>
/// <param name="LossOscillating">L₁.</param>
/// <param name="LossConverging">L₂.</param>
/// <param name="Sharpness">S, the largest eigenvalue of the Hessian.</param>
/// <param name="GfsSharpness">φ, the sharpness at the end of the gradient flow from here; null where that is a saddle.</param>
public readonly record struct MinimalistPoint(
    int Iteration, double Alpha, double Beta1, double Beta2, double Loss, double LossOscillating, double LossConverging,
    double Sharpness, double? GfsSharpness)
{
    /// <summary>(α, β₁, β₂).</summary>
    public double[] Weights => [Alpha, Beta1, Beta2];

    /// <summary>Whether everything here is a finite number.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(Sharpness);
}

/// <summary>
/// Projected gradient descent on the minimalist example: w ← w − η∇L(w), after which |β₁| is kept at ε or above. Without that β₁
/// underflows while the point is stable, and the edge is never felt.
/// </summary>
public sealed class MinimalistDescent
{
    /// <summary>Sets the descent.</summary>
    /// <param name="model">L.</param>
    /// <param name="stepSize">η, 0 or above; at 0 nothing moves but the projection.</param>
    /// <param name="floor">ε, 0 or above; 0 for no projection.</param>
    /// <exception cref="BrinkException">A number out of range.</exception>
    public MinimalistDescent(Minimalist model, double stepSize, double floor)
    {
        Model = model;
        StepSize = stepSize >= 0 && double.IsFinite(stepSize)
            ? stepSize : throw new BrinkException($"eta is {stepSize}; it must be 0 or above and finite");
        Floor = floor >= 0 && double.IsFinite(floor)
            ? floor : throw new BrinkException($"epsilon is {floor}; it must be 0 or above and finite");
    }

    /// <summary>L.</summary>
    public Minimalist Model { get; }

    /// <summary>η.</summary>
    public double StepSize { get; }

    /// <summary>ε.</summary>
    public double Floor { get; }

    /// <summary>Where L₂ stops falling because of the projection, about 2ε⁴/(η²λ₂).</summary>
    public double ConvergingFloor => 2 * Math.Pow(Floor, 4) / (StepSize * StepSize * Model.Lambda2);

    /// <summary>Takes one step in place.</summary>
    /// <param name="w">(α, β₁, β₂).</param>
    public void Step(Span<double> w)
    {
        Span<double> gradient = stackalloc double[3];
        Model.Gradient(w, gradient);
        for (int i = 0; i < 3; i++)
        {
            w[i] -= StepSize * gradient[i];
        }

        if (Math.Abs(w[1]) < Floor)
        {
            w[1] = Math.CopySign(Floor, w[1]);
        }
    }

    /// <summary>Runs the descent.</summary>
    /// <param name="start">(α, β₁, β₂) at iteration 0.</param>
    /// <param name="iterations">Steps to take, 0 or above.</param>
    /// <returns>iterations + 1 points; fewer where one is not finite, which is then the last.</returns>
    /// <exception cref="BrinkException">The start holds what is no number, or iterations is negative.</exception>
    public IEnumerable<MinimalistPoint> Run(double[] start, int iterations)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (iterations < 0)
        {
            throw new BrinkException($"iterations is {iterations}; it must be 0 or above");
        }

        if (start.Length != 3 || !start.All(double.IsFinite))
        {
            throw new BrinkException($"the start is ({string.Join(", ", start)}); three finite numbers α, β₁, β₂ are needed");
        }

        return Iterate([.. start], iterations);
    }

    /// <summary>Measures a point.</summary>
    /// <param name="iteration">k.</param>
    /// <param name="w">(α, β₁, β₂).</param>
    public MinimalistPoint Measure(int iteration, ReadOnlySpan<double> w)
    {
        double oscillating = Model.Oscillating(w);
        double converging = Model.Converging(w);
        bool saddle = !double.IsFinite(Minimalist.Conserved(w)) || !double.IsFinite(w[0]) || (Model.Lambda2 > 0 && ((w[0] == 0 && w[2] == 0) || (w[1] == 0 && w[0] == -w[2])));
        return new MinimalistPoint(
            iteration, w[0], w[1], w[2], oscillating + converging, oscillating, converging,
            Model.Sharpness(w), saddle ? null : Model.FlowLimitSharpness(w));
    }

    private IEnumerable<MinimalistPoint> Iterate(double[] w, int iterations)
    {
        for (int k = 0; ; k++)
        {
            MinimalistPoint point = Measure(k, w);
            yield return point;
            if (k == iterations || !point.IsFinite)
            {
                yield break;
            }

            Step(w);
        }
    }
}
