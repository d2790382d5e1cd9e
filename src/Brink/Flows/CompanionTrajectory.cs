using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>
/// A method on its own way from a start, beside a run that it is compared with. It ends where its loss is no longer finite;
/// what it goes beside goes on alone.
/// </summary>
public sealed class CompanionTrajectory : IDisposable
{
    private const string WeightsName = "weights";
    private const string StepsName = "steps";

    private readonly string _prefix;
    private readonly Method _method;

    /// <summary>Sets up a trajectory that has not begun.</summary>
    /// <param name="name">What its state is named after in a checkpoint.</param>
    /// <param name="method">How it goes; disposed with the trajectory.</param>
    public CompanionTrajectory(string name, Method method)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(method);
        (_prefix, _method) = (name + ".", method);
    }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>The evaluation after those steps; null before the start.</summary>
    public Evaluation? At { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        At?.Dispose();
        _method.Dispose();
    }

    /// <summary>Begins at a point, unless it has begun.</summary>
    /// <param name="objective">f.</param>
    /// <param name="at">The evaluation at the start; it stays the caller's.</param>
    public void Begin(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        At ??= objective.Evaluate(at.Weights.Clone().Unscoped(), _method.Wanted);
    }

    /// <summary>Takes the steps up to a number of them, unless it has taken them or its loss is no longer finite.</summary>
    /// <param name="objective">f.</param>
    /// <param name="steps">Steps taken in all.</param>
    /// <returns>Gradients evaluated.</returns>
    /// <exception cref="InvalidOperationException">It has not begun.</exception>
    public int AdvanceTo(Objective objective, long steps)
    {
        ArgumentNullException.ThrowIfNull(objective);
        Evaluation at = At ?? throw new InvalidOperationException("a trajectory begins before it advances");
        int gradients = 0;
        for (; at.IsFinite && Steps < steps; Steps++)
        {
            (Evaluation next, StepReport report) = _method.Step(objective, at);
            at.Dispose();
            At = at = next;
            gradients += report.GradientEvaluations;
        }

        return gradients;
    }

    /// <summary>What it remembers, by name; owned by the current scope or the trajectory. Empty before the start.</summary>
    /// <returns>Tensors under names that begin with the trajectory's own.</returns>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>();
        if (At is not null)
        {
            foreach ((string name, Tensor value) in _method.State())
            {
                state[_prefix + name] = value;
            }

            state[_prefix + WeightsName] = At.Weights;
            state[_prefix + StepsName] = Tensor.From([Steps]);
        }

        return state;
    }

    /// <summary>Takes back what <see cref="State"/> gave; without a state of this name it has not begun.</summary>
    /// <param name="state">Names and tensors; others' are left alone.</param>
    /// <param name="objective">f.</param>
    public void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(objective);
        At?.Dispose();
        (At, Steps) = (null, 0);
        var own = state.Where(entry => entry.Key.StartsWith(_prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[_prefix.Length..], entry => entry.Value);
        if (own.Remove(WeightsName, out Tensor? weights) && own.Remove(StepsName, out Tensor? steps))
        {
            using var scope = new TensorScope();
            Steps = steps.ToArray<long>()[0];
            if (own.Count > 0)
            {
                _method.Restore(own, objective);
            }

            At = objective.Evaluate(weights.To(objective.Device).Clone().Unscoped(), _method.Wanted);
        }
    }
}
