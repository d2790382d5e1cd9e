using Brink.Experiments.Theory;
using Brink.Theory;

namespace Brink.Experiments.Reproduction;

/// <summary>
/// Numbers of a trajectory on the minimalist example that a claim can be about. Each belongs to a theorem of <see cref="MinimalistStudy"/>, and is
/// measured only where that theorem's hypotheses are met.
/// </summary>
internal static class MinimalistMeasures
{
    private static readonly (StudyMeasure Measure, string Theorem, Func<MinimalistTrajectory, Measurement> Of)[] s_all =
    [
        (new("crossing", "iteration of the crossing, S·η ≥ 2", "N0"), MinimalistStudy.ProgressiveSharpening, one => Known(one.Study.Phases.EdgeOfStability)),
        (new("largest_eta_sharpness", "largest S·η from the crossing on", "F4"), MinimalistStudy.SelfStabilisation, one => Known(one.Study.LargestProductAfterCrossing)),
        (new("delta", "δ in S ≤ (2 + δ)/η", "F4"), MinimalistStudy.SelfStabilisation, one => Known(one.Study.Delta)),
        (new("late_mean_eta_sharpness", "late mean of S·η", "F5"), MinimalistStudy.EdgeOfStability, one => Known(one.Study.LateMeanProduct)),
        (new("slope_log_loss_converging", "slope of log L₂ per iteration", "F7"), MinimalistStudy.Convergence, one => Known(one.Study.Slope)),
        (new("gfs_rise", "largest relative rise of φ in a step", "G3"), MinimalistStudy.GfsSharpness, GfsRise),
        (new("gfs_product_end", "φ·η at the end", "F4"), MinimalistStudy.GfsSharpness, one => Known(one.Points[^1].GfsSharpness * one.Specification.Eta)),
        (new("flow_end_distance", "largest distance of a followed flow's end from the minimiser in closed form", "G3"), MinimalistStudy.ProgressiveSharpening, FlowEndDistance),
        (new("constrained_eta_sharpness", "largest S·η on the constrained trajectory", "F6"), MinimalistStudy.ProgressiveSharpening, ConstrainedProduct),
        (new("constrained_distance", "largest distance in (α, β₂) between gradient descent and the constrained trajectory at equal time", "F4"), MinimalistStudy.SelfStabilisation, ConstrainedDistance),
        (new("flow_distance_ratio", "largest distance of gradient descent from the gradient flow over that from the constrained trajectory", "F1"), MinimalistStudy.SelfStabilisation, FlowDistanceRatio),
        (new("final_loss_ratio", "L₂ of gradient descent over L of the constrained trajectory, at the end", "F4"), MinimalistStudy.SelfStabilisation, FinalLossRatio),
    ];

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<StudyMeasure> All { get; } = [.. s_all.Select(one => one.Measure)];

    /// <summary>Measures.</summary>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="measure">The measure's name.</param>
    internal static Measurement Of(MinimalistExperimentTrajectory trajectory, string measure)
    {
        (_, string theorem, Func<MinimalistTrajectory, Measurement> of) = s_all.Single(one => one.Measure.Name == measure);
        return trajectory.Judge(theorem).UnmetHypothesis is { } unmet ? new Measurement(null, unmet) : of(trajectory.Trajectory);
    }

    private static Measurement Known(double? value) => value is { } number ? new(number, null) : new(null, "it was not measured: the edge was not reached");

    private static Measurement GfsRise(MinimalistTrajectory one)
    {
        double[] sharpness = [.. one.Points.Select(point => point.GfsSharpness ?? double.NaN)];
        return Known(sharpness.Zip(sharpness.Skip(1), (before, then) => (then / before) - 1).Max());
    }

    private static Measurement FlowEndDistance(MinimalistTrajectory one)
    {
        if (one.Flows.Count == 0 || one.Flows.Any(flow => flow.Curve is null))
        {
            return new(null, one.Flows.Count == 0 ? "no flow was followed: set flows" : one.Flows.First(flow => flow.Curve is null).Reason ?? "a flow has no end");
        }

        return Known(one.Flows.Max(flow => Distance(flow.Curve![^1], flow.Minimiser![0], flow.Minimiser[1], flow.Minimiser[2])));
    }

    private static Measurement ConstrainedProduct(MinimalistTrajectory one) =>
        one.Constrained is { } curve ? Known(curve.Max(point => point.Sharpness * one.Specification.Eta)) : NotFollowed;

    private static Measurement ConstrainedDistance(MinimalistTrajectory one) =>
        one.Constrained is { } curve ? Known(LargestDistance(one, time => At(curve, time))) : NotFollowed;

    private static Measurement FlowDistanceRatio(MinimalistTrajectory one) =>
        one.Constrained is not { } constrained ? NotFollowed
        : one.Flows.Count == 0 || one.Flows[0].Curve is not { } flow ? new(null, "the gradient flow from the start was not followed: set flows")
        : Known(LargestDistance(one, time => At(flow, time)) / LargestDistance(one, time => At(constrained, time)));

    private static Measurement FinalLossRatio(MinimalistTrajectory one) =>
        one.Constrained is { } curve ? Known(one.Points[^1].LossConverging / curve[^1].Loss) : NotFollowed;

    private static Measurement NotFollowed => new(null, "the constrained trajectory was not followed: set constrained");

    /// <summary>Distance in the (α, β₂) plane, where gradient descent's point of iteration k stands beside the curve's of time kη.</summary>
    private static double LargestDistance(MinimalistTrajectory one, Func<double, (double Alpha, double Beta2)> curve) => one.Points.Max(point =>
    {
        (double alpha, double beta2) = curve(point.Iteration * one.Specification.Eta);
        return double.Hypot(point.Alpha - alpha, point.Beta2 - beta2);
    });

    /// <summary>A curve between its points, which lie at equal times; after its end it rests.</summary>
    private static (double Alpha, double Beta2) At(IReadOnlyList<MinimalistFlowPoint> curve, double time)
    {
        double place = Math.Min(time / curve[^1].Time * (curve.Count - 1), curve.Count - 1);
        int before = Math.Min((int)place, curve.Count - 2);
        double part = place - before;
        return (double.Lerp(curve[before].Alpha, curve[before + 1].Alpha, part), double.Lerp(curve[before].Beta2, curve[before + 1].Beta2, part));
    }

    private static double Distance(MinimalistFlowPoint point, double alpha, double beta1, double beta2) =>
        double.Hypot(double.Hypot(point.Alpha - alpha, point.Beta1 - beta1), point.Beta2 - beta2);
}
