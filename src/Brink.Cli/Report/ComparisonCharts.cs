using Brink.Cli.Terminal;

namespace Brink.Cli.Report;

/// <summary>The charts of a comparison: five, and one more where adaptive methods were measured with their preconditioner.</summary>
internal sealed class ComparisonCharts
{
    /// <summary>More thresholds than these in one picture say nothing.</summary>
    private const int MostThresholds = 3;

    private readonly IReadOnlyList<RunView> _runs;

    /// <summary>Lays the charts out.</summary>
    /// <param name="runs">The runs.</param>
    internal ComparisonCharts(IReadOnlyList<RunView> runs)
    {
        _runs = runs;
        (CurveChart Chart, string Caption)[] charts =
        [
            (new CurveChart("loss", "Training loss", Of(run => run.Loss), [], logarithmic: true),
                "<b>Training loss</b> f(w<sub>k</sub>)"),
            (new CurveChart("product", "Step size times sharpness, against 2 and 1 − c", Of(run => run.EtaSharpness), Edges(), logarithmic: null),
                "<b>η·λ₁</b>, step size times sharpness; 2 is the edge of stability of gradient descent"),
            (new CurveChart("step", "Step size", Of(run => run.StepSize), [], logarithmic: null),
                "<b>η</b>, step size"),
            (new CurveChart("sharpness", "Sharpness, against its smallest value 2/K and the edge of stability", WithFollowed(run => run.Sharpness, preconditioned: false), [.. Smallest(), .. Thresholds(preconditioned: false)], logarithmic: null),
                "<b>λ₁</b>, sharpness: the largest eigenvalue of the Hessian" + FollowedNote(preconditioned: false)),
            (new CurveChart("preconditioned", "Preconditioned sharpness, against the edge of stability", WithFollowed(run => run.Preconditioned, preconditioned: true), Thresholds(preconditioned: true), logarithmic: null),
                "<b>λ₁(P<sup>−1</sup>H)</b>, preconditioned sharpness" + FollowedNote(preconditioned: true)),
            (new CurveChart("accuracy", "Accuracy", Accuracies(), [], logarithmic: false),
                "<b>Accuracy</b> on the test samples" + (HasTest() ? "; thin: on the training samples" : " was not measured; thin: on the training samples")),
        ];
        All = [.. charts.Where(one => !one.Chart.IsEmpty)];
    }

    /// <summary>The charts that have something to show, each with its caption in HTML.</summary>
    internal IReadOnlyList<(CurveChart Chart, string Caption)> All { get; }

    private IEnumerable<ChartSeries> Of(Func<RunView, Curve> curve) =>
        _runs.Select((run, i) => new ChartSeries(i, curve(run), run.Diverged));

    private IEnumerable<ChartSeries> Accuracies() =>
        Of(run => run.TrainAccuracy).Select(one => one with { Faint = true, EndsBadly = false, Label = "(train)" }).Concat(Of(run => run.TestAccuracy));

    /// <summary>λ₁ of every run; below it, where only one is shown, the other eigenvalues it followed.</summary>
    private IEnumerable<ChartSeries> WithFollowed(Func<RunView, Curve> first, bool preconditioned) =>
        Followed(preconditioned).Select((curve, i) => new ChartSeries(0, curve, Faint: true, Label: $"λ{Subscript(i + 2)}")).Concat(Of(first));

    private IReadOnlyList<Curve> Followed(bool preconditioned) =>
        _runs.Count == 1 && _runs[0].Preconditioned.Values.Length > 0 == preconditioned ? _runs[0].Eigenvalues : [];

    private string FollowedNote(bool preconditioned) => Followed(preconditioned).Count switch
    {
        0 => string.Empty,
        1 => "; thin: λ₂",
        var count => $"; thin: λ₂ to λ{Subscript(count + 1)}",
    };

    private static string Subscript(int number) => string.Concat($"{number}".Select(digit => (char)('₀' + (digit - '0'))));

    private Reference[] Thresholds(bool preconditioned)
    {
        // A threshold far above everything measured would press the curves flat.
        Reference[] lines =
        [
            .. _runs.Where(run => run.Threshold?.Preconditioned == preconditioned && IsNear(run, preconditioned))
                .Select(run => new Reference(run.Threshold!.Value, $"{run.Threshold.Formula} = {Quantity.Number(run.Threshold.Value)}"))
                .Distinct(),
        ];
        return lines.Length <= MostThresholds ? lines : [];
    }

    private static bool IsNear(RunView run, bool preconditioned)
    {
        double[] measured = [.. (preconditioned ? run.Preconditioned : run.Sharpness).Values.Where(double.IsFinite)];
        return measured.Length > 0 && run.Threshold!.Value <= 30 * measured.Max();
    }

    private bool HasTest() => _runs.Any(run => run.TestAccuracy.Values.Length > 0);

    private IEnumerable<Reference> Edges()
    {
        yield return new Reference(2, "2");
        foreach (double edge in _runs.Select(MomentumEdge).OfType<double>().Distinct())
        {
            yield return new Reference(edge, $"with momentum {Quantity.Number(edge)}");
        }

        foreach (double c in _runs.Select(run => run.SufficientDecrease).OfType<double>().Distinct())
        {
            yield return new Reference(1 - c, $"1 − c = {Quantity.Number(1 - c)}");
        }
    }

    /// <summary>η·λ₁ at the edge of a run whose momentum moves it away from 2.</summary>
    private static double? MomentumEdge(RunView run) =>
        run is { Threshold: { Preconditioned: false } threshold, StepSize.Values: [var step, ..] } && Math.Abs((threshold.Value * step) - 2) > 1e-2
            ? Math.Round(threshold.Value * step, 10)
            : null;

    private IEnumerable<Reference> Smallest() => _runs
        .Where(run => run.SmallestSharpness is not null)
        .Select(run => (Value: run.SmallestSharpness!.Value, Formula: run.Specification.GetValueOrDefault("loss", "mse") == "mse" ? "2/K" : "least"))
        .Distinct()
        .Select(least => new Reference(least.Value, $"{least.Formula} = {Quantity.Number(least.Value)}"));
}
