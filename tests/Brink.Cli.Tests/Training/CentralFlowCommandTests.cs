using System.Globalization;
using System.Text.Json;
using Brink.Experiments;

namespace Brink.Cli.Tests.Training;

/// <summary><c>brink flow --central</c> as a user meets it.</summary>
public sealed class CentralFlowCommandTests : IDisposable
{
    private const double Eta = 0.005;

    /// <summary>λ₁ of <see cref="SmallData.CentralFlow"/> begins above the edge, 2/η = 400, and is brought down to it.</summary>
    private static readonly string[] s_crossing = ["--eta", "0.005", "--iterations", "30", "--dtype", "float64"];

    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void It_reports_edge_deviations_and_distances()
    {
        (int code, string output, string error) = BrinkProcess.Run(_data.CentralFlow("run", s_crossing));
        Assert.True(code == 0, error);
        MetricsLine[] lines = [.. RunRecord.ReadMetrics(_data["run"])];
        MetricsLine edge = lines.First(line => line.SigmaTrace > 0);
        string[] said = output.TrimEnd().Split('\n');
        Assert.Contains(said, line => line.StartsWith("30 iterations of η = 0.005: loss ", StringComparison.Ordinal));
        Assert.Contains(said, line => line.StartsWith($"λ₁ reached its bound 400 at iteration {edge.Iteration};", StringComparison.Ordinal));
        Assert.Equal(3, said.Count(line => line.StartsWith("predicted against gradient descent's loss", StringComparison.Ordinal)));
        double near = lines[^1].DistanceToGd!.Value;
        string distance = string.Create(CultureInfo.InvariantCulture, $"distance to gradient descent's weights at the end: {near:G4}; gradient flow's: {lines[^1].FlowDistanceToGd:G4}, {lines[^1].FlowDistanceToGd / near:G3} times that");
        Assert.Contains(distance, said);
    }

    [Fact]
    public void Json_holds_what_the_run_recorded()
    {
        (int code, string output, string error) = BrinkProcess.Run(_data.CentralFlow("run", [.. s_crossing, "--json"]));
        Assert.True(code == 0, error);
        JsonElement report = JsonElement.Parse(output);
        MetricsLine[] lines = [.. RunRecord.ReadMetrics(_data["run"])];
        MetricsLine[] steps = [.. lines.Where(line => line.SigmaTrace is not null)];
        double Number(string name) => report.GetProperty(name).GetDouble();
        Assert.Equal("finished", report.GetProperty("status").GetString());
        Assert.Equal((Eta, 2 / Eta, 30.0), (Number("eta"), Number("bound"), Number("iterations")));
        Assert.Equal(steps.First(line => line.SigmaTrace > 0).Iteration, report.GetProperty("edge_reached_at").GetInt64());
        Assert.Equal(
            (lines[^1].Loss, steps[^1].PredictedLoss!.Value, lines[^1].GdLoss!.Value, steps[^1].SigmaTrace!.Value),
            (Number("loss"), Number("predicted_loss"), Number("gd_loss"), Number("sigma_trace")));
        Assert.Equal((lines[^1].DistanceToGd!.Value, lines[^1].FlowDistanceToGd!.Value), (Number("distance_to_gd"), Number("flow_distance_to_gd")));
        Assert.Equal([10, 20, 40], report.GetProperty("deviations").EnumerateArray().Select(one => one.GetProperty("width").GetDouble()));

        // The deviation under the widest window, by hand; the window reaches over all 30 steps.
        JsonElement widest = report.GetProperty("deviations")[2];
        int at = widest.GetProperty("at").GetInt32();
        double Averaged(Func<MetricsLine, double?> loss) =>
            steps.Sum(line => Weight(line) * loss(line)!.Value) / steps.Sum(Weight);
        double Weight(MetricsLine line) => Math.Exp(-0.5 * Math.Pow((line.Iteration - at) / 40.0, 2));
        Assert.Equal(
            Math.Abs((Averaged(line => line.PredictedLoss) / Averaged(line => line.GdLoss)) - 1), widest.GetProperty("worst").GetDouble(), 1e-12);
        Assert.Equal(JsonValueKind.Array, report.GetProperty("limits").ValueKind);
    }

