using Brink.Cli.Figures;
using Brink.Experiments.Reproduction;
using Brink.Experiments.Theory;
using Brink.Theory;

namespace Brink.Cli.Reproduction;

/// <summary>Pictures of trajectories on the minimalist example.</summary>
internal static class MinimalistPanels
{
    private const int Ink = 6;
    private static readonly FigureAxis s_iteration = new("iteration k");

    /// <summary>Makes a picture.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="panel">Which picture.</param>
    /// <param name="shown">The trajectories in it.</param>
    internal static Figure Draw(Experiment experiment, ExperimentPanel panel, IReadOnlyList<MinimalistExperimentTrajectory> shown) => panel.Kind switch
    {
        "losses" => Losses(shown[0].Trajectory),
        "sharpness" => Sharpness(experiment, shown),
        "bound" => Bound(shown[0].Trajectory),
        "delta" => Delta(shown),
        "decay" => Decay(experiment, shown),
        "flows" => Flows(shown[0].Trajectory),
        "gfs-sharpness" => GfsSharpness(shown[0].Trajectory),
        "constrained" => Constrained(shown[0].Trajectory),
        "constrained-sharpness" => ConstrainedSharpness(shown[0].Trajectory),
        "constrained-loss" => ConstrainedLoss(shown[0].Trajectory),
        _ => throw new ArgumentOutOfRangeException(nameof(panel), panel.Kind, "no such picture"),
    };

    private static Figure Losses(MinimalistTrajectory one) => new(s_iteration, new FigureAxis("loss") { Logarithmic = true })
    {
        Curves =
        [
            Over(one, "L₁, oscillating", point => point.LossOscillating, 1),
            Over(one, "L₂, converging", point => point.LossConverging, 0),
        ],
        Bands = Phases(one),
    };

    private static Figure Sharpness(Experiment experiment, IReadOnlyList<MinimalistExperimentTrajectory> shown)
    {
        double[] bounds = [.. shown.Select(one => 2 / one.Trajectory.Specification.Eta).Distinct()];
        bool same = bounds.Length == 1;
        return new Figure(s_iteration, new FigureAxis(same ? "sharpness S" : "S η"))
        {
            Curves = [.. shown.Select((one, k) => Over(one.Trajectory, shown.Count == 1 ? "S" : TrajectoryLabel.Of(experiment, shown, one), point => point.Sharpness * (same ? 1 : one.Trajectory.Specification.Eta), k))],
            Thresholds = [new FigureThreshold(same ? bounds[0] : 2, same ? $"2/η = {bounds[0]:G4}" : "the edge, 2")],
            Bands = shown.Count == 1 ? Phases(shown[0].Trajectory) : [],
        };
    }

    /// <summary>The edge of stability from shortly before the crossing on, so that δ can be seen.</summary>
    private static Figure Bound(MinimalistTrajectory one)
    {
        int from = Math.Max(0, (one.Study.Phases.EdgeOfStability ?? 0) - 1);
        return new Figure(s_iteration with { From = from, To = one.Points[^1].Iteration }, new FigureAxis("S η"))
        {
            Curves = [Over(one, "S η", point => point.Iteration < from ? double.NaN : point.Sharpness * one.Specification.Eta, 0)],
            Thresholds =
            [
                new FigureThreshold(2, "the edge, 2"),
                .. Enumerable.Range(0, one.Study.Delta is null ? 0 : 1).Select(_ => new FigureThreshold(2 + one.Study.Delta!.Value, $"2 + δ, δ = {one.Study.Delta:F4}")),
            ],
        };
    }

