using System.Globalization;
using Brink.Cli.Figures;
using Brink.Cli.Terminal;

namespace Brink.Cli.Report;

/// <summary>The pictures of runs for papers: those that have something to show, each with a name for its file.</summary>
internal static class RunFigures
{
    /// <summary>More thresholds than these in one picture say nothing.</summary>
    private const int MostThresholds = 3;

    /// <summary>Colours that are told apart; further runs repeat them dashed.</summary>
    private const int Colours = 8;

    private static readonly FigureAxis s_iteration = new("iteration k");

    /// <summary>Draws up the pictures.</summary>
    /// <param name="runs">The runs.</param>
    internal static IReadOnlyList<(string Name, Figure Figure)> Of(IReadOnlyList<RunView> runs)
    {
        (string Name, Figure Figure)[] all =
        [
            ("loss", Of("training loss", runs, run => run.Loss, logarithmic: true)),
            ("loss-evaluations", Of("training loss", runs, run => run.LossByEvaluations, logarithmic: true) with { X = new FigureAxis("evaluations, f + ∇f") }),
            ("eta-sharpness", Of("η λ₁", runs, run => run.EtaSharpness, Edges(runs))),
            ("step-size", Of("step size η", runs, run => run.StepSize)),
            ("sharpness", WithFollowed("sharpness λ₁", runs, run => run.Sharpness, [.. Smallest(runs), .. Thresholds(runs, preconditioned: false)], preconditioned: false)),
            ("preconditioned-sharpness", WithFollowed("preconditioned sharpness", runs, run => run.Preconditioned, Thresholds(runs, preconditioned: true), preconditioned: true)),
            ("grad-norm", Of("‖∇f‖", runs, run => run.GradNorm, logarithmic: true)),
            ("train-accuracy", Of("training accuracy, %", runs, run => run.TrainAccuracy.Times(100), logarithmic: false)),
            ("test-accuracy", Of("test accuracy, %", runs, run => run.TestAccuracy.Times(100), logarithmic: false)),
        ];
        return
        [
            .. all.Where(one => one.Figure.Curves.Any(curve => curve.Y.Any(double.IsFinite))),
            .. runs.Where(run => run.Density is not null).Select(run => (runs.Count == 1 ? "density" : $"density-{FileName(run.Name)}", DensityFigure.Of(run.Density!))),
        ];
    }

    private static Figure Of(
        string label, IReadOnlyList<RunView> runs, Func<RunView, Curve> curve, IReadOnlyList<FigureThreshold>? thresholds = null, bool? logarithmic = null)
    {
        FigureCurve[] curves = [.. runs.Select((run, i) => Drawn(run.Name, curve(run), i)).Where(one => one.Y.Count > 0)];
        thresholds ??= [];
        return new Figure(s_iteration, new FigureAxis(label) { Logarithmic = logarithmic ?? SpansDecades(curves, thresholds) })
        {
            Curves = runs.Count == 1 ? [.. curves.Select(one => one with { Name = null })] : curves,
            Thresholds = thresholds,
        };
    }

    /// <summary>λ₁ of every run; where only one is shown, also the other eigenvalues that it followed.</summary>
    private static Figure WithFollowed(
        string label, IReadOnlyList<RunView> runs, Func<RunView, Curve> first, IReadOnlyList<FigureThreshold> thresholds, bool preconditioned)
    {
        Figure figure = Of(label, runs, first, thresholds);
        if (runs is not [{ Eigenvalues.Count: > 0 } run] || run.Preconditioned.Values.Length > 0 != preconditioned)
        {
            return figure;
        }

        FigureCurve[] followed = [.. run.Eigenvalues.Select((curve, i) => Drawn(i == 0 ? $"λ₂ to λ{Subscript(run.Eigenvalues.Count + 1)}" : string.Empty, curve, 5))];
        return figure with { Curves = [.. followed.Select(one => one with { Name = one.Name!.Length == 0 ? null : one.Name }), .. figure.Curves.Select(one => one with { Name = "λ₁" })] };
    }

    private static FigureCurve Drawn(string name, Curve curve, int place) =>
        new(name, curve.Iterations, curve.Values) { Colour = place % Colours, Dashed = place / Colours % 2 == 1 };

    private static string Subscript(int number) =>
        string.Concat(number.ToString(CultureInfo.InvariantCulture).Select(digit => (char)('₀' + (digit - '0'))));

    /// <summary>Whether a linear axis would press most of the values flat.</summary>
    private static bool SpansDecades(IEnumerable<FigureCurve> curves, IEnumerable<FigureThreshold> thresholds)
    {
        double[] values = [.. curves.SelectMany(curve => curve.Y).Where(double.IsFinite).Concat(thresholds.Select(line => line.Value)).Order()];
        return values.Length > 1 && values[0] > 0 && values[^1] > 20 * values[values.Length / 50];
    }

    private static FigureThreshold[] Thresholds(IReadOnlyList<RunView> runs, bool preconditioned)
    {
        // A threshold far above everything measured would press the curves flat.
        FigureThreshold[] lines =
        [
            .. runs.Where(run => run.Threshold?.Preconditioned == preconditioned && IsNear(run, preconditioned))
                .Select(run => new FigureThreshold(run.Threshold!.Value, $"{run.Threshold.Formula} = {Quantity.Number(run.Threshold.Value)}"))
                .Distinct(),
        ];
        return lines.Length <= MostThresholds ? lines : [];
    }

    private static bool IsNear(RunView run, bool preconditioned)
    {
        double[] measured = [.. (preconditioned ? run.Preconditioned : run.Sharpness).Values.Where(double.IsFinite)];
        return measured.Length > 0 && run.Threshold!.Value <= 30 * measured.Max();
    }

    private static FigureThreshold[] Edges(IReadOnlyList<RunView> runs) =>
    [
        new FigureThreshold(2, "2"),
        .. runs.Select(MomentumEdge).OfType<double>().Distinct().Select(edge => new FigureThreshold(edge, $"with momentum {Quantity.Number(edge)}")),
        .. runs.Select(run => run.SufficientDecrease).OfType<double>().Distinct().Select(c => new FigureThreshold(1 - c, $"1 − c = {Quantity.Number(1 - c)}")),
    ];

    /// <summary>η·λ₁ at the edge of a run whose momentum moves it away from 2.</summary>
    private static double? MomentumEdge(RunView run) =>
        run is { Threshold: { Preconditioned: false } threshold, StepSize.Values: [var step, ..] } && Math.Abs((threshold.Value * step) - 2) > 1e-2
            ? Math.Round(threshold.Value * step, 10)
            : null;

    private static IEnumerable<FigureThreshold> Smallest(IReadOnlyList<RunView> runs) => runs
        .Where(run => run.SmallestSharpness is not null)
        .Select(run => (Value: run.SmallestSharpness!.Value, Formula: run.Specification.GetValueOrDefault("loss", "mse") == "mse" ? "2/K" : "least"))
        .Distinct()
        .Select(least => new FigureThreshold(least.Value, $"{least.Formula} = {Quantity.Number(least.Value)}"));

    private static string FileName(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '-'));
}