    [Fact]
    public void A_bound_of_ones_own_predicts_nothing()
    {
        (int code, string output, string error) = BrinkProcess.Run(
            _data.CentralFlow("run", "--eta", "0.005", "--iterations", "20", "--bound", "540", "--beside", "none", "--json"));
        Assert.True(code == 0, error);
        JsonElement report = JsonElement.Parse(output);
        Assert.Equal(540, report.GetProperty("bound").GetDouble());
        Assert.InRange(RunRecord.ReadMetrics(_data["run"]).Last(line => line.SigmaTrace is not null).Sharpness!.Value, 0, 1.01 * 540);
        Assert.Equal(0, report.GetProperty("deviations").GetArrayLength());
        Assert.All(["predicted_loss", "gd_loss", "distance_to_gd"], name => Assert.True(
            !report.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null));
    }

    [Fact]
    public void A_descent_that_starts_above_the_edge_is_told()
    {
        (int code, string output, string error) = BrinkProcess.Run(_data.CentralFlow("run", "--eta", "0.005", "--iterations", "3"));
        Assert.True(code == 0, error);
        string note = Assert.Single(output.Split('\n'), line => line.Contains("the start lies above the edge", StringComparison.Ordinal));
        Assert.Contains("2/η = 400", note, StringComparison.Ordinal);
        Assert.Contains("the start lies above the edge", File.ReadAllText(Path.Combine(_data["run"], "log.txt")), StringComparison.Ordinal);
    }

    /// <summary>What was recorded is written anew, so that the answer is known: losses fall by a tenth a step, from the edge at 5.</summary>
    [Theory]
    [InlineData(5, "gradient descent began to oscillate 6 iterations after the flow reached the edge, and lost 41")]
    [InlineData(50, "gradient descent has not begun to oscillate 25 iterations after the flow reached the edge, and lost 92")]
    [InlineData(2, null)]
    [InlineData(null, "needs about 11 iterations to grow from rounding, in which the loss falls by 69")]
    public void A_descent_that_comes_to_the_edge_at_rest_is_told(int? quiet, string? expected)
    {
        const int Edge = 5;
        Assert.Equal(0, BrinkProcess.Run(_data.CentralFlow("run", "--eta", "0.005", "--iterations", "1", "--dtype", "float64")).Code);
        RunSummary summary = RunRecord.ReadSummary(_data["run"])!;

        // The rate at which ½·0.64·k² first passes ln(10⁻²/2⁻⁵³) = 32.13 at k = 11.
        double rise = 0.64 / Eta;
        File.WriteAllLines(Path.Combine(_data["run"], "metrics.jsonl"), Enumerable.Range(0, 30).Select(k => JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["iteration"] = k,
            ["loss"] = Math.Pow(0.9, k),
            ["seconds"] = k,
            ["sharpness"] = (2 / Eta) + (rise * (Math.Min(k, Edge) - Edge)),
            ["sigma_trace"] = k < Edge ? 0 : 1e-4,
        }.Concat(quiet is { } steps ? [KeyValuePair.Create("gd_loss", (object?)(k <= Edge + steps ? Math.Pow(0.9, k) : 2.0))] : []).ToDictionary())));
        IReadOnlyList<string> limits = CentralFlowSummary.Of(new RunOutcome(RunStatus.Finished, null, _data["run"], summary)).Limits;
        if (expected is null)
        {
            Assert.Empty(limits);
        }
        else
        {
            Assert.Contains(expected, Assert.Single(limits), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--eta -1", "--eta", "above 0")]
    [InlineData("--bound 0", "--bound", "above 0")]
    [InlineData("--substeps 0", "--substeps", "1")]
    [InlineData("--central-share 1", "--central-share", "between 0 and 1")]
    [InlineData("--beside fow", "'fow'", "gd-and-flow")]
    [InlineData("--method gd", "central-flow", "gd")]
    [InlineData("--integrator rk4", "--integrator", "flow")]
    [InlineData("--iteration 3", "--iteration", "run")]
    public void Bad_input_is_told_in_one_line(string options, params string[] expected)
    {
        (int code, _, string error) = BrinkProcess.Run(_data.CentralFlow("run", options.Split(' ')));
        Assert.NotEqual(0, code);
        string line = Assert.Single(error.TrimEnd().Split('\n'));
        Assert.All(expected, part => Assert.Contains(part, line, StringComparison.Ordinal));
        Assert.False(Directory.Exists(_data["run"]), "a folder was made for a run that cannot be");
    }
}