    private static Figure Delta(IReadOnlyList<MinimalistExperimentTrajectory> shown)
    {
        MinimalistTrajectory[] ordered = [.. shown.Select(one => one.Trajectory).OrderBy(one => one.Specification.Epsilon)];
        (double least, double most) = (ordered[0].Specification.Epsilon, ordered[^1].Specification.Epsilon);
        double? top = ordered.Any(one => one.Study.Delta is not null) ? null : 1;
        return new Figure(new FigureAxis("projection floor ε") { Logarithmic = true, From = least < most ? least : null, To = least < most ? most : null }, new FigureAxis("measured δ") { From = 0, To = top })
        {
            Curves = [new FigureCurve("δ, largest S η − 2 from the crossing on", [.. ordered.Select(one => one.Specification.Epsilon)], [.. ordered.Select(one => one.Study.Delta ?? double.NaN)], CurveStyle.LinePoints) { Colour = 0 }],
        };
    }

    /// <summary>L₂, and beside it, dashed, the surrogate's fall from the beginning of the fitted window on.</summary>
    private static Figure Decay(Experiment experiment, IReadOnlyList<MinimalistExperimentTrajectory> shown)
    {
        List<FigureCurve> curves = [];
        for (int k = 0; k < shown.Count; k++)
        {
            MinimalistTrajectory one = shown[k].Trajectory;
            curves.Add(Over(one, shown.Count == 1 ? "L₂ of gradient descent" : $"L₂, {TrajectoryLabel.Of(experiment, shown, shown[k])}", point => point.LossConverging, k));
        }

        MinimalistTrajectory first = shown[0].Trajectory;
        int begin = (first.Study.Phases.EdgeOfStability ?? 0) + MinimalistStudy.SlopeDelay;
        if (first.Study.Phases.EdgeOfStability is not null && begin < first.Points.Count)
        {
            MinimalistPoint at = first.Points[begin];
            double[] iterations = [.. first.Points.Skip(begin).Select(point => (double)point.Iteration)];
            double[] falling = [.. iterations.Select(k => at.LossConverging * Math.Exp(first.Study.SurrogateRate * (k - begin)))];
            curves.Add(new FigureCurve("surrogate, 2 log(1 − 2λ₂/λ₁) per step", iterations, falling) { Colour = Ink, Dashed = true });
        }

        bool fits = begin + MinimalistStudy.SlopeWindow < first.Points.Count;
        FigureBand window = new(begin, begin + MinimalistStudy.SlopeWindow, "window of the fit", Tinted: true);
        return new Figure(s_iteration, new FigureAxis("L₂") { Logarithmic = true })
        {
            Curves = curves,
            Bands = fits ? [window] : [],
        };
    }

    private static Figure Flows(MinimalistTrajectory one)
    {
        MinimalistFlowFromPoint[] flows = [.. one.Flows.Where(flow => flow is { Curve: not null, Minimiser: not null })];
        double[] alphas = [.. one.Points.Select(point => point.Alpha).Concat(flows.Select(flow => flow.Minimiser![0]))];
        (double low, double high) = (alphas.Min(), alphas.Max());
        double[] along = [.. Enumerable.Range(0, 201).Select(i => low + ((high - low) * 1.05 * i / 200))];
        double ceiling = 1.1 * one.Points.Select(point => point.Beta2).Concat(flows.Select(flow => flow.Minimiser![2])).Max();
        return new Figure(new FigureAxis("α"), new FigureAxis("β₂") { From = 0, To = ceiling })
        {
            Curves =
            [
                new FigureCurve("minima, α β₂ = 1", along, [.. along.Select(alpha => alpha > 0 && 1 / alpha <= ceiling ? 1 / alpha : double.NaN)]) { Colour = Ink },
                .. flows.Select((flow, k) => new FigureCurve(k == 0 ? "gradient flows" : null, [.. flow.Curve!.Select(point => point.Alpha)], [.. flow.Curve!.Select(point => point.Beta2)]) { Colour = 5 }),
                Plane("gradient descent", one) with { Colour = 0 },
                new FigureCurve("ends of the flows", [.. flows.Select(flow => flow.Minimiser![0])], [.. flows.Select(flow => flow.Minimiser![2])], CurveStyle.Points) { Colour = 1 },
            ],
        };
    }

