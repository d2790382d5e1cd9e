using Brink.Cli.Figures;
using Brink.Cli.Report;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Brink.Methods;

namespace Brink.Cli.Tests;

/// <summary>How the edge of stability and the eigenvalues followed are shown.</summary>
public sealed class EdgeTests : IDisposable
{
    private readonly RunFolderFixture _folders = new();

    public void Dispose() => _folders.Dispose();

    [Fact]
    public void The_line_at_the_end_says_when_it_was_reached_and_how_closely_it_was_kept()
    {
        RunSummary summary = Summary(StabilityThreshold.OfGradientDescent(0.02)!);
        Assert.Null(EdgeText.Of(summary, unicode: true));
        summary = summary.With(Line(0, 50));
        Assert.Equal("edge of stability: λ₁ stayed below 2/η = 100; the largest was 50", EdgeText.Of(summary, unicode: true));
        summary = summary.With(Line(420, 110));
        Assert.Equal("edge of stability: sharpness first reached 2/eta = 100 at iteration 420", EdgeText.Of(summary, unicode: false));
        summary = summary.With(Line(430, 90)).With(Line(440, 100));
        Assert.Equal(
            "edge of stability: λ₁ first reached 2/η = 100 at iteration 420; since then 0.9 to 1.1 times that, 1 in the mean of 3 measurements",
            EdgeText.Of(summary, unicode: true));
        Assert.StartsWith("edge of stability: λ₁ began above (2+2β)/η = 3.8", EdgeText.Of(Summary(StabilityThreshold.OfGradientDescent(1, 0.9)!).With(Line(0, 5)), unicode: true));
        Assert.All(EdgeText.Of(Summary(StabilityThreshold.OfPreconditioned(0.1, 0.9)).With(Line(0, 5)), unicode: false)!, letter => Assert.True(letter < 128));
        Assert.Null(EdgeText.Of(Summary(null).With(Line(0, 5)), unicode: true));
    }

    [Fact]
    public void Progress_measures_against_the_methods_own_edge()
    {
        var progress = new RunProgress();
        progress.Start("x", 0, 10, null, StabilityThreshold.OfGradientDescent(0.1, 0.9));
        progress.Add(Line(0, 19) with { StepSize = 0.1 });
        Assert.Equal((1.9, 3.8, 0.5), (progress.Product!.Value, progress.Edge, progress.EdgeRatio!.Value), Close);

        var adaptive = new RunProgress();
        adaptive.Start("x", 0, 10, null, StabilityThreshold.OfPreconditioned(0.1, 0.9));
        adaptive.Add(Line(0, 19) with { StepSize = 0.1 });
        Assert.Null(adaptive.Product);
        adaptive.Add(Line(1, 19) with { StepSize = 0.1, PreconditionedSharpness = 190 });
        Assert.Equal((19, 38, 0.5), (adaptive.Product!.Value, adaptive.Edge, adaptive.EdgeRatio!.Value), Close);

        using var text = new StringWriter { NewLine = "\n" };
        var plain = new PlainProgress(text);
        plain.Started("x", 0, 10, null, StabilityThreshold.OfGradientDescent(0.1));
        plain.Recorded(Line(0, 19) with { StepSize = 0.1 });
        Assert.Contains("0.95 of 2/eta", text.ToString());
    }

    [Fact]
    public void One_run_shows_its_threshold_and_the_eigenvalues_it_followed()
    {
        string folder = Followed("a");
        RunView run = RunViewReader.Read(folder);
        Assert.Equal(2, run.Eigenvalues.Count);
        // λ₃ was followed at 10 and 20 only, and again at 40: one gap.
        Assert.Equal([10, 20, 30, 40], run.Eigenvalues[1].Iterations);
        Assert.Equal([2.5, 2.5, double.NaN, 2.5], run.Eigenvalues[1].Values);
        Assert.Equal(8, run.Threshold!.Value);

        Figure alone = Sharpness([run]);
        Assert.Equal([(0.2, "2/K = 0.2"), (8, "2/η = 8")], alone.Thresholds.Select(line => (line.Value, line.Name)));
        Assert.Equal(["λ₂ to λ₃", null, "λ₁"], alone.Curves.Select(curve => curve.Name));
        Assert.Equal(run.Sharpness.Values, alone.Curves[^1].Y);

        // Beside another run only the first eigenvalue of each.
        Figure both = Sharpness(RunViewReader.ReadAll([folder, _folders.Write("b", "nls", 0.25, 40)]));
        Assert.Equal(["gd", "nls"], both.Curves.Select(curve => curve.Name));
        Assert.Contains(both.Thresholds, line => line.Name == "2/η = 8");
    }

    private string Followed(string name)
    {
        string folder = _folders.Write(name, "gd", 0.25, 40);
        string metrics = Path.Combine(folder, "metrics.jsonl");
        File.WriteAllLines(metrics, File.ReadAllLines(metrics).Select((line, k) => k % 10 == 0
            ? line[..^1] + (k is 10 or 20 or 40 ? ",\"eigenvalues\":[4,3,2.5]}" : ",\"eigenvalues\":[4,3]}")
            : line));
        string summary = Path.Combine(folder, "summary.json");
        File.WriteAllText(summary, File.ReadAllText(summary).TrimEnd()[..^1] + ",\"edge_threshold\":8,\"edge_formula\":\"2/η\",\"edge_quantity\":\"sharpness\"}");
        return folder;
    }

    private static Figure Sharpness(IReadOnlyList<RunView> runs) => RunFigures.Of(runs).Single(one => one.Name == "sharpness").Figure;

    private static bool Close((double A, double B, double C) x, (double A, double B, double C) y) =>
        Math.Abs(x.A - y.A) + Math.Abs(x.B - y.B) + Math.Abs(x.C - y.C) < 1e-12;

    private static RunSummary Summary(StabilityThreshold? threshold) => new()
    {
        Status = RunStatus.Finished,
        IterationsDone = 0,
        Data = "d",
        Network = "n",
        Method = "m",
        EdgeThreshold = threshold?.Value,
        EdgeFormula = threshold?.Formula,
        EdgeQuantity = threshold is null ? null : threshold.Preconditioned ? "preconditioned_sharpness" : "sharpness",
    };

    private static MetricsLine Line(long iteration, double sharpness) => new() { Iteration = iteration, Loss = 1, Seconds = iteration, Sharpness = sharpness };
}
