using Brink.Cli.Terminal;

namespace Brink.Cli.Report;

/// <summary>The five charts of a comparison.</summary>
internal sealed class ComparisonCharts
{
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
                "<b>η·λ₁</b>, step size times sharpness; 2 is the edge of stability"),
            (new CurveChart("step", "Step size", Of(run => run.StepSize), [], logarithmic: null),
                "<b>η</b>, step size"),
            (new CurveChart("sharpness", "Sharpness, against its smallest value 2/K", Of(run => run.Sharpness), Smallest(), logarithmic: null),
                "<b>λ₁</b>, sharpness: the largest eigenvalue of the Hessian"),
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
        Of(run => run.TrainAccuracy).Select(one => one with { Faint = true, EndsBadly = false }).Concat(Of(run => run.TestAccuracy));

    private bool HasTest() => _runs.Any(run => run.TestAccuracy.Values.Length > 0);

    private IEnumerable<Reference> Edges()
    {
        yield return new Reference(2, "2");
        foreach (double c in _runs.Select(run => run.SufficientDecrease).OfType<double>().Distinct())
        {
            yield return new Reference(1 - c, $"1 − c = {Quantity.Number(1 - c)}");
        }
    }

    private IEnumerable<Reference> Smallest() => _runs
        .Select(run => run.SmallestSharpness)
        .OfType<double>()
        .Distinct()
        .Select(value => new Reference(value, $"2/K = {Quantity.Number(value)}"));
}
