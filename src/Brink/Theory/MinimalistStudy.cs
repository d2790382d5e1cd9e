namespace Brink.Theory;

/// <summary>What a run of projected gradient descent on the minimalist example shows of the theorems of Liu et al. (arXiv 2503.02809).</summary>
public sealed class MinimalistStudy
{
    /// <summary>Iterations after the crossing at which the window of the slope begins.</summary>
    public const int SlopeDelay = 200;

    /// <summary>Iterations that the slope is fitted over.</summary>
    public const int SlopeWindow = 5000;

    /// <summary>Relative distance between the fitted and the surrogate's rate that counts as agreement.</summary>
    public const double RateTolerance = 0.0125;

    /// <summary>Distance of the late mean of S·η from 2 that counts as agreement.</summary>
    public const double EdgeTolerance = 0.002;

    /// <summary>The δ up to which (2 + δ)/η counts as near 2/η; the papers' runs show 0.07 to 0.15.</summary>
    public const double LargestDelta = 0.5;

    /// <summary>Names of the theorems, in the order of <see cref="Verdicts"/>.</summary>
    public static IReadOnlyList<string> Theorems { get; } =
        [ProgressiveSharpening, SelfStabilisation, EdgeOfStability, Convergence, GfsSharpness, WithoutEdge];

    /// <summary>The sharpness rises to 2/η.</summary>
    public const string ProgressiveSharpening = "progressive sharpening";

    /// <summary>It stays below (2 + δ)/η.</summary>
    public const string SelfStabilisation = "self-stabilisation";

    /// <summary>It stays about 2/η.</summary>
    public const string EdgeOfStability = "edge of stability";

    /// <summary>L₂ falls as the surrogate does.</summary>
    public const string Convergence = "convergence of L₂";

    /// <summary>φ falls.</summary>
    public const string GfsSharpness = "GFS sharpness";

    /// <summary>A stable minimum needs no edge.</summary>
    public const string WithoutEdge = "convergence without the edge";

    private const int Parts = 10;

    private readonly MinimalistDescent _descent;
    private readonly IReadOnlyList<MinimalistPoint> _points;

    /// <summary>Takes a run's measure.</summary>
    /// <param name="descent">How it was run.</param>
    /// <param name="points">Its points from iteration 0, at least one.</param>
    public MinimalistStudy(MinimalistDescent descent, IReadOnlyList<MinimalistPoint> points)
    {
        ArgumentNullException.ThrowIfNull(descent);
        ArgumentNullException.ThrowIfNull(points);
        _descent = descent;
        _points = points;
        double eta = descent.StepSize;
        Phases = MinimalistPhases.Find(points, eta);
        Diverged = !points[^1].IsFinite;
        LargestProduct = points.Where(point => point.IsFinite).Select(point => point.Sharpness * eta).DefaultIfEmpty(double.NaN).Max();
        SurrogateRate = 2 * Math.Log(1 - (2 * descent.Model.Lambda2 / descent.Model.Lambda1));
        if (Phases.EdgeOfStability is not { } crossing || Diverged)
        {
            return;
        }

        LargestProductAfterCrossing = points.Skip(crossing).Max(point => point.Sharpness * eta);
        int half = crossing + ((points.Count - crossing) / 2);
        LateMeanProduct = points.Skip(half).Average(point => point.Sharpness * eta);
        int after = points.Count - crossing;
        GfsProductMeans = after < Parts ? [] : [.. Enumerable.Range(0, Parts).Select(part =>
        {
            int first = crossing + (int)((long)after * part / Parts);
            int end = crossing + (int)((long)after * (part + 1) / Parts);
            return points.Skip(first).Take(end - first).Average(point => (point.GfsSharpness ?? double.NaN) * eta);
        })];
        Slope = SlopeOfConverging(crossing);
    }

    /// <summary>When each phase begins.</summary>
    public MinimalistPhases Phases { get; }

    /// <summary>Whether the run ended where a number is not finite.</summary>
    public bool Diverged { get; }

    /// <summary>The largest S·η of the run.</summary>
    public double LargestProduct { get; }

    /// <summary>The largest S·η from the crossing on; null where the edge was not reached or the run diverged.</summary>
    public double? LargestProductAfterCrossing { get; }

    /// <summary>δ, so that S ≤ (2 + δ)/η from the crossing on with equality somewhere.</summary>
    public double? Delta => LargestProductAfterCrossing - 2;

    /// <summary>Mean of S·η over the second half of the iterations after the crossing.</summary>
    public double? LateMeanProduct { get; }

    /// <summary>Means of φ·η over ten equal parts of the iterations after the crossing; empty where the edge was not reached.</summary>
    public IReadOnlyList<double> GfsProductMeans { get; } = [];

    /// <summary>
    /// Slope of log L₂ per iteration, a least-squares line over the <see cref="SlopeWindow"/> iterations that begin <see cref="SlopeDelay"/>
    /// after the crossing; null where the run does not hold them or L₂ meets its floor in them.
    /// </summary>
    public double? Slope { get; }

    /// <summary>2·log(1 − 2λ₂/λ₁), the slope of the surrogate L̂: gradient descent on L₂ with α held at the edge, ηλ₁α² = 2.</summary>
    public double SurrogateRate { get; }

