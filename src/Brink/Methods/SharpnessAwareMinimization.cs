using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// <c>sam</c>: the gradient is taken at w + ρg/‖g‖: d = ∇f(w + ρg/‖g‖) + decay·w, v ← βv + d (v starts as the first d),
/// w ← w − ηv (math.md §2).
/// </summary>
public sealed class SharpnessAwareMinimization : Method
{
    private readonly double _stepSize;
    private readonly double _radius;
    private readonly Momentum _momentum;
    private readonly double _decay;

    /// <summary>Sets up the method.</summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="radius">ρ, positive.</param>
    /// <param name="momentum">β, in [0, 1).</param>
    /// <param name="weightDecay">Decay, not negative.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    public SharpnessAwareMinimization(double stepSize, double radius = 0.05, double momentum = 0.9, double weightDecay = 1e-4)
    {
        _stepSize = Require.Positive("eta", stepSize);
        _radius = Require.Positive("rho", radius);
        _momentum = new Momentum(momentum);
        _decay = Require.AtLeast("weight-decay", weightDecay, 0);
    }

    /// <inheritdoc/>
    public override string Name => "sam";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => _momentum.State();

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective) =>
        _momentum.Restore(state, objective);

    /// <inheritdoc/>
    protected override (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        Tensor gradient = at.Gradient();
        double norm = gradient.Norm();
        double factor = norm > 0 ? _radius / norm : 0;
        using Evaluation perturbed = objective.Evaluate(
            at.Weights.AddScaled(gradient, factor).Unscoped(), Wanted.ValueAndGradient);
        Tensor velocity = _momentum.Add(objective, perturbed.Gradient().AddScaled(at.Weights, _decay));
        return (
            Move(objective, at, velocity, _stepSize),
            new StepReport(_stepSize, FunctionEvaluations: 2, GradientEvaluations: 2));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _momentum.Dispose();
        base.Dispose(disposing);
    }
}
