using Brink.Torch;

namespace Brink.Objectives;

/// <summary>What an evaluation is asked for; nothing is computed that nobody asked for.</summary>
public enum Wanted
{
    /// <summary>Nothing yet: stochastic methods move on without knowing the full-batch loss.</summary>
    Nothing,

    /// <summary>f(w) alone. Where memory allows, the forward pass is kept for a gradient that may follow.</summary>
    Value,

    /// <summary>f(w) and ∇f(w), in one sweep over the samples.</summary>
    ValueAndGradient,
}

/// <summary>
/// What is minimised: f on flat vectors of length P. Methods, curvature and flows see nothing else; a network, a
/// TorchScript model or a small theory model is an objective.
/// </summary>
public abstract class Objective : IDisposable
{
    /// <summary>P, the length of the vectors.</summary>
    public abstract long Dimension { get; }

    /// <summary>Precision of the vectors.</summary>
    public abstract ScalarType Type { get; }

    /// <summary>Where the vectors live.</summary>
    public abstract Device Device { get; }

    /// <summary>K, the number of outputs or classes.</summary>
    public abstract int Outputs { get; }

    /// <summary>2 over the sharpness of the flattest region known, the bound of <c>nls-ub</c>; K unless the objective knows better.</summary>
    public virtual double FlatStep => Outputs;

    /// <summary>N, the number of samples the loss is a mean over.</summary>
    public abstract long Samples { get; }

    /// <summary>Evaluates f at a point.</summary>
    /// <param name="weights">w, a contiguous vector of length P; the evaluation takes it over and disposes it.</param>
    /// <param name="wanted">What is needed at once; the rest is computed when asked for.</param>
    /// <returns>The evaluation, to be disposed by the caller.</returns>
    public abstract Evaluation Evaluate(Tensor weights, Wanted wanted);

    /// <summary>The restriction of f to the ray w − ηd, to be tried at several η.</summary>
    /// <param name="from">The evaluation at w; it must outlive the ray.</param>
    /// <param name="direction">d, a vector of length P; it must outlive the ray.</param>
    /// <returns>The ray, to be disposed by the caller.</returns>
    public virtual Ray Along(Evaluation from, Tensor direction) => new PlainRay(this, from, direction);

    /// <summary>Evaluates f where a run was interrupted, from what <see cref="Evaluation.CachedProducts"/> gave there.</summary>
    /// <param name="weights">w; the evaluation takes it over.</param>
    /// <param name="products">The products by name; empty where there were none.</param>
    /// <param name="wanted">What the interrupted run had asked for at this point.</param>
    /// <returns>An evaluation equal, bit for bit, to the one that was interrupted.</returns>
    public virtual Evaluation Resume(Tensor weights, IReadOnlyDictionary<string, Tensor> products, Wanted wanted) =>
        Evaluate(weights, wanted);

    /// <summary>The same loss as a mean over some of the samples only, as a function of the same vector: the loss of a batch.</summary>
    /// <param name="samples">Indices below <see cref="Samples"/>, at least one; their order is of no account.</param>
    /// <returns>The batch's objective, to be disposed by the caller; this one must outlive it, and the two are not evaluated at the same time.</returns>
    /// <exception cref="NotSupportedException">The objective is no mean over samples.</exception>
    /// <exception cref="ArgumentException">There is no such sample, or none was named.</exception>
    public virtual Objective Restrict(ReadOnlySpan<long> samples) =>
        throw new NotSupportedException("this objective is no mean over samples, so it has no batches");

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the objective holds.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>f at one point w: its value, and on demand its gradient and Hessian-vector products, each computed once.</summary>
public abstract class Evaluation : IDisposable
{
    /// <summary>w. Owned by the evaluation.</summary>
    public abstract Tensor Weights { get; }

    /// <summary>f(w), accumulated in float64; computed here where it was not wanted before.</summary>
    public abstract double Value { get; }

    /// <summary>Fraction of the samples classified rightly; null where the objective classifies nothing.</summary>
    public virtual double? Accuracy => null;

    /// <summary>Whether f(w) is finite.</summary>
    public bool IsFinite => double.IsFinite(Value);

