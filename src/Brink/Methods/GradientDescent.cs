using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// <c>gd</c>: w ← w − ηg with a fixed step; with momentum β, heavy-ball v ← βv + g, w ← w − ηv, or Nesterov in PyTorch's
/// form w ← w − η(g + βv). Its edge of stability is that of <see cref="StabilityThreshold.OfGradientDescent"/>.
/// </summary>
public sealed class GradientDescent : Method
{
    private readonly double _stepSize;
    private readonly Momentum _momentum;
    private readonly double _decay;
    private readonly bool _nesterov;

    /// <summary>Sets up the method.</summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="momentum">β, in [0, 1).</param>
    /// <param name="nesterov">Whether the momentum is Nesterov's.</param>
    /// <param name="weightDecay">Added to the gradient as weightDecay·w; not negative.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    public GradientDescent(double stepSize, double momentum = 0, bool nesterov = false, double weightDecay = 0)
    {
        _stepSize = Require.Positive("eta", stepSize);
        _momentum = new Momentum(momentum);
        _decay = Require.AtLeast("weight-decay", weightDecay, 0);
        _nesterov = nesterov && _momentum.Factor == 0 ? throw new BrinkException("nesterov needs a momentum above 0") : nesterov;
    }

    /// <inheritdoc/>
    public override string Name => "gd";

    /// <inheritdoc/>
    public override StabilityThreshold? Threshold =>
        StabilityThreshold.OfGradientDescent(_stepSize, _momentum.Factor, _nesterov, _decay);

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
        Tensor direction = at.Gradient();
        if (_decay != 0)
        {
            direction = direction.AddScaled(at.Weights, _decay);
        }

        if (_momentum.Factor != 0)
        {
            Tensor velocity = _momentum.Add(objective, direction);
            direction = _nesterov ? direction.AddScaled(velocity, _momentum.Factor) : velocity;
        }

        return (Move(objective, at, direction, _stepSize), new StepReport(_stepSize));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _momentum.Dispose();
        base.Dispose(disposing);
    }
}
