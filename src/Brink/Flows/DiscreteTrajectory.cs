using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>
/// Gradient descent with a fixed step beside a flow, from the same start: after k steps it stands where the flow stands at time
/// kη. It ends where its loss is no longer finite; the flow goes on alone.
/// </summary>
internal sealed class DiscreteTrajectory : IDisposable
{
    private const string WeightsName = "gd.weights";
    private const string StepsName = "gd.steps";

    /// <summary>Rounding of a time counted in steps.</summary>
    private const double TimeSlack = 1e-9;

    private readonly double _stepSize;
    private Evaluation? _at;

    /// <summary>Sets up a trajectory that has not begun.</summary>
    /// <param name="stepSize">η, positive.</param>
    internal DiscreteTrajectory(double stepSize) => _stepSize = Require.Positive("compare-eta", stepSize);

    /// <summary>η.</summary>
    internal double StepSize => _stepSize;

    /// <summary>Steps taken.</summary>
    internal long Steps { get; private set; }

    /// <summary>The evaluation after those steps; null before the start.</summary>
    internal Evaluation? At => _at;

    public void Dispose() => _at?.Dispose();

    /// <summary>Begins at a point, unless it has begun.</summary>
    internal void Begin(Objective objective, Evaluation at) =>
        _at ??= objective.Evaluate(at.Weights.Clone().Unscoped(), Wanted.ValueAndGradient);

    /// <summary>Takes the steps up to a time.</summary>
    /// <param name="objective">f.</param>
    /// <param name="time">The flow's time.</param>
    /// <returns>Gradients evaluated.</returns>
    internal int AdvanceTo(Objective objective, double time)
    {
        int taken = 0;
        for (; _at!.IsFinite && (Steps + 1) * _stepSize <= time * (1 + TimeSlack); Steps++)
        {
            Evaluation next = objective.Evaluate(
                _at.Weights.AddScaled(_at.Gradient(), -_stepSize).Unscoped(), Wanted.ValueAndGradient);
            _at.Dispose();
            _at = next;
            taken++;
        }

        return taken;
    }

    /// <summary>Whether it stands at a time, with a finite loss.</summary>
    internal bool StandsAt(double time) =>
        _at is { IsFinite: true } && Math.Abs((Steps * _stepSize) - time) <= TimeSlack * Math.Max(time, _stepSize);

    /// <summary>What it remembers, by name; owned by the current scope or the trajectory.</summary>
    internal IReadOnlyDictionary<string, Tensor> State() => _at is null
        ? new Dictionary<string, Tensor>()
        : new Dictionary<string, Tensor> { [WeightsName] = _at.Weights, [StepsName] = Tensor.From([Steps]) };

    /// <summary>Takes back what <see cref="State"/> gave.</summary>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        _at?.Dispose();
        _at = null;
        Steps = 0;
        if (state.TryGetValue(WeightsName, out Tensor? weights))
        {
            Steps = state[StepsName].ToArray<long>()[0];
            _at = objective.Evaluate(weights.To(objective.Device).Clone().Unscoped(), Wanted.ValueAndGradient);
        }
    }
}