    /// <summary>∇f(w), computed on the first call. Owned by the evaluation.</summary>
    /// <returns>A vector of length P.</returns>
    public abstract Tensor Gradient();

    /// <summary>∇²f(w)·v.</summary>
    /// <param name="vector">v, of length P.</param>
    /// <returns>The product, owned by the current scope.</returns>
    public abstract Tensor HessianVectorProduct(Tensor vector);

    /// <summary>
    /// G(w)·v with the Gauss–Newton matrix G = Σ Jᵀ ∇²ℓ J: the Hessian without the curvature of the model itself. For
    /// cross-entropy it is the Fisher information matrix.
    /// </summary>
    /// <param name="vector">v, of length P.</param>
    /// <returns>The product, owned by the current scope.</returns>
    /// <exception cref="NotSupportedException">The objective is no loss of a model's outputs.</exception>
    public virtual Tensor GaussNewtonProduct(Tensor vector) =>
        throw new NotSupportedException("this objective is no loss of a model's outputs, so it has no Gauss–Newton part");

    /// <summary>∇³f(w)[u, v, ·] = ∇_w(uᵀ∇²f(w)v): how the curvature between two directions changes with w.</summary>
    /// <param name="left">u, of length P.</param>
    /// <param name="right">v, of length P.</param>
    /// <returns>A vector of length P, owned by the current scope.</returns>
    /// <exception cref="NotSupportedException">The objective has no third derivatives to give.</exception>
    public virtual Tensor ThirdDerivative(Tensor left, Tensor right) =>
        throw new NotSupportedException("this objective gives no third derivatives");

    /// <summary>
    /// ∇³f(w)[u_i, u_j, ·] for all pairs i ≤ j of a few directions: how the block of the Hessian between them changes
    /// with w. Objectives that share work between the pairs override it.
    /// </summary>
    /// <param name="directions">k directions as rows, k × P.</param>
    /// <returns>
    /// k(k+1)/2 × P, the pairs in the order (0,0), (0,1), …, (0,k−1), (1,1), …; owned by the current scope.
    /// </returns>
    /// <exception cref="NotSupportedException">The objective has no third derivatives to give.</exception>
    public virtual Tensor ThirdDerivatives(Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        using var scope = new TensorScope();
        var rows = new List<Tensor>();
        for (long i = 0; i < directions.Shape[0]; i++)
        {
            for (long j = i; j < directions.Shape[0]; j++)
            {
                rows.Add(ThirdDerivative(directions.Select(0, i), directions.Select(0, j)));
            }
        }

        return scope.Keep(Tensor.Stack([.. rows]));
    }

    /// <summary>
    /// Products computed on the way here that decide the next bits and cannot be computed again from w alone; they go
    /// into a checkpoint.
    /// </summary>
    /// <returns>Names and tensors, owned by the evaluation; empty for most objectives.</returns>
    public virtual IReadOnlyDictionary<string, Tensor> CachedProducts() => new Dictionary<string, Tensor>();

    /// <summary>Frees what Hessian-vector products recorded here; the next product records it again.</summary>
    public virtual void ReleaseCurvature()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the evaluation holds.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected abstract void Dispose(bool disposing);
}

/// <summary>f along w − ηd.</summary>
public abstract class Ray : IDisposable
{
    /// <summary>Evaluates f(w − ηd).</summary>
    /// <param name="stepSize">η.</param>
    /// <returns>The evaluation, to be disposed by the caller.</returns>
    public abstract Evaluation Try(double stepSize);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the ray holds.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A ray of an objective that has no shorter way than to evaluate each point afresh.</summary>
/// <param name="objective">The objective.</param>
/// <param name="from">The evaluation at w.</param>
/// <param name="direction">d.</param>
internal sealed class PlainRay(Objective objective, Evaluation from, Tensor direction) : Ray
{
    /// <inheritdoc/>
    public override Evaluation Try(double stepSize) =>
        objective.Evaluate(from.Weights.AddScaled(direction, -stepSize).Unscoped(), Wanted.Value);
}
