using Brink.Theory;

namespace Brink.Experiments.Theory;

/// <summary>
/// A trajectory of projected gradient descent on the minimalist example (Liu et al., arXiv 2503.02809), with what is measured on it, computed or
/// read back from the folder that it was stored in.
/// </summary>
public sealed class MinimalistTrajectory
{
    /// <summary>The model's name in a theory folder.</summary>
    public const string Theory = "minimalist";

    private const int PointsOfACurve = 201;

    private MinimalistTrajectory(
        MinimalistSpecification specification, MinimalistDescent descent, IReadOnlyList<MinimalistPoint> points,
        IReadOnlyList<MinimalistFlowFromPoint> flows, IReadOnlyList<MinimalistFlowPoint>? constrained)
    {
        Specification = specification;
        Points = points;
        Flows = flows;
        Constrained = constrained;
        Study = new MinimalistStudy(descent, points);
        Verdicts = Study.Verdicts();
    }

    /// <summary>What decides it.</summary>
    public MinimalistSpecification Specification { get; }

    /// <summary>Its points from iteration 0, at least one.</summary>
    public IReadOnlyList<MinimalistPoint> Points { get; }

    /// <summary>The gradient flows from points of it.</summary>
    public IReadOnlyList<MinimalistFlowFromPoint> Flows { get; }

    /// <summary>The gradient flow on S ≤ 2/η from its start, at equal times over its length; null where it was not asked for.</summary>
    public IReadOnlyList<MinimalistFlowPoint>? Constrained { get; }

    /// <summary>What it shows of the theorems.</summary>
    public MinimalistStudy Study { get; }

    /// <summary>The verdict table.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; }

    /// <summary>The lines of metrics.jsonl.</summary>
    public IEnumerable<MinimalistLine> Lines => Points.Select(point => new MinimalistLine(
        point.Iteration, point.Alpha, point.Beta1, point.Beta2, point.Loss, point.LossOscillating, point.LossConverging,
        point.Sharpness, point.GfsSharpness, point.IsFinite ? null : "not_finite"));

    /// <summary>The content of summary.json.</summary>
    public MinimalistSummary Summary => new(
        Study.Diverged ? "diverged" : "finished", Points[^1].Iteration, Study.Phases, Study.LargestProduct, Study.LargestProductAfterCrossing,
        Study.Delta, Study.LateMeanProduct, Study.GfsProductMeans, Study.Slope, Study.SurrogateRate, Points[^1], Verdicts, Flows, Constrained);

    /// <summary>Runs it.</summary>
    /// <param name="specification">What decides it.</param>
    /// <param name="cancellation">Ends the computation; nothing of it is kept.</param>
    /// <exception cref="BrinkException">A number out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static MinimalistTrajectory Compute(MinimalistSpecification specification, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (specification.Flows < 0)
        {
            throw new BrinkException($"flows is {specification.Flows}; it must be 0 or above");
        }

        MinimalistDescent descent = DescentOf(specification);
        List<MinimalistPoint> points = [];
        foreach (MinimalistPoint point in descent.Run([specification.Alpha, specification.Beta1, specification.Beta2], specification.Iterations))
        {
            cancellation.ThrowIfCancellationRequested();
            points.Add(point);
        }

        return new MinimalistTrajectory(
            specification, descent, points, FlowsFrom(descent, points, specification.Flows, cancellation),
            specification.Constrained ? ConstrainedFrom(descent, points, cancellation) : null);
    }

    /// <summary>Reads one that was stored whole.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="specification">What decides it.</param>
    /// <returns>The trajectory, or null where the folder does not hold the whole of this one.</returns>
    /// <exception cref="BrinkException">The folder's files are damaged.</exception>
    public static MinimalistTrajectory? Read(string folder, MinimalistSpecification specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (!TheoryFolder.IsComplete(folder, Theory, specification))
        {
            return null;
        }

        MinimalistPoint[] points = [.. TheoryFolder.ReadLines<MinimalistLine>(folder).Select(line => new MinimalistPoint(
            line.Iteration, line.Alpha, line.Beta1, line.Beta2, line.Loss, line.LossOscillating, line.LossConverging, line.Sharpness, line.GfsSharpness))];
        Curves curves = TheoryFolder.ReadSummary<Curves>(folder);
        return points.Length == 0
            ? throw new BrinkException($"{folder} holds no point; replace it with --force")
            : new MinimalistTrajectory(specification, DescentOf(specification), points, curves.Flows, curves.ConstrainedTrajectory);
    }

    /// <summary>Stores it.</summary>
    /// <param name="folder">The folder; see <see cref="TheoryFolder.Create"/>.</param>
    /// <param name="force">Replace what is there.</param>
    public void Store(string folder, bool force)
    {
        using var results = TheoryFolder.Create(folder, Theory, Specification, force);
        foreach (MinimalistLine line in Lines)
        {
            results.Append(line);
        }

        results.Finish(Summary);
    }

    private static MinimalistDescent DescentOf(MinimalistSpecification specification) =>
        new(new Minimalist(specification.Lambda1, specification.Lambda2), specification.Eta, specification.Epsilon);

    private static List<MinimalistFlowFromPoint> FlowsFrom(
        MinimalistDescent descent, List<MinimalistPoint> points, int count, CancellationToken cancellation)
    {
        List<MinimalistFlowFromPoint> flows = [];
        MinimalistPoint[] finite = [.. points.Where(point => point.IsFinite)];
        for (int i = 0; i < count && finite.Length > 0; i++)
        {
            MinimalistPoint from = finite[count == 1 ? 0 : (int)((long)i * (finite.Length - 1) / (count - 1))];
            double[]? minimiser = null;
            string? reason = null;
            try
            {
                minimiser = descent.Model.FlowLimit(from.Weights);
            }
            catch (BrinkException none)
            {
                reason = none.Message;
            }

            // L₂'s rate at the minimum is λ₂(α*² + β*²); after twenty times its inverse the rest is e⁻²⁰.
            double slowest = minimiser is null ? 0 : descent.Model.Lambda2 * ((minimiser[0] * minimiser[0]) + (minimiser[2] * minimiser[2]));
            double duration = slowest > 0 ? 20 / slowest : 0;
            flows.Add(new MinimalistFlowFromPoint(
                from.Iteration, minimiser, from.GfsSharpness, reason,
                duration > 0 ? new MinimalistFlow(descent.Model).Follow(from.Weights, duration, PointsOfACurve, cancellation) : null));
        }

        return flows;
    }

    private static IReadOnlyList<MinimalistFlowPoint>? ConstrainedFrom(MinimalistDescent descent, List<MinimalistPoint> points, CancellationToken cancellation) =>
        points[0].IsFinite
            ? new MinimalistFlow(descent.Model).FollowConstrained(
                points[0].Weights, descent.StepSize, descent.StepSize * points[^1].Iteration, PointsOfACurve, cancellation)
            : null;

    /// <summary>What cannot be measured anew from the points.</summary>
    private sealed record Curves(IReadOnlyList<MinimalistFlowFromPoint> Flows, IReadOnlyList<MinimalistFlowPoint>? ConstrainedTrajectory);
}