    private static Figure GfsSharpness(MinimalistTrajectory one) => new(s_iteration, new FigureAxis("sharpness times η"))
    {
        Curves =
        [
            Over(one, "φ η, at the end of the flow from the iterate", point => (point.GfsSharpness ?? double.NaN) * one.Specification.Eta, 1),
            Over(one, "S η, at the iterate", point => point.Sharpness * one.Specification.Eta, 0),
        ],
        Thresholds = [new FigureThreshold(2, "the edge, 2")],
    };

    private static Figure Constrained(MinimalistTrajectory one) => new(new FigureAxis("α"), new FigureAxis("β₂"))
    {
        Curves =
        [
            .. one.Flows.Count > 0 && one.Flows[0].Curve is { } flow
                ? [new FigureCurve("gradient flow", [.. flow.Select(point => point.Alpha)], [.. flow.Select(point => point.Beta2)]) { Colour = 2 }]
                : Array.Empty<FigureCurve>(),
            Plane("gradient descent", one) with { Colour = 0 },
            .. one.Constrained is { } curve
                ? [new FigureCurve("constrained, S ≤ 2/η", [.. curve.Select(point => point.Alpha)], [.. curve.Select(point => point.Beta2)]) { Colour = 1, Dashed = true }]
                : Array.Empty<FigureCurve>(),
        ],
    };

    private static Figure ConstrainedSharpness(MinimalistTrajectory one) => new(s_iteration with { Label = "iteration k = time / η" }, new FigureAxis("S η"))
    {
        Curves = [Over(one, "gradient descent", point => point.Sharpness * one.Specification.Eta, 0), .. Beside(one, point => point.Sharpness * one.Specification.Eta)],
        Thresholds = [new FigureThreshold(2, "the edge, 2")],
    };

    private static Figure ConstrainedLoss(MinimalistTrajectory one) => new(s_iteration with { Label = "iteration k = time / η" }, new FigureAxis("loss") { Logarithmic = true })
    {
        Curves =
        [
            Over(one, "L of gradient descent", point => point.Loss, 5),
            Over(one, "L₂ of gradient descent", point => point.LossConverging, 0),
            .. Beside(one, point => point.Loss).Select(curve => curve with { Name = "L of the constrained trajectory" }),
        ],
    };

    private static FigureCurve[] Beside(MinimalistTrajectory one, Func<MinimalistFlowPoint, double> value) => one.Constrained is { } curve
        ? [new FigureCurve("constrained, S ≤ 2/η", [.. curve.Select(point => point.Time / one.Specification.Eta)], [.. curve.Select(value)]) { Colour = 1, Dashed = true }]
        : [];

    private static FigureCurve Plane(string name, MinimalistTrajectory one) =>
        new(name, [.. one.Points.Select(point => point.Alpha)], [.. one.Points.Select(point => point.Beta2)]);

    private static FigureCurve Over(MinimalistTrajectory one, string name, Func<MinimalistPoint, double> value, int colour) =>
        new(name, [.. one.Points.Select(point => (double)point.Iteration)], [.. one.Points.Select(value)]) { Colour = colour };

    private static FigureBand[] Phases(MinimalistTrajectory one)
    {
        MinimalistPhases phases = one.Study.Phases;
        (int? From, string Name)[] all =
        [
            (phases.ProgressiveSharpening, "progressive sharpening"), (phases.EdgeOfStability, "edge of stability"), (phases.Convergence, "convergence"),
        ];
        (int From, string Name)[] begun = [.. all.Where(phase => phase.From is not null).Select(phase => (phase.From!.Value, phase.Name))];
        return [.. begun.Select((phase, k) => new FigureBand(
            phase.From, k + 1 < begun.Length ? begun[k + 1].From : one.Points[^1].Iteration, phase.Name, Tinted: k % 2 == 0))];
    }
}
