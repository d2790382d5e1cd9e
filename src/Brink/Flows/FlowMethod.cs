using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>Where a flow stands.</summary>
/// <param name="Time">t.</param>
/// <param name="DistanceToGd">‖w(t) − w_gd(t/η)‖; null where no descent runs beside it, or it stands at another time.</param>
/// <param name="GdLoss">f(w_gd(t/η)), likewise.</param>
public sealed record FlowPoint(double Time, double? DistanceToGd, double? GdLoss);

/// <summary>
/// A flow as a method: an iteration advances the time by one step of its own choice, or, where an interval is given, to the next
/// multiple of it. Gradient descent may run beside it, from the same start.
/// </summary>
public abstract class FlowMethod : Method
{
    private const string TimeName = "flow.time";
    private const string IterationsName = "flow.landings";

    /// <summary>Rounding of a time counted in steps.</summary>
    private const double TimeSlack = 1e-9;

    private readonly double? _interval;
    private readonly double? _untilTime;
    private readonly double? _compareStep;
    private readonly CompanionTrajectory? _beside;
    private long _landings;

    /// <summary>Sets up what flows share.</summary>
    /// <param name="interval">Time between two iterations; null for every step of the integrator.</param>
    /// <param name="untilTime">The time not to go beyond; null for none.</param>
    /// <param name="compareStep">η of the gradient descent beside the flow; null for none. The interval, where not given, is then η.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    protected FlowMethod(double? interval, double? untilTime, double? compareStep)
    {
        _interval = interval is { } given ? Require.Positive("interval", given) : compareStep;
        _untilTime = untilTime is { } end ? Require.Positive("until-time", end) : null;
        _compareStep = compareStep is { } eta ? Require.Positive("compare-eta", eta) : null;
        _beside = _compareStep is { } step ? new CompanionTrajectory("gd", new GradientDescent(step)) : null;
    }

    /// <summary>t, where the flow stands.</summary>
    public double Time { get; private set; }

    /// <summary>Whether the time to stop at is reached.</summary>
    public bool IsAtEnd => Time >= _untilTime;

    /// <summary>Where the flow stands, and how far from gradient descent.</summary>
    /// <param name="at">The evaluation at w(t).</param>
    public FlowPoint Point(Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(at);
        if (_beside is null || (Time > 0 && !DescentStandsAt(Time)))
        {
            return new FlowPoint(Time, null, null);
        }

        if (Time == 0)
        {
            return new FlowPoint(0, 0, at.Value);
        }

        using var scope = new TensorScope();
        return new FlowPoint(Time, (at.Weights - _beside.At!.Weights).Norm(), _beside.At.Value);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>
        {
            [TimeName] = Tensor.From([Time]),
            [IterationsName] = Tensor.From([_landings]),
        };
        foreach ((string name, Tensor value) in _beside?.State() ?? new Dictionary<string, Tensor>())
        {
            state[name] = value;
        }

        return state;
    }

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(state);
        Time = state[TimeName].Item();
        _landings = state[IterationsName].ToArray<long>()[0];
        _beside?.Restore(state, objective);
    }

    /// <inheritdoc/>
    protected override (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        _beside?.Begin(objective, at);
        double start = Time;
        double target = Math.Min(_interval * (_landings + 1) ?? double.PositiveInfinity, _untilTime ?? double.PositiveInfinity);
        (int gradients, int rejected, int stages, int hvps) = (0, 0, 0, 0);
        Evaluation current = at;
        do
        {
            double left = target - Time;
            (Evaluation next, FlowStep step) = Advance(objective, current, left);
            if (current != at)
            {
                current.Dispose();
            }

            current = next;
            double reached = step.Duration == left ? target : Time + step.Duration;
            if (reached == Time)
            {
                current.Dispose();
                throw new BrinkException($"the flow stands still at time {Time:G6}: its steps of {step.Duration:G3} are lost in rounding");
            }

            Time = reached;
            gradients += step.Gradients;
            rejected += step.Rejected;
            stages = Math.Max(stages, step.Stages);
            hvps += step.Hvps;
        }
        while (_interval is not null && Time < target && current.IsFinite);

        _landings++;
        gradients += _beside?.AdvanceTo(objective, (long)Math.Floor(Time * (1 + TimeSlack) / _compareStep!.Value)) ?? 0;
        return (current, new StepReport(Time - start, 0, gradients, gradients, hvps) { Stages = stages, Rejected = rejected });
    }

    /// <summary>Whether the descent beside the flow stands at a time, with a finite loss.</summary>
    private bool DescentStandsAt(double time)
    {
        double step = _compareStep!.Value;
        return _beside!.At is { IsFinite: true } && Math.Abs((_beside.Steps * step) - time) <= TimeSlack * Math.Max(time, step);
    }

    /// <summary>Takes one step along the flow.</summary>
    /// <param name="objective">f.</param>
    /// <param name="at">The evaluation at w(t).</param>
    /// <param name="longest">The time it may advance by.</param>
    /// <returns>The evaluation at its end and its cost.</returns>
    protected abstract (Evaluation Next, FlowStep Report) Advance(Objective objective, Evaluation at, double longest);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _beside?.Dispose();
        base.Dispose(disposing);
    }
}
