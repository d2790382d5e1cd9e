using Brink.Cli.Figures;
using Brink.Experiments;
using Brink.Experiments.Reproduction;

namespace Brink.Cli.Reproduction;

/// <summary>Pictures of runs, against the iteration.</summary>
internal static class RunPanels
{
    private static readonly FigureAxis s_iteration = new("iteration k");

    /// <summary>Makes a picture.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="panel">Which picture.</param>
    /// <param name="shown">The runs in it.</param>
    internal static Figure Draw(Experiment experiment, ExperimentPanel panel, IReadOnlyList<RunTrajectory> shown) => panel.Kind switch
    {
        "loss" => Loss(experiment, shown),
        "test-accuracy" => new Figure(s_iteration, new FigureAxis("test accuracy, %")) { Curves = Curves(experiment, shown, (_, line) => 100 * line.TestAccuracy) },
        "step-size" => new Figure(s_iteration, Logarithmic("step size η")) { Curves = Curves(experiment, shown, (_, line) => line.StepSize) },
        "sharpness" => Sharpness(experiment, shown),
        "eta-sharpness" => EtaSharpness(experiment, shown),
        "edge" => Edge(experiment, shown),
        "batch-sharpness" => BatchSharpness(experiment, shown),
        "eigenvalues" => Eigenvalues(shown[0]),
        "spectrum" => Spectrum(shown[0]),
        "trace" => new Figure(s_iteration, Logarithmic("trace of the Hessian")) { Curves = Curves(experiment, shown, (_, line) => line.Trace) },
        "gradient-norms" => DiagnosisPanels.GradientNorms(shown[0]),
        "zeros" => DiagnosisPanels.Zeros(shown[0]),
        "smoothness" => DiagnosisPanels.Smoothness(shown[0]),
        "curvature-along-gradient" => DiagnosisPanels.CurvatureAlongGradient(shown[0]),
        _ => throw new ArgumentOutOfRangeException(nameof(panel), panel.Kind, "no such picture"),
    };

    private static Figure Loss(Experiment experiment, IReadOnlyList<RunTrajectory> shown) => new(s_iteration, Logarithmic("training loss"))
    {
        Curves = Curves(experiment, shown, (_, line) => line.Loss),
        Thresholds = Common(shown.Select(one => one.RandomGuessLoss)) is { } guess ? [new FigureThreshold(guess, $"random guess, {guess:G3}")] : [],
    };

    private static Figure Sharpness(Experiment experiment, IReadOnlyList<RunTrajectory> shown) => new(s_iteration, Logarithmic("sharpness λ₁"))
    {
        Curves = Curves(experiment, shown, (_, line) => line.Sharpness),
        Thresholds = Common(shown.Select(one => one.FlattestSharpness)) is { } flattest ? [new FigureThreshold(flattest, $"its least value, {flattest:G3}")] : [],
    };

    private static Figure EtaSharpness(Experiment experiment, IReadOnlyList<RunTrajectory> shown) => new(s_iteration, Logarithmic("η λ₁"))
    {
        Curves = Curves(experiment, shown, (_, line) => line.StepSize * line.Sharpness),
        Thresholds = [new FigureThreshold(2, "the edge, 2"), new FigureThreshold(1 - shown[0].Specification.C, "1 − c")],
    };

    /// <summary>The sharpness over its edge: runs of different steps, momenta and preconditioners in one picture.</summary>
    private static Figure Edge(Experiment experiment, IReadOnlyList<RunTrajectory> shown) => new(s_iteration, new FigureAxis("sharpness over the edge's threshold") { From = 0 })
    {
        Curves = Curves(experiment, shown, (one, line) => (one.Summary.EdgeQuantity == "preconditioned_sharpness" ? line.PreconditionedSharpness : line.Sharpness) / one.Summary.EdgeThreshold),
        Thresholds = [new FigureThreshold(1, "the edge")],
    };

    /// <summary>Mean, least and largest sharpness of the batches.</summary>
    private static Figure BatchSharpness(Experiment experiment, IReadOnlyList<RunTrajectory> shown)
    {
        IReadOnlyList<FigureCurve> Bound(Func<MetricsLine, double?> value) =>
            [.. Curves(experiment, shown, (_, line) => value(line)).Select(curve => curve with { Name = null, Dashed = true })];

        return new Figure(s_iteration, Logarithmic("sharpness of the batches: mean, least, largest"))
        {
            Curves = [.. Curves(experiment, shown, (_, line) => line.BatchSharpnessMean), .. Bound(line => line.BatchSharpnessMin), .. Bound(line => line.BatchSharpnessMax)],
        };
    }