    /// <summary>The verdict table.</summary>
    public IReadOnlyList<Verdict> Verdicts()
    {
        const string Paper = "Liu et al. 2025";
        double eta = _descent.StepSize;
        MinimalistPoint start = _points[0];
        double startProduct = start.Sharpness * eta;
        double? solutionProduct = start.GfsSharpness * eta;
        string? degenerate = Degenerate(start);
        string? below = degenerate
            ?? (startProduct < 2 ? null : $"the start lies at or above the edge already: S₀·η = {startProduct:G4}");
        string? drawn = below ?? (solutionProduct > 2 ? null : $"the flow's minimum is stable from the start: φ₀·η = {solutionProduct:G4} ≤ 2");
        string? reached = drawn
            ?? (Diverged ? "the run diverged" : null)
            ?? (Phases.EdgeOfStability is { } ? null : "the edge was not reached");
        bool rising = _points.Count > 1 && _points[^1].Sharpness > _points[_points.Count * 9 / 10].Sharpness;
        string? longEnough = drawn
            ?? (Phases.EdgeOfStability is null && rising && !Diverged ? $"the run ends, still sharpening, at S·η = {_points[^1].Sharpness * eta:G4}: give it more iterations" : null);
        int after = Phases.EdgeOfStability is { } k ? _points.Count - k : 0;
        string? late = reached ?? (after > 2 * SlopeWindow ? null : $"only {after} iterations follow the crossing; {2 * SlopeWindow} are needed");
        return
        [
            Verdict.Of(
                $"{ProgressiveSharpening} ({Paper})", "from below the edge, towards a minimum above it, S rises to 2/η", longEnough,
                () => Phases.EdgeOfStability is { } crossing ? $"S·η from {startProduct:G4} to 2 in {crossing} iterations" : $"largest S·η {LargestProduct:G6}",
                () => Phases.EdgeOfStability is not null),
            Verdict.Of(
                $"{SelfStabilisation} ({Paper})", $"S ≤ (2 + δ)/η ever after, δ small (below {LargestDelta})", reached,
                () => $"δ = {Delta:F4}", () => Delta < LargestDelta),
            Verdict.Of(
                $"{EdgeOfStability} ({Paper})", $"S stays about 2/η: late mean of S·η within {EdgeTolerance} of 2", late,
                () => $"{LateMeanProduct:F5}", () => Math.Abs(LateMeanProduct!.Value - 2) <= EdgeTolerance),
            Verdict.Of(
                $"{Convergence} ({Paper})", $"log L₂ falls as the surrogate's, by 2·log(1 − 2λ₂/λ₁) = {SurrogateRate:G5} an iteration (to {RateTolerance:P2})",
                reached ?? Unfit(Phases.EdgeOfStability ?? 0),
                () => $"{Slope:G5}", () => Math.Abs((Slope!.Value / SurrogateRate) - 1) <= RateTolerance),
            Verdict.Of(
                $"{GfsSharpness} (Kreisler et al. 2023, in Liu et al. 2025)", "at the edge φ falls towards 2/η: its means over ten equal parts of the iterations after the crossing never rise by more than 0.1 %", late,
                () => $"mean φ·η from {GfsProductMeans[0]:G5} to {GfsProductMeans[^1]:G5}, largest rise {LargestRise(GfsProductMeans):P3}",
                () => LargestRise(GfsProductMeans) <= 1e-3),
            Verdict.Of(
                $"{WithoutEdge} ({Paper})", "where the flow's minimum is stable the edge is never reached",
                below ?? (solutionProduct < 2 ? null : $"the flow's minimum lies above the edge: φ₀·η = {solutionProduct:G4}"),
                () => $"largest S·η {LargestProduct:G6}", () => !Diverged && LargestProduct < 2),
        ];
    }

    private string? Degenerate(MinimalistPoint start) =>
        _descent.StepSize == 0 ? "η is 0: nothing moves"
        : _descent.Model.Lambda2 == 0 ? "λ₂ is 0: there is no relevant input, and L₂ is 0"
        : _descent.Model.Lambda2 >= _descent.Model.Lambda1 ? "λ₂ is not below λ₁: the relevant input is the larger"
        : !start.IsFinite ? "the loss overflows at the start"
        : start.GfsSharpness is null ? "the start is drawn to a saddle"
        : start.Alpha * start.Beta2 is > 0 and < 1 ? null : $"αβ₂ = {start.Alpha * start.Beta2:G4} at the start is not in (0, 1)";

    private static double LargestRise(IReadOnlyList<double> means) =>
        means.Zip(means.Skip(1), (before, then) => (then / before) - 1).DefaultIfEmpty(0).Max();

    private string? Unfit(int crossing)
    {
        int first = crossing + SlopeDelay;
        if (_points.Count < first + SlopeWindow + 1)
        {
            return $"the run ends before the window of the fit, iterations {first} to {first + SlopeWindow}";
        }

        double least = _points.Skip(first).Take(SlopeWindow + 1).Min(point => point.LossConverging);
        return least > 10 * _descent.ConvergingFloor ? null : $"L₂ falls to {least:G3} in the window, near its floor 2ε⁴/(η²λ₂) = {_descent.ConvergingFloor:G3}";
    }

    private double? SlopeOfConverging(int crossing)
    {
        if (Unfit(crossing) is not null)
        {
            return null;
        }

        double[] logs = [.. _points.Skip(crossing + SlopeDelay).Take(SlopeWindow + 1).Select(point => Math.Log(point.LossConverging))];
        double middle = (logs.Length - 1) / 2.0;
        double mean = logs.Average();
        double over = 0;
        double under = 0;
        for (int i = 0; i < logs.Length; i++)
        {
            over += (i - middle) * (logs[i] - mean);
            under += (i - middle) * (i - middle);
        }

        return over / under;
    }
}
