using System.Text.Json;
using System.Text.RegularExpressions;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Experiments.Reproduction;
using Brink.Experiments.Tests;

namespace Brink.Cli.Tests;

public sealed class ReproduceCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("brink-reproduce-").FullName;

    public static TheoryData<string> Experiments => [.. ExperimentCatalogue.Names.Where(name => !IsOnNetworks(name))];

    public static TheoryData<string> NetworkExperiments => [.. ExperimentCatalogue.Names.Where(IsOnNetworks)];

    public void Dispose() => TemporaryFolder.Remove(_root);

    /// <summary>Every file that comes with Brink: it parses, every panel is drawn and every claim judged, on the same grid with few iterations.</summary>
    [Theory]
    [MemberData(nameof(Experiments))]
    public async Task An_experiment_is_drawn_and_judged(string name)
    {
        string file = Path.Combine(ExperimentCatalogue.Folder, name + ".yaml");
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        string small = Path.Combine(_root, "small.yaml");
        string few = Regex.Replace(text, @"^(?<field>  iterations:) \d+$", "${field} 300", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Replace("flows: 8", "flows: 1");
        await File.WriteAllTextAsync(small, few, TestContext.Current.CancellationToken);
        Experiment experiment = ExperimentCatalogue.Open(small);
        string folder = Path.Combine(_root, "out");
        (int code, string output, string error) = await RunAsync(["reproduce", small, "--out", folder, "--json", "--quiet"]);
        Assert.Equal((0, string.Empty), (code, error));
        using var verdicts = JsonDocument.Parse(output);
        JsonElement[] claims = [.. verdicts.RootElement.GetProperty("claims").EnumerateArray()];
        Assert.Equal(experiment.Claims.Count, claims.Length);
        Assert.All(claims, claim => Assert.Equal(
            claim.GetProperty("outcome").GetString() == "not_applicable", claim.GetProperty("unmet_hypothesis").ValueKind == JsonValueKind.String));
        Assert.All(claims, claim => Assert.NotEqual(0, claim.GetProperty("trajectories").GetArrayLength()));
        using var stored = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "verdicts.json"), TestContext.Current.CancellationToken));
        Assert.Equal(claims.Length, stored.RootElement.GetProperty("claims").GetArrayLength());
        string[] pictures = [.. verdicts.RootElement.GetProperty("pictures").EnumerateArray().Select(picture => picture.GetString()!)];
        Assert.Equal(3 * experiment.Panels.Count, pictures.Length);
        Assert.All(pictures, picture => Assert.True(new FileInfo(Path.Combine(folder, picture)).Length > 1000, picture));
        JsonElement report = ReportTests.DataOf(Path.Combine(folder, "index.html")).GetProperty("reproduction");
        Assert.Equal(experiment.Panels.Select(panel => panel.Caption), report.GetProperty("figures").EnumerateArray().Select(figure => figure.GetProperty("caption").GetString()));
        Assert.All(report.GetProperty("figures").EnumerateArray(), figure => Assert.Contains("</svg>", figure.GetProperty("svg").GetString()));
        Assert.StartsWith("The number is ours", report.GetProperty("numbering").GetString());
        Assert.Equal(claims.Select(claim => claim.GetProperty("outcome").GetString()), report.GetProperty("claims").EnumerateArray().Select(claim => claim.GetProperty("outcome").GetString()));
        Assert.Equal(experiment.Text, report.GetProperty("file").GetString());

        // The same from the folder alone.
        string again = Path.Combine(_root, "again.html");
        Assert.Equal(0, (await RunAsync(["report", folder, "--out", again])).Code);
        Assert.Equal(report.GetRawText(), ReportTests.DataOf(again).GetProperty("reproduction").GetRawText());
        Assert.Equal(experiment.Trajectories.Count, Directory.GetDirectories(Path.Combine(folder, "trajectories")).Length);
        Assert.Equal(experiment.Text, await File.ReadAllTextAsync(Path.Combine(folder, "experiment.yaml"), TestContext.Current.CancellationToken));
    }

    /// <summary>Every experiment on networks: its reduced setting, with few iterations and images, is run, drawn and judged, and says that it is reduced.</summary>
    [Theory]
    [MemberData(nameof(NetworkExperiments))]
    public async Task An_experiment_on_networks_is_drawn_and_judged(string name)
    {
        Assert.SkipUnless(new Brink.Data.DataStore().Has("fashion-mnist", "train"), "Fashion-MNIST is not at hand; ./brink test installs it");
        string folder = Path.Combine(_root, "out");
        string[] arguments =
        [
            "reproduce", name, "--reduced", "--out", folder, "--json", "--quiet", "--set", "iterations=2", "--set", "count=20", "--set", "test-every=0", "--set", "threads=1",
        ];
        (int code, string output, string error) = await RunAsync(arguments);
        Assert.Equal((0, string.Empty), (code, error));
        Experiment experiment = ExperimentCatalogue.Open(name, reduced: true);
        using var verdicts = JsonDocument.Parse(output);
        Assert.Equal(experiment.Reduction, verdicts.RootElement.GetProperty("reduced").GetString());
        Assert.Equal(experiment.Claims.Count, verdicts.RootElement.GetProperty("claims").GetArrayLength());
        Assert.All(verdicts.RootElement.GetProperty("pictures").EnumerateArray(), picture => Assert.True(new FileInfo(Path.Combine(folder, picture.GetString()!)).Length > 1000, picture.GetString()));
        JsonElement report = ReportTests.DataOf(Path.Combine(folder, "index.html"));
        Assert.Equal(experiment.Reduction, report.GetProperty("reproduction").GetProperty("reduced").GetString());
        Assert.Contains("set from outside the file", report.GetProperty("reproduction").GetProperty("grid").GetRawText());
        Assert.Equal(experiment.Trajectories.Count, report.GetProperty("runs").GetArrayLength());

        // The same command again finds everything there; with another setting it refuses, and loses nothing.
        Dictionary<string, DateTime> written = Directory.GetFiles(Path.Combine(folder, "trajectories"), "metrics.jsonl", SearchOption.AllDirectories).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        Assert.Equal(experiment.Trajectories.Count, written.Count);
        Assert.Equal(0, (await RunAsync(arguments)).Code);
        (code, _, error) = await RunAsync([.. arguments, "--set", "seed=7"]);
        Assert.True(code != 0 || experiment.Grid.Any(field => field.Field.Name == "seed"), error);
        Assert.All(written, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
    }

    [Fact]
    public async Task A_run_of_an_experiment_that_was_interrupted_is_gone_on_with()
    {
        Assert.SkipUnless(new Brink.Data.DataStore().Has("fashion-mnist", "train"), "Fashion-MNIST is not at hand; ./brink test installs it");
        string file = Path.Combine(_root, "own.yaml");
        await File.WriteAllTextAsync(
            file,
            """
            title: Two searches
            paper: none
            numbering: ours
            about: Two.
            study: runs
            grid: {data: fashion-mnist, count: 30, method: [ls, nls], iterations: 30, test-every: 0, sharpness-every: 10, checkpoint-every: 4, threads: 1}
            panels: [{draw: loss, caption: The loss.}]
            claims: [{theorem: edge of stability}]
            """,
            TestContext.Current.CancellationToken);
        string whole = Path.Combine(_root, "whole");
        string cut = Path.Combine(_root, "cut");
        Assert.Equal(0, (await RunAsync(["reproduce", file, "--out", whole, "--quiet"])).Code);
        Assert.Equal(0, (await RunAsync(["reproduce", file, "--out", cut, "--quiet"])).Code);

        // As after a kill at iteration 9 of the second run: its newest checkpoint is that of iteration 8.
        string second = Path.Combine(cut, "trajectories", "method-nls");
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(second, "metrics.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync(["train", Path.Combine(cut, "trajectories", "method-nls.yaml"), "--iterations", "8", "--out", second, "--force", "--quiet"])).Code);
        string specification = Path.Combine(second, "spec.json");
        await File.WriteAllTextAsync(
            specification,
            (await File.ReadAllTextAsync(specification, TestContext.Current.CancellationToken)).Replace("\"iterations\": 8", "\"iterations\": 30"),
            TestContext.Current.CancellationToken);
        string summary = Path.Combine(second, "summary.json");
        await File.WriteAllTextAsync(
            summary, (await File.ReadAllTextAsync(summary, TestContext.Current.CancellationToken)).Replace("\"finished\"", "\"interrupted\""), TestContext.Current.CancellationToken);
        (int code, string output, _) = await RunAsync(["reproduce", file, "--out", cut]);
        Assert.Equal(0, code);
        Assert.Contains("2 trajectories, 1 there already", output);
        Assert.Contains("resumed from iteration 8", output);
        Assert.Equal(lines.Length, (await File.ReadAllLinesAsync(Path.Combine(second, "metrics.jsonl"), TestContext.Current.CancellationToken)).Length);
        Assert.Equal(Losses(Path.Combine(whole, "trajectories", "method-nls")), Losses(second));
    }

    /// <summary>The whole of the figure whose numbers math and paper give, as it comes.</summary>
    [Fact]
    public async Task The_first_figure_holds_and_goes_on_where_it_was_cut()
    {
        string folder = Path.Combine(_root, "fig-1");
        (int code, string output, string error) = await RunAsync(["reproduce", "minimalist/fig-1", "--out", folder]);
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Equal(5, Regex.Count(output, "^holds ", RegexOptions.Multiline, TimeSpan.FromSeconds(1)));
        Assert.DoesNotContain("FAILS", output);
        Assert.Contains("2.0656", output);

        string lost = Directory.GetDirectories(Path.Combine(folder, "trajectories"))[0];
        File.Delete(Path.Combine(lost, "summary.json"));
        (code, output, _) = await RunAsync(["reproduce", "minimalist/fig-1", "--out", folder]);
        Assert.Equal(0, code);
        Assert.Contains("3 trajectories, 2 there already", output);
        Assert.Equal(2, Regex.Count(output, "was there", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.True(File.Exists(Path.Combine(lost, "summary.json")));
    }

    [Fact]
    public async Task Without_a_name_it_lists()
    {
        (int code, string output, _) = await RunAsync(["reproduce"]);
        Assert.Equal(0, code);
        Assert.All(ExperimentCatalogue.Names, name => Assert.Contains($"{name}  ", output));
        Assert.Equal(output, (await RunAsync(["reproduce", "--list"])).Output);
        using var list = JsonDocument.Parse((await RunAsync(["reproduce", "--json"])).Output);
        Assert.Equal(ExperimentCatalogue.Names.Count, list.RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("reproduce minimalist/fig1", "unknown experiment 'minimalist/fig1': did you mean 'minimalist/fig-1'?")]
    [InlineData("reproduce minimalist/fig-1 --reduced", "fig-1.yaml has no reduced setting; leave out --reduced")]
    [InlineData("reproduce flatland/fig-3 --set device", "--set device: it must be field=value, as in --set device=cuda")]
    [InlineData("reproduce flatland/fig-3 --set divice=cuda", "unknown field 'divice': did you mean 'device'?")]
    [InlineData("reproduce flatland/fig-3 --set method=gd", "method varies in the experiment's grid, so it cannot be set for all of its trajectories; change it in a copy of the file")]
    [InlineData("reproduce flatland/fig-3 --set iterations=-3", "iterations=-3: it must be")]
    [InlineData("reproduce nowhere.yaml", "cannot read the experiment nowhere.yaml")]
    [InlineData("reproduce minimalist/fig-1 --fource", "unknown option '--fource'; did you mean '--force'?")]
    public async Task What_makes_no_sense_is_refused_in_one_line(string line, string message)
    {
        (int code, _, string error) = await RunAsync(line.Split(' '));
        Assert.NotEqual(0, code);
        Assert.Contains(message, error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Its_help_page_shows_how()
    {
        (int code, string output, _) = await RunAsync(["reproduce", "--help"]);
        Assert.Equal(0, code);
        Assert.Contains("brink reproduce minimalist/fig-1", output);
        Assert.Contains("--force", output);
        Assert.Contains("--out", output);
    }

    [Fact]
    public void Every_kind_of_panel_is_drawn_in_a_figure_that_comes_with_Brink()
    {
        string[] drawn = [.. ExperimentCatalogue.Names.Select(name => ExperimentCatalogue.Open(name)).SelectMany(one => one.Panels).Select(panel => panel.Kind).Distinct()];
        Assert.All(ExperimentStudy.All.SelectMany(study => study.Panels), panel => Assert.Contains(panel.Name, drawn));
    }

    [Fact]
    public void A_thinned_curve_keeps_its_extremes_ends_and_gaps()
    {
        const int Count = 20_000;
        double[] x = [.. Enumerable.Range(0, Count).Select(k => (double)k)];
        double[] y = [.. x.Select(k => Math.Sin(k))];
        (y[7_777], y[12_345]) = (9, -9);
        y[15_000] = double.NaN;
        int[] kept = CurveThinning.Of(new FigureCurve("c", x, y));
        Assert.InRange(kept.Length, 1_000, 6_001);
        Assert.Equal(kept.Order().Distinct(), kept);
        Assert.Superset(new HashSet<int> { 0, 7_777, 12_345, 15_000, Count - 1 }, kept.ToHashSet());

        // A closed curve: no point lies further from a kept one than a column.
        double[] round = [.. x.Select(k => Math.Cos(k / 1000))];
        double[] about = [.. x.Select(k => Math.Sin(k / 1000))];
        int[] moved = CurveThinning.Of(new FigureCurve("c", round, about));
        Assert.InRange(moved.Length, 1_000, 19_999);
        for (int k = 0; k < Count; k++)
        {
            int last = moved.Last(place => place <= k);
            Assert.InRange(double.Hypot(round[k] - round[last], about[k] - about[last]), 0, 2 * Math.Sqrt(2) / 1500);
        }

        Assert.Equal(100, CurveThinning.Of(new FigureCurve("c", x[..100], y[..100])).Length);
        Assert.Equal(Count, CurveThinning.Of(new FigureCurve("c", x, y, CurveStyle.Dots)).Length);
    }

    private static bool IsOnNetworks(string name) => ExperimentCatalogue.Open(name).Study is RunExperiment;

    private static string[] Losses(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetRawText())];

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await BrinkCommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