    /// <summary>Eigenvalues over the iterations, with their signs.</summary>
    private static Figure Eigenvalues(RunTrajectory one)
    {
        MetricsLine[] measured = [.. one.Lines.Where(line => line.Eigenvalues is not null)];
        double[] x = [.. measured.Select(line => (double)line.Iteration)];
        int most = measured.Max(line => line.Eigenvalues!.Length);
        int least = measured.Max(line => line.SmallestEigenvalues?.Length ?? 0);
        int outputs = Math.Min(one.Summary.Outputs ?? most, most);

        // Where the run came to the flat region, that is what is to be seen; a start is a thousand times sharper.
        double? scale = one.FlattestSharpness is { } lowest && measured.Any(line => line.Eigenvalues![0] < 2 * lowest) ? lowest : null;
        return new Figure(s_iteration, new FigureAxis("eigenvalues of the Hessian") { From = -1.5 * scale, To = 2 * scale })
        {
            Curves =
            [
                .. Enumerable.Range(0, most).Select(k => new FigureCurve(
                    k == 0 ? $"the first {(outputs == most ? string.Empty : "K = ")}{outputs}" : k == outputs ? "the next" : null,
                    x, [.. measured.Select(line => At(line.Eigenvalues, k))]) { Colour = k < outputs ? 0 : 5 }),
                .. Enumerable.Range(0, least).Select(k => new FigureCurve(k == 0 ? "the smallest" : null, x, [.. measured.Select(line => At(line.SmallestEigenvalues, k))]) { Colour = 1 }),
            ],
            Thresholds = one.FlattestSharpness is { } flattest ? [new FigureThreshold(flattest, $"its least value, {flattest:G3}")] : [],
        };
    }

    /// <summary>Sizes of the eigenvalues by rank where the sharpness was least, or where they were measured last: what comes in ± pairs lies on one another.</summary>
    private static Figure Spectrum(RunTrajectory one)
    {
        MetricsLine[] measured = [.. one.Lines.Where(line => line is { Eigenvalues: not null, SmallestEigenvalues: not null })];
        MetricsLine at = one.FlattestSharpness is null ? measured[^1] : measured.MinBy(line => line.Eigenvalues![0])!;
        int outputs = one.Summary.Outputs ?? 0;
        double[] top = at.Eigenvalues!;
        double[] bottom = at.SmallestEigenvalues!;
        return new Figure(new FigureAxis("index i"), Logarithmic("|λ|"))
        {
            Curves =
            [
                new FigureCurve($"λᵢ at iteration {at.Iteration}", [.. top.Select((_, k) => k + 1.0)], [.. top.Select(value => value > 0 ? value : double.NaN)], CurveStyle.Points) { Colour = 0 },
                new FigureCurve("−λ of the smallest, from index K + 1 on", [.. bottom.Select((_, k) => outputs + k + 1.0)], [.. bottom.Select(value => value < 0 ? -value : double.NaN)], CurveStyle.Points) { Colour = 1 },
            ],
            Thresholds = one.FlattestSharpness is { } flattest ? [new FigureThreshold(flattest, $"its least value, {flattest:G3}")] : [],
        };
    }

    private static IReadOnlyList<FigureCurve> Curves(Experiment experiment, IReadOnlyList<RunTrajectory> shown, Func<RunTrajectory, MetricsLine, double?> value) =>
    [
        .. shown.Select((one, k) =>
        {
            (long Iteration, double Value)[] points = [.. one.Lines.Select(line => (line.Iteration, Value: value(one, line))).Where(point => point.Value is not null).Select(point => (point.Iteration, point.Value!.Value))];
            string name = TrajectoryLabel.Of(experiment, shown, one);
            return new FigureCurve(name.Length == 0 ? null : name, [.. points.Select(point => (double)point.Iteration)], [.. points.Select(point => point.Value)]) { Colour = k };
        }),
    ];

    private static double At(double[]? values, int index) => values is not null && index < values.Length ? values[index] : double.NaN;

    /// <summary>A value that all have in common, or null.</summary>
    private static double? Common(IEnumerable<double?> values) => values.Distinct().ToArray() is [{ } only] ? only : null;

    private static FigureAxis Logarithmic(string label) => new(label) { Logarithmic = true };
}
