using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>Where a run stands when something is measured.</summary>
/// <param name="Iteration">k.</param>
/// <param name="At">The evaluation where it is measured: at w_k, or at the midpoint around it.</param>
/// <param name="Problem">Objective, data and network.</param>
/// <param name="Method">The method, for what it remembers (a preconditioner, say).</param>
/// <param name="Note">Told, in one line, what a reader of the log should know.</param>
internal sealed record MeasuredPoint(long Iteration, Evaluation At, Problem Problem, Method Method, Action<string> Note)
{
    /// <summary>
    /// η: that of the step from w_k where it is known (a fixed step, or one already taken), else of the last one; null
    /// before the first.
    /// </summary>
    internal double? StepSize { get; init; }

    /// <summary>The user's wish to stop.</summary>
    internal CancellationToken Cancellation { get; init; }

    /// <summary>The evaluation at w_k where <see cref="At"/> is that at a midpoint.</summary>
    internal Evaluation? Iterate { get; init; }

    /// <summary>The gradient at w_k where the step needs it anyway; null for stochastic methods, which do not know it.</summary>
    internal Tensor? GradientAtHand => Method.Wanted == Wanted.Nothing ? null : (Iterate ?? At).Gradient();

    /// <summary>
    /// The Hessian where it is measured. Its next product throws once the user asked to stop: of a large network a
    /// measurement can take many minutes.
    /// </summary>
    internal SymmetricOperator Hessian() => new WatchedOperator(new HessianOperator(Problem.Objective, At), Cancellation);
}

/// <summary>Something measured at iterates of a run: how often, what it adds to a line, and what it remembers in between.</summary>
internal abstract class RunMeasurement : IDisposable
{
    /// <summary>Iterations between two measurements; 0 for never.</summary>
    internal abstract int Every { get; }

    /// <summary>Whether it is measured at all.</summary>
    internal virtual bool IsWanted => Every > 0;

    /// <summary>Whether it is measured at an iterate.</summary>
    /// <param name="iteration">k.</param>
    internal virtual bool IsDue(long iteration) => Every > 0 && iteration % Every == 0;

    /// <summary>Whether it is measured at the midpoint around w_k, once w_{k+1} is known, instead of at w_k.</summary>
    internal virtual bool AtMidpoints => false;

    /// <summary>Measures, and adds what was found and what it cost to the line.</summary>
    /// <param name="point">Where.</param>
    /// <param name="line">The line so far.</param>
    internal abstract MetricsLine Measure(MeasuredPoint point, MetricsLine line);

    /// <summary>Adds what is known only once the step was taken; called where <see cref="Measure"/> was, but for the final point.</summary>
    /// <param name="point">The iterate the step was taken from.</param>
    /// <param name="report">The step.</param>
    /// <param name="line">The line so far.</param>
    internal virtual MetricsLine Complete(MeasuredPoint point, StepReport report, MetricsLine line) => line;

    /// <summary>Told of every iterate, measured or not, before anything is measured at it.</summary>
    /// <param name="point">The iterate.</param>
    internal virtual void Pass(MeasuredPoint point)
    {
    }

    /// <summary>
    /// What decides the next measurement's bits, by name: it goes into checkpoints. Names begin with the measurement's own; the
    /// tensors are not written to again.
    /// </summary>
    internal virtual IReadOnlyDictionary<string, Tensor> Export() => new Dictionary<string, Tensor>();

    /// <summary>Takes back what <see cref="Export"/> gave; other names are left alone.</summary>
    internal virtual void Import(IReadOnlyDictionary<string, Tensor> state)
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
