using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>An eigenvalue with what is known of its error.</summary>
/// <param name="Value">λ.</param>
/// <param name="Residual">‖Hv − λv‖ / |λ|; by ‖H‖ where <paramref name="IsZero"/>.</param>
/// <param name="Converged">Whether the residual met the tolerance.</param>
/// <param name="IsZero">Whether λ cannot be told from zero: |λ| + ‖Hv − λv‖ ≤ tolerance·‖H‖. Its digits then mean nothing.</param>
public sealed record MeasuredEigenvalue(double Value, double Residual, bool Converged, bool IsZero)
{
    internal static MeasuredEigenvalue[] List(Eigenpairs pairs, double tolerance) => [.. pairs.Values.Select((value, k) => new MeasuredEigenvalue(
        value, pairs.RelativeResiduals[k], pairs.Converged[k], Math.Abs(value) + pairs.Residuals[k] <= tolerance * pairs.Scale))];
}

/// <summary>What a point of the loss surface allows: <c>brink measure</c>.</summary>
/// <param name="Source">Run or file the weights came from.</param>
/// <param name="Iteration">Iteration of the checkpoint; null for a file.</param>
/// <param name="Loss">f(w).</param>
/// <param name="Accuracy">Training accuracy.</param>
/// <param name="GradNorm">‖∇f(w)‖.</param>
/// <param name="Sharpness">λ₁.</param>
/// <param name="LargestStableStep">2/λ₁: gradient descent with a larger fixed step leaves this point.</param>
/// <param name="FlattestSharpness">2/K under <c>mse</c> and 1 under <c>squared</c>, below which no network with a last bias comes; null elsewhere.</param>
/// <param name="NextStep">The step that <c>nls</c> would take from here, started afresh.</param>
/// <param name="NextStepTimesSharpness">That step times λ₁: the edge is at 2.</param>
/// <param name="Top">Largest eigenvalues, descending.</param>
/// <param name="Bottom">Smallest eigenvalues, ascending.</param>
/// <param name="Hvps">Hessian-vector products spent.</param>
public sealed record PointMeasurement(
    string Source,
    long? Iteration,
    double Loss,
    double? Accuracy,
    double GradNorm,
    double Sharpness,
    double LargestStableStep,
    double? FlattestSharpness,
    double NextStep,
    double NextStepTimesSharpness,
    IReadOnlyList<MeasuredEigenvalue> Top,
    IReadOnlyList<MeasuredEigenvalue> Bottom,
    int Hvps)
{
    /// <summary>Whether λ₁, and with it all that is computed from it, met the tolerance; <see cref="Top"/> has its residual.</summary>
    public bool SharpnessConverged => Top[0].Converged;

    /// <summary>Whether every eigenvalue met the tolerance.</summary>
    public bool Converged => Top.Concat(Bottom).All(value => value.Converged);

    /// <summary>Measures a run at its newest checkpoint, or weights in a file.</summary>
    /// <param name="source">A run folder or a safetensors file.</param>
    /// <param name="given">Data and network where the source is a file; for a run its own specification stands.</param>
    /// <param name="top">How many of the largest eigenvalues, at least 1.</param>
    /// <param name="bottom">How many of the smallest.</param>
    /// <param name="tolerance">Relative residual to reach.</param>
    /// <param name="products">Most Hessian-vector products to spend, at least 1.</param>
    /// <param name="note">Told what was decided.</param>
    /// <param name="ranks">The processes that share the samples, all of which call this; null for this one alone.</param>
    /// <param name="cancellation">Stops before the next product.</param>
    /// <returns>The measurement.</returns>
    /// <exception cref="BrinkException">The source is neither, or does not fit.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public static PointMeasurement Take(
        string source,
        Specification given,
        int top,
        int bottom,
        double tolerance,
        int products,
        Action<string> note,
        RunRanks? ranks = null,
        CancellationToken cancellation = default)
    {
        ranks?.RequireSame($"{source}, {top} of the largest and {bottom} of the smallest eigenvalues to {tolerance} in {products} products");
        using var point = StoredPoint.Load(source, given, iteration: null, note, ranks);
        LanczosOptions options = new()
        {
            ResidualTolerance = tolerance,
            MaximumProducts = products,
            Negligible = CurvatureEffort.Negligible(point.Problem.Specification, point.Problem.Objective),
        };
        return At(point, top, bottom, options, ranks?.Stop.Watch(cancellation) ?? cancellation);
    }

    private static PointMeasurement At(StoredPoint point, int top, int bottom, LanczosOptions options, CancellationToken cancellation)
    {
        using var scope = new TensorScope();
        Objective objective = point.Problem.Objective;
        using Evaluation at = objective.Evaluate(point.Weights.Clone().Unscoped(), Wanted.Value);
        if (!at.IsFinite)
        {
            throw new BrinkException($"the loss of {point.Source} is {at.Value}: there is no curvature to measure");
        }

        double norm = at.Gradient().Norm();
        SpectrumEnds ends = Lanczos.Extremes(new WatchedOperator(new HessianOperator(objective, at), cancellation), top, bottom, options);
        at.ReleaseCurvature();
        using var search = new ExtrapolatingSearch("nls", new ZhangHagerReference(), new SearchParameters());
        (Evaluation next, StepReport step) = search.Step(objective, at);
        next.Dispose();
        double sharpness = ends.Largest.Values[0];
        return new PointMeasurement(
            point.Source,
            point.Iteration,
            at.Value,
            at.Accuracy,
            norm,
            sharpness,
            2 / sharpness,
            point.Problem.FlattestSharpness,
            step.StepSize,
            step.StepSize * sharpness,
            MeasuredEigenvalue.List(ends.Largest, options.ResidualTolerance),
            MeasuredEigenvalue.List(ends.Smallest, options.ResidualTolerance),
            Math.Max(ends.Largest.Products, ends.Smallest.Products));
    }
}
