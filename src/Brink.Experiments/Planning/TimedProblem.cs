using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Experiments.Planning;

/// <summary>A problem whose objective is timed.</summary>
internal sealed class TimedProblem : Problem
{
    private readonly Problem _inner;
    private readonly OperationClock _clock;

    /// <summary>Times a problem.</summary>
    /// <param name="inner">The problem; not owned.</param>
    /// <param name="clock">Told of each pass over the samples.</param>
    internal TimedProblem(Problem inner, OperationClock clock)
        : base(inner.Specification)
    {
        (_inner, _clock) = (inner, clock);
        Objective = new TimedObjective(inner.Objective, clock);
    }

    /// <inheritdoc/>
    public override TimedObjective Objective { get; }

    /// <inheritdoc/>
    public override ParameterLayout Layout => _inner.Layout;

    /// <inheritdoc/>
    public override int? Outputs => _inner.Outputs;

    /// <inheritdoc/>
    internal override NetworkObjective? NetworkObjective => _inner.NetworkObjective;

    /// <inheritdoc/>
    internal override int ThreadsPerOperator => _inner.ThreadsPerOperator;

    /// <inheritdoc/>
    internal override int WorkerCount => _inner.WorkerCount;

    /// <inheritdoc/>
    public override (double Loss, double Accuracy)? Test(Evaluation at, Action<string> note) =>
        _clock.Time(Operation.Test, () => _inner.Test(at is TimedEvaluation timed ? timed.Inner : at, note), sizeof(double), sizeof(double));

    /// <inheritdoc/>
    internal override Objective Sibling(Workers workers) => _inner.Sibling(workers);

    /// <inheritdoc/>
    private protected override Tensor FreshWeights() => _inner.StartWeights().Scoped();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
