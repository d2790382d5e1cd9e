using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>What a central flow is to follow, and how finely.</summary>
public sealed record CentralFlowOptions
{
    /// <summary>η, the step of the gradient descent that is followed, and the time that one step of the flow takes; above 0.</summary>
    public required double StepSize { get; init; }

    /// <summary>
    /// Upper bound of the eigenvalues; above 0. Null for 2/η, the edge of gradient descent. Any other bound gives the
    /// constrained flow: gradient flow projected onto λ₁ ≤ bound, whose Σ is a multiplier and no covariance.
    /// </summary>
    public double? Bound { get; init; }

    /// <summary>Substeps of a step, at least 1: how often curvature and oscillation are computed anew.</summary>
    public int Substeps { get; init; } = 1;

    /// <summary>Eigenvalues above this share of the bound take part, in (0, 1). Those of centralflows: 1.95 of 2.</summary>
    public double Share { get; init; } = 0.95;

    /// <summary>Most eigenvalues that take part, at least 1; k of them cost k(k+1)/2 third derivatives.</summary>
    public int Most { get; init; } = 12;

    /// <summary>Relative residual of the tracked eigenpairs, in (0, 1).</summary>
    public double Tolerance { get; init; } = 1e-3;
}

/// <summary>
/// <c>central-flow</c>: the differential equation that the time average of gradient descent with a fixed step follows at
/// the edge of stability (Cohen, Damian et al., arXiv 2410.24206; math.md §7): ẇ = −∇f(w) − ½∇⟨H(w), Σ⟩ with the least
/// Σ ⪰ 0 on the eigenvectors at the edge that keeps H ⪯ 2/η. Away from the edge it is the gradient flow.
/// </summary>
/// <remarks>
/// One step advances by η, so that the k-th point stands beside gradient descent's k-th iterate. In each substep Σ is held
/// while the classical Runge–Kutta method of order 4 advances w; its stability limit 2.785/λ₁ lies beyond η at the edge, and
/// above it more substeps are taken. The time averages predicted are f + ½⟨H, Σ⟩ for the loss and ‖∇f‖² + ⟨H², Σ⟩ for the
/// squared norm of the gradient.
/// </remarks>
public sealed class CentralFlow : Method
{
    /// <summary>Largest λ₁·dt; the Runge–Kutta method is stable up to 2.785.</summary>
    private const double StableProduct = 2.5;

    private readonly CentralFlowOptions _options;
    private readonly CurvatureBarrier _barrier;

    /// <summary>Sets up the flow.</summary>
    /// <param name="options">What to follow.</param>
    /// <exception cref="BrinkException">An option is out of range.</exception>
    public CentralFlow(CentralFlowOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Require.Positive("eta", options.StepSize);
        double bound = Require.Positive("bound", options.Bound ?? (2 / options.StepSize));
        Require.AtLeast("substeps", options.Substeps, 1);
        Require.Inside("central-share", options.Share, 0, 1);
        Require.AtLeast("central-most", options.Most, 1);
        Require.Inside("central-tolerance", options.Tolerance, 0, 1);
        _barrier = new CurvatureBarrier(bound, options.Share, options.Most, options.Tolerance);
    }

    /// <inheritdoc/>
    public override string Name => "central-flow";

    /// <inheritdoc/>
    /// <remarks>That of the gradient descent it follows; with a bound of one's own there is none.</remarks>
    public override StabilityThreshold? Threshold =>
        _options.Bound is null ? StabilityThreshold.OfGradientDescent(_options.StepSize) : null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => _barrier.Export();

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective) => _barrier.Import(state);

    /// <inheritdoc/>
    protected override (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        Oscillation? first = null;
        Evaluation point = at;
        int products = 0;
        int gradients = 0;
        int third = 0;
        double remaining = _options.StepSize;
        try
        {
            for (int left = _options.Substeps; left > 0; left--)
            {
                using var scope = new TensorScope();
                SpectrumMeasurement spectrum = _barrier.Measure(objective, point);
                double sharpness = spectrum.Largest.Values.FirstOrDefault();
                if (double.IsFinite(sharpness))
                {
                    left = Math.Max(left, (int)Math.Ceiling(remaining * sharpness / StableProduct));
                }

                double duration = remaining / left;
                (Tensor? force, Oscillation oscillation) = _barrier.Force(point, spectrum, duration);
                point.ReleaseCurvature();
                first ??= oscillation;
                products += spectrum.Products;
                third += oscillation.ThirdDerivatives;
                Evaluation next = Advance(objective, point, force, duration);
                if (point != at)
                {
                    point.Dispose();
                }

                point = next;
                gradients += 4;
                remaining -= duration;
            }
        }
        catch when (point != at)
        {
            point.Dispose();
            throw;
        }

        return (point, new StepReport(
            _options.StepSize,
            FunctionEvaluations: gradients,
            GradientEvaluations: gradients,
            HessianVectorProducts: products,
            Oscillation: first! with { ThirdDerivatives = third }));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _barrier.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>One step of the classical Runge–Kutta method for ẇ = −∇f(w) + F with F held.</summary>
    private static Evaluation Advance(Objective objective, Evaluation at, Tensor? force, double duration)
    {
        using var scope = new TensorScope();
        Tensor Velocity(Evaluation point) => force is null ? -point.Gradient() : force - point.Gradient();
        Tensor Ahead(Tensor velocity, double time)
        {
            using Evaluation stage = objective.Evaluate(at.Weights.AddScaled(velocity, time).Unscoped(), Wanted.ValueAndGradient);
            return Velocity(stage);
        }

        Tensor first = Velocity(at);
        Tensor second = Ahead(first, duration / 2);
        Tensor third = Ahead(second, duration / 2);
        Tensor fourth = Ahead(third, duration);
        Tensor sum = first + fourth;
        sum.AddInPlace(second, 2);
        sum.AddInPlace(third, 2);
        return objective.Evaluate(at.Weights.AddScaled(sum, duration / 6).Unscoped(), Wanted.ValueAndGradient);
    }
}
