using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>Parameters that all line searches share (math.md §2).</summary>
/// <param name="SufficientDecrease">c of the acceptance test, in (0, 1).</param>
/// <param name="Contraction">δ, by which a rejected step is multiplied, in (0, 1).</param>
/// <param name="InitialStepSize">η₀, the first trial of the first iteration.</param>
/// <param name="SmallestStepSize">Lower clamp of the starting step, and the step taken when a search fails.</param>
/// <param name="LargestStepSize">Upper clamp of the starting step, and where an extrapolation stops.</param>
/// <param name="MaximumBacktracks">Rejected trials after which a search fails.</param>
public sealed record SearchParameters(
    double SufficientDecrease = 1e-4,
    double Contraction = 0.5,
    double InitialStepSize = 1,
    double SmallestStepSize = 1e-6,
    double LargestStepSize = 1e4,
    int MaximumBacktracks = 100)
{
    /// <summary>Checks the ranges.</summary>
    /// <returns>The same parameters.</returns>
    /// <exception cref="BrinkException">One is out of its range.</exception>
    internal SearchParameters Checked()
    {
        Require.Inside("c", SufficientDecrease, 0, 1);
        Require.Inside("delta", Contraction, 0, 1);
        Require.Positive("initial-eta", InitialStepSize);
        Require.Positive("min-eta", SmallestStepSize);
        Require.AtLeast("max-eta", LargestStepSize, SmallestStepSize);
        Require.AtLeast("max-backtracks", MaximumBacktracks, 1);
        return this;
    }
}

/// <summary>
/// Gradient descent whose step is searched for: trials w − ηg are held against f(w − ηg) ≤ R − c·η·‖g‖². A trial that
/// was accepted is never evaluated again, and its forward pass is the next iteration's.
/// </summary>
public abstract class LineSearch : Method
{
    private readonly ReferenceValue _reference;
    private double _lastStepSize;

    /// <summary>Sets up the search.</summary>
    /// <param name="reference">R.</param>
    /// <param name="parameters">Its parameters.</param>
    protected LineSearch(ReferenceValue reference, SearchParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _reference = reference;
        Parameters = parameters.Checked();
        _lastStepSize = parameters.InitialStepSize;
    }

    /// <summary>Parameters of the search.</summary>
    public SearchParameters Parameters { get; }

    /// <inheritdoc/>
    public override Wanted Wanted => Wanted.Value;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor> { ["step_size"] = Tensor.From([_lastStepSize]) };
        if (_reference.State() is { Length: > 0 } reference)
        {
            state["reference"] = Tensor.From(reference);
        }

        return state;
    }

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(state);
        _lastStepSize = state["step_size"].Item();
        _reference.Restore(state.TryGetValue("reference", out Tensor? reference) ? reference.ToArray<double>() : []);
    }

    /// <summary>The step that an iteration's first trial takes, before it is clamped.</summary>
    /// <param name="at">The evaluation at w_k.</param>
    /// <param name="squaredGradientNorm">‖g‖².</param>
    /// <param name="lastStepSize">η_{k−1}, or η₀ at first.</param>
    /// <returns>η.</returns>
    protected abstract double StartingStepSize(Evaluation at, double squaredGradientNorm, double lastStepSize);

    /// <summary>Goes on from a first trial that was accepted; the default is to keep it.</summary>
    /// <param name="trials">The trials of this iteration, the accepted one current.</param>
    /// <param name="flatStep"><see cref="Objective.FlatStep"/>.</param>
    protected virtual void Extend(Trials trials, double flatStep)
    {
    }

    /// <inheritdoc/>
    protected sealed override (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        Tensor gradient = at.Gradient();
        double norm = gradient.Norm();
        double squaredNorm = norm * norm;
        double reference = _reference.Next(at.Value);
        double start = Math.Clamp(
            StartingStepSize(at, squaredNorm, _lastStepSize), Parameters.SmallestStepSize, Parameters.LargestStepSize);

        using Ray ray = objective.Along(at, gradient);
        var trials = new Trials(ray, reference, squaredNorm, Parameters);
        if (trials.Attempt(start))
        {
            Extend(trials, objective.FlatStep);
        }
        else
        {
            Backtrack(trials, start);
        }

        _lastStepSize = trials.StepSize;
        return (trials.Accepted!, new StepReport(
            trials.StepSize, trials.Rejected, trials.Evaluations, GradientEvaluations: 1, ReferenceValue: reference));
    }

    private void Backtrack(Trials trials, double rejected)
    {
        double stepSize = rejected;
        while (trials.Rejected < Parameters.MaximumBacktracks)
        {
            stepSize *= Parameters.Contraction;
            if (trials.Attempt(stepSize))
            {
                return;
            }
        }

        trials.TakeUnconditionally(Parameters.SmallestStepSize);
    }
}

/// <summary>The trials of one search: which was accepted last, how many were rejected, how many were evaluated.</summary>
public sealed class Trials
{
    private readonly Ray _ray;
    private readonly double _reference;
    private readonly double _squaredNorm;

    internal Trials(Ray ray, double reference, double squaredNorm, SearchParameters parameters)
    {
        _ray = ray;
        _reference = reference;
        _squaredNorm = squaredNorm;
        Parameters = parameters;
    }

    /// <summary>Parameters of the search.</summary>
    public SearchParameters Parameters { get; }

    /// <summary>η of the trial accepted last.</summary>
    public double StepSize { get; private set; }

    /// <summary>The trial accepted last.</summary>
    public Evaluation? Accepted { get; private set; }

    /// <summary>Trials rejected so far.</summary>
    public int Rejected { get; private set; }

    /// <summary>Trials evaluated so far.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Evaluates a trial; an accepted one replaces the one before. A loss that is not finite is rejected.</summary>
    /// <param name="stepSize">η.</param>
    /// <returns>Whether it was accepted.</returns>
    public bool Attempt(double stepSize)
    {
        Evaluation trial = _ray.Try(stepSize);
        Evaluations++;
        bool accepted = trial.IsFinite
            && trial.Value <= _reference - (Parameters.SufficientDecrease * stepSize * _squaredNorm);
        if (!accepted)
        {
            trial.Dispose();
            Rejected++;
            return false;
        }

        Accept(trial, stepSize);
        return true;
    }

    internal void TakeUnconditionally(double stepSize)
    {
        Evaluations++;
        Accept(_ray.Try(stepSize), stepSize);
    }

    private void Accept(Evaluation trial, double stepSize)
    {
        Accepted?.Dispose();
        Accepted = trial;
        StepSize = stepSize;
    }
}
