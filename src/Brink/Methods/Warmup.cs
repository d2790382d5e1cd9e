using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// <c>warmup</c>: gradient descent whose step grows by a factor from a small start. <c>small</c> stops at 0.9 K;
/// <c>large</c> goes to 1.25 K, stays there for two iterations, then holds 0.9 K (Flatland, App. D; math.md §2).
/// </summary>
public sealed class Warmup : Method
{
    /// <summary>Step held in the end, in units of K.</summary>
    private const double Held = 0.9;

    /// <summary>Peak of the large schedule, in units of K.</summary>
    private const double Peak = 1.25;

    private const int IterationsAtPeak = 2;

    private readonly bool _large;
    private readonly double _start;
    private readonly double _factor;
    private double _stepSize;
    private int _atPeak;

    /// <summary>Sets up the method.</summary>
    /// <param name="schedule"><c>small</c> or <c>large</c>.</param>
    /// <param name="start">First step, positive.</param>
    /// <param name="factor">Growth per iteration, above 1.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    public Warmup(string schedule = "small", double start = 0.01, double factor = 1.25)
    {
        _large = schedule switch
        {
            "small" => false,
            "large" => true,
            _ => throw NearestName.Unknown("schedule", schedule, Schedules),
        };
        _start = Require.Positive("warmup-start", start);
        _factor = Require.Above("warmup-factor", factor, 1);
    }

    /// <summary>Names of the schedules.</summary>
    public static IReadOnlyList<string> Schedules { get; } = ["small", "large"];

    /// <inheritdoc/>
    public override string Name => "warmup";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() =>
        new Dictionary<string, Tensor> { ["schedule"] = Tensor.From([_stepSize, _atPeak]) };

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(state);
        double[] numbers = state["schedule"].ToArray<double>();
        (_stepSize, _atPeak) = (numbers[0], (int)numbers[1]);
    }

    /// <summary>The step of the next iteration.</summary>
    /// <param name="outputs">K.</param>
    /// <returns>η.</returns>
    public double NextStepSize(int outputs)
    {
        double limit = (_large ? Peak : Held) * outputs;
        if (_atPeak >= IterationsAtPeak)
        {
            _stepSize = Held * outputs;
        }
        else
        {
            _stepSize = Math.Min(_stepSize == 0 ? _start : _stepSize * _factor, limit);
            _atPeak += _large && _stepSize == limit ? 1 : 0;
        }

        return _stepSize;
    }

    /// <inheritdoc/>
    protected override (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        double stepSize = NextStepSize(objective.Outputs);
        return (Move(objective, at, at.Gradient(), stepSize), new StepReport(stepSize));
    }
}
