using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>
/// A method on random batches: each step is the method's own, taken on the loss of one batch by the same rules; acceptance
/// tests, reference values and curvature are the batch's (Flatland, arXiv 2606.06722, App. E).
/// </summary>
/// <remarks>
/// What a step evaluates where it arrives is of no use to the next one, which is on another batch: it evaluates its own batch
/// where it begins, and keeps neither forward passes nor the first layer's products from step to step. Of a report,
/// <see cref="StepReport.FunctionEvaluations"/> then counts losses of the batch: the one at w_k, which comes with the gradient,
/// and those at trials or perturbed points.
/// </remarks>
public sealed class StochasticMethod : Method
{
    private const string SchedulePrefix = "schedule.";

    private readonly SampleSchedule _schedule;

    /// <summary>Puts a method on batches.</summary>
    /// <param name="inner">The method, taken over. Those that follow a flow have no steps on batches.</param>
    /// <param name="batchSize">Samples of a step, at least 1; the last batch of an epoch may be smaller.</param>
    /// <param name="seed">Seed of the order of the samples, which is a new one each epoch.</param>
    /// <exception cref="BrinkException">The batch size is below 1.</exception>
    public StochasticMethod(Method inner, int batchSize, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
        inner.Arrival = Wanted.Nothing;
        _schedule = new SampleSchedule((int)Require.AtLeast("batch-size", batchSize, 1), seed);
    }

    /// <summary>The method that takes the steps.</summary>
    public Method Inner { get; }

    /// <inheritdoc/>
    public override string Name => Inner.Name;

    /// <summary>Nothing: a step does not need the loss of all samples.</summary>
    public override Wanted Wanted => Wanted.Nothing;

    /// <inheritdoc/>
    public override IPreconditioned? Preconditioned => Inner.Preconditioned;

    /// <summary>The batches of the epoch that the next step belongs to, those already seen included.</summary>
    /// <param name="samples">N.</param>
    /// <returns>Indices below N; each is in one batch.</returns>
    public IReadOnlyList<long[]> Batches(long samples) => _schedule.Epoch(samples);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>(Inner.State());
        foreach ((string name, Tensor value) in _schedule.Save())
        {
            state[SchedulePrefix + name] = value;
        }

        return state;
    }

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(state);
        ILookup<bool, KeyValuePair<string, Tensor>> parts = state.ToLookup(entry => entry.Key.StartsWith(SchedulePrefix));
        Inner.Restore(parts[false].ToDictionary(), objective);
        _schedule.Restore(parts[true].ToDictionary(entry => entry.Key[SchedulePrefix.Length..], entry => entry.Value));
    }

    /// <inheritdoc/>
    protected override (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        using Objective batch = objective.Restrict(_schedule.Next(objective.Samples));
        using Evaluation here = batch.Evaluate(at.Weights.Clone().Unscoped(), Wanted.ValueAndGradient);
        (Evaluation arrived, StepReport report) = Inner.Step(batch, here);
        using (arrived)
        {
            // A method without trials counts where it arrives, which is evaluated with the next step's batch. A search
            // evaluates its last trial on this one, beside the point it begins at.
            int evaluations = report.FunctionEvaluations + (Inner is LineSearch ? 1 : 0);
            return (
                objective.Evaluate(arrived.Weights.Clone().Unscoped(), Wanted.Nothing),
                report with { FunctionEvaluations = evaluations });
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Inner.Dispose();
        _schedule.Dispose();
        base.Dispose(disposing);
    }
}
