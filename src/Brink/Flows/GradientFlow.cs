using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary><c>flow</c>: the gradient flow ẇ = −∇f(w), one step of an integrator (or one interval of time) an iteration.</summary>
public sealed class GradientFlow : FlowMethod
{
    private const string IntegratorPrefix = "integrator.";

    private readonly FlowIntegrator _integrator;

    /// <summary>Sets up the flow.</summary>
    /// <param name="integrator">Advances it; disposed with it.</param>
    /// <param name="interval">Time between two iterations; null for every step of the integrator.</param>
    /// <param name="untilTime">The time not to go beyond; null for none.</param>
    /// <param name="compareStep">η of the gradient descent beside the flow; null for none.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    public GradientFlow(FlowIntegrator integrator, double? interval = null, double? untilTime = null, double? compareStep = null)
        : base(interval, untilTime, compareStep) => _integrator = integrator;

    /// <inheritdoc/>
    public override string Name => "flow";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>(base.State());
        foreach ((string name, Tensor value) in _integrator.State())
        {
            state[IntegratorPrefix + name] = value;
        }

        return state;
    }

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        base.Restore(state, objective);
        _integrator.Restore(
            state.Where(entry => entry.Key.StartsWith(IntegratorPrefix))
                .ToDictionary(entry => entry.Key[IntegratorPrefix.Length..], entry => entry.Value),
            objective);
    }

    /// <inheritdoc/>
    protected override (Evaluation Next, FlowStep Report) Advance(Objective objective, Evaluation at, double longest) =>
        _integrator.Step(objective, at, longest);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _integrator.Dispose();
        base.Dispose(disposing);
    }
}
