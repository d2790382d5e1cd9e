using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>
/// <c>rkc</c>: the stabilised explicit Runge–Kutta–Chebyshev method of order two (Sommeijer, Shampine &amp; Verwer 1998). s stages
/// are stable up to h·λ₁ ≈ 0.653 (s² − 1), so a long step costs √(h·λ₁) gradients where a classical method needs h·λ₁. The
/// local error is estimated from both ends of the step and decides h; h and λ₁ decide s.
/// </summary>
/// <remarks>
/// A step of s stages costs s gradients, the one at its end included, with which the next step begins. Stages are carried as
/// distances from the start of the step, so that float32 rounds what moves and not the weights.
/// </remarks>
public sealed class RungeKuttaChebyshev : AdaptiveIntegrator
{
    /// <summary>λ₁ is measured loosely and moves between measurements.</summary>
    private const double RadiusSafety = 1.1;
    private const double RadiusTolerance = 0.05;
    private const int StepsPerRadius = 25;

    private readonly int _mostStages;
    private readonly SpectralRadius _radius = new(StepsPerRadius, RadiusTolerance);
    private ChebyshevScheme? _scheme;

    /// <summary>Sets up the integrator.</summary>
    /// <param name="tolerance">Allowed local error per step, relative to the weights' root mean square; in (0, 1).</param>
    /// <param name="absolute">What is allowed besides, per weight; not negative.</param>
    /// <param name="mostStages">Most stages of a step, at least 2; limits the length of the last steps, where nothing else does.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    public RungeKuttaChebyshev(double tolerance = DefaultTolerance, double absolute = 0, int mostStages = 200)
        : base(tolerance, absolute, new StepController(order: 3, proportional: 2.0 / 3, previous: 1.0 / 3, ratio: 1, safety: 0.8))
    {
        _mostStages = (int)Methods.Require.AtLeast("most stages", mostStages, ChebyshevScheme.FewestStages);
    }

    /// <inheritdoc/>
    public override string Name => "rkc";

    /// <inheritdoc/>
    private protected override double Radius => RadiusSafety * SpectralRadius.Value(Memory);

    /// <inheritdoc/>
    private protected override double LongestStable => ChebyshevScheme.LargestProduct(_mostStages) / Radius;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() =>
        base.State().Concat(_radius.State()).ToDictionary(entry => entry.Key, entry => entry.Value);

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        (IReadOnlyDictionary<string, Tensor> own, IReadOnlyDictionary<string, Tensor> tracker) = SpectralRadius.Split(state);
        base.Restore(own, objective);
        _radius.Restore(tracker);
    }

    /// <inheritdoc/>
    private protected override double FirstStep(Evaluation at) => Radius > 0 ? 1 / Radius : StartingStep(at);

    /// <inheritdoc/>
    private protected override int Prepare(Objective objective, Evaluation at) => _radius.BeforeStep(Memory, objective, at);

    /// <inheritdoc/>
    private protected override int Rejected(Objective objective, Evaluation at) => _radius.AfterRejection(Memory, objective, at);

    /// <inheritdoc/>
    private protected override void Accepted() => SpectralRadius.StepTaken(Memory);

    /// <inheritdoc/>
    private protected override FlowAttempt Try(Objective objective, Evaluation at, double step)
    {
        using var scope = new TensorScope();
        int stages = Math.Min(ChebyshevScheme.StagesFor(step * Radius), _mostStages);
        if (_scheme?.Stages != stages)
        {
            _scheme = new ChebyshevScheme(stages);
        }

        ChebyshevScheme scheme = _scheme;
        Tensor start = at.Gradient();
        Tensor last = start * (-scheme.First * step);
        Tensor beforeLast = last.ZerosLike();
        for (int j = 2; j <= stages; j++)
        {
            using Evaluation stage = Ahead(objective, at, last);
            if (!stage.IsFinite)
            {
                return new FlowAttempt(null, double.NaN, stages, j - 1);
            }

            // Y_j − Y₀; the factors of Y add up to one, so Y₀ itself drops out. F = −∇f.
            beforeLast.MultiplyInPlace(scheme.BeforeLast[j]);
            beforeLast.AddInPlace(last, scheme.Last[j]);
            beforeLast.AddInPlace(stage.Gradient(), -scheme.Slope[j] * step);
            beforeLast.AddInPlace(start, -scheme.StartSlope[j] * step);
            (last, beforeLast) = (beforeLast, last);
        }

        Evaluation next = Ahead(objective, at, last);
        if (!next.IsFinite)
        {
            next.Dispose();
            return new FlowAttempt(null, double.NaN, stages, stages);
        }

        // RKC's estimate, eq. 3.1: (12 (Y_n − Y_{n+1}) + 6h (F_n + F_{n+1})) / 15.
        last.MultiplyInPlace(-0.8);
        last.AddInPlace(start, -0.4 * step);
        last.AddInPlace(next.Gradient(), -0.4 * step);
        return new FlowAttempt(next, Norm.Of(last, at.Weights, next.Weights), stages, stages);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _radius.Dispose();
        base.Dispose(disposing);
    }
}
