using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// <c>gd</c>: w ← w − ηg with a fixed step; with momentum β, heavy-ball v ← βv + g, w ← w − ηv, or Nesterov in PyTorch's
/// form w ← w − η(g + βv). Its edge of stability is that of <see cref="StabilityThreshold.OfGradientDescent"/>.
/// </summary>
public sealed class GradientDescent : Method
{
    private const string Velocity = "velocity";

    private readonly double _stepSize;
    private readonly double _momentum;
    private readonly double _decay;
    private readonly bool _nesterov;
    private readonly MethodVectors _memory = new();

    /// <summary>Sets up the method.</summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="momentum">β, in [0, 1).</param>
    /// <param name="nesterov">Whether the momentum is Nesterov's.</param>
    /// <param name="weightDecay">Added to the gradient as weightDecay·w; not negative.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    public GradientDescent(double stepSize, double momentum = 0, bool nesterov = false, double weightDecay = 0)
    {
        _stepSize = Require.Positive("eta", stepSize);
        _momentum = Require.FromUpTo("momentum", momentum, 0, 1);
        _decay = Require.AtLeast("weight-decay", weightDecay, 0);
        _nesterov = nesterov && _momentum == 0 ? throw new BrinkException("nesterov needs a momentum above 0") : nesterov;
    }

    /// <inheritdoc/>
    public override string Name => "gd";

    /// <inheritdoc/>
    public override StabilityThreshold? Threshold =>
        StabilityThreshold.OfGradientDescent(_stepSize, _momentum, _nesterov, _decay);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => _memory.State();

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective) =>
        _memory.Restore(state, objective);

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

        if (_momentum != 0)
        {
            Tensor velocity = _memory.Vector(Velocity, objective);
            velocity.MultiplyInPlace(_momentum);
            velocity.AddInPlace(direction);
            direction = _nesterov ? direction.AddScaled(velocity, _momentum) : velocity;
        }

        return (Move(objective, at, direction, _stepSize), new StepReport(_stepSize));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _memory.Dispose();
        base.Dispose(disposing);
    }
}
