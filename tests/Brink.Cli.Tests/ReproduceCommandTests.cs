using System.Text.Json;
using System.Text.RegularExpressions;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Experiments.Reproduction;

namespace Brink.Cli.Tests;

public sealed class ReproduceCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("brink-reproduce-").FullName;

    public static TheoryData<string> Experiments => [.. ExperimentCatalogue.Names];

    public void Dispose() => Directory.Delete(_root, recursive: true);

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
        string page = await File.ReadAllTextAsync(Path.Combine(folder, "index.html"), TestContext.Current.CancellationToken);
        Assert.Equal(experiment.Panels.Count, Regex.Count(page, "<img ", RegexOptions.None, TimeSpan.FromSeconds(5)));
        Assert.Contains("The number is ours", page);
        Assert.DoesNotContain("http", Regex.Replace(page, "<pre>.*</pre>", string.Empty, RegexOptions.Singleline, TimeSpan.FromSeconds(5)));
        Assert.Equal(experiment.Trajectories.Count, Directory.GetDirectories(Path.Combine(folder, "trajectories")).Length);
        Assert.Equal(experiment.Text, await File.ReadAllTextAsync(Path.Combine(folder, "experiment.yaml"), TestContext.Current.CancellationToken));
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
        string[] drawn = [.. ExperimentCatalogue.Names.Select(ExperimentCatalogue.Open).SelectMany(one => one.Panels).Select(panel => panel.Kind).Distinct()];
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

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await BrinkCommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
