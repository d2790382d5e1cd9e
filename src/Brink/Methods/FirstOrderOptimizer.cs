using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// The library optimisers that the field compares with, with fixed steps in PyTorch's form; on random batches under a
/// <see cref="StochasticMethod"/>.
/// </summary>
public abstract class FirstOrderOptimizer : Method
{
    /// <summary>Sets up the optimiser.</summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="weightDecay">Added to the gradient as weightDecay·w; not negative.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    protected FirstOrderOptimizer(double stepSize, double weightDecay)
    {
        StepSize = Require.Positive("eta", stepSize);
        WeightDecay = Require.AtLeast("weight-decay", weightDecay, 0);
    }

    /// <summary>d, which adds d·w to the gradient.</summary>
    public double WeightDecay { get; }

    /// <summary>η.</summary>
    protected double StepSize { get; }

    /// <summary>What the optimiser remembers.</summary>
    private protected MethodVectors Memory { get; } = new();

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => Memory.State();

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective) => Memory.Restore(state, objective);

    /// <summary>The direction of the step, from the gradient.</summary>
    /// <param name="objective">What is minimised.</param>
    /// <param name="gradient">The gradient, weight decay included; may be overwritten.</param>
    /// <returns>d in w ← w − ηd.</returns>
    protected abstract Tensor Direction(Objective objective, Tensor gradient);

    /// <inheritdoc/>
    protected sealed override (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        Tensor gradient = at.Gradient().Clone();
        if (WeightDecay != 0)
        {
            gradient.AddInPlace(at.Weights, WeightDecay);
        }

        return (Move(objective, at, Direction(objective, gradient), StepSize), new StepReport(StepSize));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Memory.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary><c>sgd</c>: v ← βv + (1 − dampening)·g (v starts as the first g), w ← w − ηv; Nesterov w ← w − η(g + βv).</summary>
public sealed class StochasticGradientDescent : FirstOrderOptimizer
{
    private readonly double _momentum;
    private readonly double _dampening;
    private readonly bool _nesterov;

    /// <summary>Sets up the optimiser.</summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="momentum">β, in [0, 1).</param>
    /// <param name="dampening">In [0, 1].</param>
    /// <param name="nesterov">Whether the momentum is Nesterov's.</param>
    /// <param name="weightDecay">Not negative.</param>
    public StochasticGradientDescent(
        double stepSize, double momentum = 0, double dampening = 0, bool nesterov = false, double weightDecay = 0)
        : base(stepSize, weightDecay)
    {
        _momentum = Require.FromUpTo("momentum", momentum, 0, 1);
        _dampening = Require.Between("dampening", dampening, 0, 1);
        _nesterov = nesterov && (_momentum == 0 || _dampening != 0)
            ? throw new BrinkException("nesterov needs a momentum above 0 and no dampening")
            : nesterov;
    }

    /// <inheritdoc/>
    public override string Name => "sgd";

    /// <inheritdoc/>
    public override StabilityThreshold? Threshold =>
        StabilityThreshold.OfGradientDescent(StepSize, _momentum, _nesterov, WeightDecay, _dampening);

    /// <inheritdoc/>
    protected override Tensor Direction(Objective objective, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (_momentum == 0)
        {
            return gradient;
        }

        Tensor velocity = Memory.Vector("velocity", objective);
        double before = Memory.Number("steps");
        Memory.Set("steps", before + 1);
        velocity.MultiplyInPlace(_momentum);
        velocity.AddInPlace(gradient, before == 0 ? 1 : 1 - _dampening);
        return _nesterov ? gradient.AddScaled(velocity, _momentum) : velocity;
    }
}

/// <summary><c>rmsprop</c>: s ← αs + (1 − α)g², d = g / (√s + ε).</summary>
public sealed class RmsProp : FirstOrderOptimizer, IPreconditioned
{
    private readonly double _smoothing;
    private readonly double _epsilon;

    /// <summary>Sets up the optimiser.</summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="smoothing">α, in [0, 1).</param>
    /// <param name="epsilon">ε, positive.</param>
    /// <param name="weightDecay">Not negative.</param>
    public RmsProp(double stepSize, double smoothing = 0.99, double epsilon = 1e-8, double weightDecay = 0)
        : base(stepSize, weightDecay)
    {
        _smoothing = Require.FromUpTo("alpha", smoothing, 0, 1);
        _epsilon = Require.Positive("epsilon", epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "rmsprop";

    /// <inheritdoc/>
    public override StabilityThreshold? Threshold => StabilityThreshold.OfPreconditioned(StepSize);

    /// <summary>P = diag(√s + ε).</summary>
    /// <returns>Its diagonal; null before the first step.</returns>
    public Tensor? Preconditioner() => Memory.Known("squares") is { } squares ? squares.SquareRoot() + _epsilon : null;

    /// <inheritdoc/>
    protected override Tensor Direction(Objective objective, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        Tensor squares = Memory.Vector("squares", objective);
        squares.MultiplyInPlace(_smoothing);
        squares.AddProductInPlace(gradient, gradient, 1 - _smoothing);
        return gradient / (squares.SquareRoot() + _epsilon);
    }
}

/// <summary><c>adam</c>: m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², d = m̂ / (√ŝ + ε), both corrected for their start at zero.</summary>
public sealed class Adam : FirstOrderOptimizer, IPreconditioned
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;

    /// <summary>Sets up the optimiser.</summary>
    /// <param name="stepSize">η, positive.</param>
    /// <param name="beta1">β₁, in [0, 1).</param>
    /// <param name="beta2">β₂, in [0, 1).</param>
    /// <param name="epsilon">ε, positive.</param>
    /// <param name="weightDecay">Not negative.</param>
    public Adam(
        double stepSize, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(stepSize, weightDecay)
    {
        _beta1 = Require.FromUpTo("beta1", beta1, 0, 1);
        _beta2 = Require.FromUpTo("beta2", beta2, 0, 1);
        _epsilon = Require.Positive("epsilon", epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "adam";

    /// <inheritdoc/>
    public override StabilityThreshold? Threshold => StabilityThreshold.OfPreconditioned(StepSize, _beta1);

    /// <summary>P = (1 − β₁ᵗ) diag(√(s / (1 − β₂ᵗ)) + ε) after t steps: with it a step is w ← w − ηP⁻¹m.</summary>
    /// <returns>Its diagonal; null before the first step.</returns>
    public Tensor? Preconditioner() => Memory.Known("squares") is { } squares
        ? Spread(squares, Memory.Number("steps")) * (1 - Math.Pow(_beta1, Memory.Number("steps")))
        : null;

    /// <inheritdoc/>
    protected override Tensor Direction(Objective objective, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        double steps = Memory.Number("steps") + 1;
        Memory.Set("steps", steps);
        Tensor mean = Memory.Vector("mean", objective);
        Tensor squares = Memory.Vector("squares", objective);
        mean.MultiplyInPlace(_beta1);
        mean.AddInPlace(gradient, 1 - _beta1);
        squares.MultiplyInPlace(_beta2);
        squares.AddProductInPlace(gradient, gradient, 1 - _beta2);
        return (mean / (1 - Math.Pow(_beta1, steps))) / Spread(squares, steps);
    }

    private Tensor Spread(Tensor squares, double steps) =>
        (squares / (1 - Math.Pow(_beta2, steps))).SquareRoot() + _epsilon;
}
