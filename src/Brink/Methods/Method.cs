using Brink.Flows;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Methods;

/// <summary>What a step was and what it cost.</summary>
/// <param name="StepSize">η_k.</param>
/// <param name="Backtracks">Rejected trials, the one that ends an extrapolation included (math.md §2).</param>
/// <param name="FunctionEvaluations">Loss evaluations at new points.</param>
/// <param name="GradientEvaluations">Gradient evaluations.</param>
/// <param name="HessianVectorProducts">Hessian-vector products.</param>
/// <param name="ReferenceValue">R of the acceptance test; null for methods without one.</param>
/// <param name="Oscillation">What holds the curvature at its bound; null for methods other than the central flow.</param>
public sealed record StepReport(
    double StepSize,
    int Backtracks = 0,
    int FunctionEvaluations = 1,
    int GradientEvaluations = 1,
    int HessianVectorProducts = 0,
    double? ReferenceValue = null,
    Oscillation? Oscillation = null)
{
    /// <summary>Most stages of a step along a flow; null for other methods.</summary>
    public int? Stages { get; init; }

    /// <summary>Attempts at steps along a flow that were rejected; null for other methods.</summary>
    public int? Rejected { get; init; }
}

/// <summary>
/// How to go from w_k to w_{k+1}. A method knows an objective and nothing of networks; what it remembers between steps
/// it can hand out and take back, so that a run resumes to the same bits.
/// </summary>
public abstract class Method : IDisposable
{
    /// <summary>The method's name, as on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What is asked of the evaluation at each new point.</summary>
    public virtual Wanted Wanted => Wanted.ValueAndGradient;

    /// <summary>
    /// What is evaluated where a step arrives. Nothing where the next step sees other samples: it would be of no use there.
    /// </summary>
    internal Wanted Arrival { get; set; } = Wanted.ValueAndGradient;

    /// <summary>The method's edge of stability; null where the step or the batch changes from one iteration to the next.</summary>
    public virtual StabilityThreshold? Threshold => null;

    /// <summary>What divides the method's steps coordinate by coordinate; null where nothing does.</summary>
    public virtual IPreconditioned? Preconditioned => this as IPreconditioned;

    /// <summary>Takes one step.</summary>
    /// <param name="objective">What is minimised.</param>
    /// <param name="at">The evaluation at w_k; its gradient is computed here if it was not before.</param>
    /// <returns>The evaluation at w_{k+1}, to be disposed by the caller, and the report of the step.</returns>
    public (Evaluation Next, StepReport Report) Step(Objective objective, Evaluation at)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        using var scope = new TensorScope();
        return Take(objective, at);
    }

    /// <summary>What the method remembers, by name; empty for methods that remember nothing.</summary>
    /// <returns>Tensors owned by the method, and numbers as float64 tensors owned by the current scope.</returns>
    public virtual IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>();

    /// <summary>Takes back what <see cref="State"/> gave.</summary>
    /// <param name="state">Names and tensors.</param>
    /// <param name="objective">What is minimised, for precision and device.</param>
    public virtual void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes one step, inside a scope that frees what is made on the way.</summary>
    /// <param name="objective">What is minimised.</param>
    /// <param name="at">The evaluation at w_k.</param>
    /// <returns>The evaluation at w_{k+1}, and the report.</returns>
    protected abstract (Evaluation Next, StepReport Report) Take(Objective objective, Evaluation at);

    /// <summary>Releases what the method holds.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Evaluates w − ηd, with its gradient where the next step can use it.</summary>
    /// <param name="objective">What is minimised.</param>
    /// <param name="at">The evaluation at w.</param>
    /// <param name="direction">d.</param>
    /// <param name="stepSize">η.</param>
    /// <returns>The evaluation there.</returns>
    protected Evaluation Move(Objective objective, Evaluation at, Tensor direction, double stepSize)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return objective.Evaluate(Ahead(at, direction, stepSize), Arrival);
    }

    /// <summary>w − ηd. A step too long for the precision of w is infinite: the loss it leads to says so.</summary>
    /// <param name="at">The evaluation at w.</param>
    /// <param name="direction">d.</param>
    /// <param name="stepSize">η.</param>
    /// <returns>The point, outside every scope.</returns>
    private protected static Tensor Ahead(Evaluation at, Tensor direction, double stepSize)
    {
        bool tooLong = at.Weights.Type == ScalarType.Float32 && stepSize > float.MaxValue;
        return at.Weights.AddScaled(direction, tooLong ? double.NegativeInfinity : -stepSize).Unscoped();
    }
}
