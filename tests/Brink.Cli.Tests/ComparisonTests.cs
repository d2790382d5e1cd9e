using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Brink.Cli.Report;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Spectre.Console;

namespace Brink.Cli.Tests;

public sealed class ComparisonTests : IDisposable
{
    private readonly RunFolderFixture _folders = new();

    public void Dispose() => _folders.Dispose();

    [Fact]
    public void A_run_reads_as_its_folder_tells_it()
    {
        RunView run = RunViewReader.Read(_folders.Write("a", "gd", eta: 0.25, iterations: 30));
        Assert.Equal("gd", run.Name);
        Assert.Equal(RunStatus.Finished, run.Status);
        Assert.Equal(31, run.Loss.Values.Length);
        Assert.Equal(30, run.StepSize.Values.Length);
        Assert.Equal([0, 10, 20, 30], run.Sharpness.Iterations);
        // η = 1/4 takes x₁ to 0 at once; x₂ shrinks by 7/8 a step.
        Assert.Equal(0.25 * Math.Pow(0.875, 60), run.FinalLoss!.Value, 1e-12);
        Assert.Equal(1.0, run.MeanEtaSharpness);
        Assert.Equal([0, 10, 20], run.EtaSharpness.Iterations);
        Assert.Equal((60, 30, 90), (run.FunctionEvaluations, run.GradientEvaluations, run.HessianVectorProducts));
        Assert.Equal(0.2, run.SmallestSharpness);
        Assert.Equal("3, 5", run.Specification["widths"]);
        Assert.Equal("2", run.Environment["machine.cores"]);
    }

    [Fact]
    public void A_torn_last_line_is_passed_over()
    {
        RunView run = RunViewReader.Read(_folders.Write("a", "gd", eta: 0.25, iterations: 5, torn: true));
        Assert.Equal(5, run.Iterations);
    }

    [Fact]
    public void A_diverged_run_says_so_and_where()
    {
        RunView run = RunViewReader.Read(_folders.Write("a", "gd", eta: 1, iterations: 30));
        // |x₁| triples a step: ½·4·9^k passes 10⁶ at k = 6.
        Assert.True(run.Diverged);
        Assert.Equal(6, run.Iterations);
        Assert.True(double.IsNaN(run.FinalLoss!.Value));
        Assert.Equal("diverged at 6", ComparisonColumns.CellsOf(run)[0]);
        Assert.Equal(4.0, run.MeanEtaSharpness);
    }

    [Fact]
    public void What_is_no_run_folder_is_said_in_one_line()
    {
        string absent = Path.Combine(_folders.Root, "absent");
        Assert.StartsWith($"there is no run folder {absent}", Assert.Throws<BrinkException>(() => RunViewReader.Read(absent)).Message);
        Assert.Contains("is not a run folder", Assert.Throws<BrinkException>(() => RunViewReader.Read(_folders.Root)).Message);
    }

    [Fact]
    public void A_line_that_is_no_metrics_is_named()
    {
        string folder = _folders.Write("a", "gd", eta: 0.25, iterations: 5);
        string path = Path.Combine(folder, "metrics.jsonl");
        string[] lines = File.ReadAllLines(path);
        lines[2] = "{broken";
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        Assert.Contains("3", Assert.Throws<BrinkException>(() => RunViewReader.Read(folder)).Message);
    }

    [Fact]
    public void Methods_that_repeat_are_told_apart_by_their_folders()
    {
        IReadOnlyList<RunView> runs = RunViewReader.ReadAll(
            [_folders.Write("slow", "gd", 0.1, 5), _folders.Write("fast", "gd", 0.25, 5), _folders.Write("searched", "nls", 0.25, 5)]);
        Assert.Equal(["slow", "fast", "nls"], runs.Select(run => run.Name));
    }

    [Fact]
    public void A_thinned_curve_keeps_its_height_its_ends_and_its_breaks()
    {
        double[] k = [.. Enumerable.Range(0, 100_000).Select(i => (double)i)];
        double[] values = [.. k.Select(i => Math.Sin(i))];
        values[12_345] = 7;
        values[54_321] = -7;
        values[77_777] = double.NaN;
        Curve thin = new Curve(k, values).Thinned(800);
        Assert.InRange(thin.Values.Length, 700, 810);
        Assert.Equal(0, thin.Iterations[0]);
        Assert.Equal(99_999, thin.Iterations[^1]);
        Assert.Contains(7, thin.Values);
        Assert.Contains(-7, thin.Values);
        Assert.Contains(77_777, thin.Iterations);
        Assert.Equal(thin.Iterations.Order(), thin.Iterations);
        Assert.All(thin.Iterations.Zip(thin.Values), point => Assert.Equal(values[(int)point.First], point.Second));
    }

    [Fact]
    public void The_page_stands_alone_and_draws_every_curve()
    {
        IReadOnlyList<RunView> runs = RunViewReader.ReadAll(
            [_folders.Write("a", "nls", 0.25, 40), _folders.Write("b", "gd", 0.1, 40), _folders.Write("c", "sam", 1, 40)]);
        string page = ComparisonPage.Create(runs, "A <comparison> & more");
        Assert.DoesNotContain("http", page);
        Assert.DoesNotContain("src=", page);
        Assert.DoesNotContain("@import", page);
        Assert.DoesNotContain("url(", page.Replace("url(#", string.Empty));
        Assert.Contains("A &lt;comparison&gt; &amp; more", page);
        Assert.Contains("quadratic &lt;&amp;&gt;", page);
        Assert.Contains("2/K = 0.2", page);
        Assert.Contains("1 − c = 0.9999", page);
        Assert.Contains("diverged at 6: the loss is not finite", page);

        string[] charts = [.. Between(page, "<svg class=\"chart\"", "</svg>")];
        Assert.Equal(5, charts.Length);
        Assert.All(charts, chart =>
        {
            // Well-formed, a curve for every run, and every number of every curve finite.
            var svg = XElement.Parse(chart);
            string[] drawn = [.. svg.Descendants("g").Select(g => (string?)g.Attribute("class") ?? string.Empty)];
            Assert.All(Enumerable.Range(0, 3), i => Assert.Contains(drawn, name => name.Split(' ').Contains($"run-{i}")));
            Assert.DoesNotContain("NaN", chart);
            Assert.DoesNotContain("Infinity", chart);
        });
    }

    [Fact]
    public void A_curve_lies_where_its_axes_say()
    {
        var curve = new Curve([0, 50, 100], [1, 10, 100]);
        var chart = XElement.Parse(new CurveChart("x", "x", [new ChartSeries(0, curve)], [], logarithmic: true).ToSvg());
        string d = (string)chart.Descendants("g").Single(g => ((string?)g.Attribute("class"))?.StartsWith("run", StringComparison.Ordinal) == true).Element("path")!.Attribute("d")!;
        double[][] points = [.. d.Split(['M', 'L'], StringSplitOptions.RemoveEmptyEntries)
            .Select(point => point.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray())];
        // Equal ratios are equal distances, larger is higher, and the middle iteration is in the middle.
        Assert.Equal(points[0][1] - points[1][1], points[1][1] - points[2][1], 0.02);
        Assert.True(points[0][1] > points[1][1]);
        Assert.Equal((points[0][0] + points[2][0]) / 2, points[1][0], 0.02);
    }

    [Fact]
    public void The_hover_data_is_valid_JSON_whatever_a_run_is_called()
    {
        RunView run = RunViewReader.Read(_folders.Write("a", "</script><b>", 0.25, 5));
        string page = ComparisonPage.Create([run], "t");
        string json = Between(page, "id=\"data\">", "</script>").Single();
        using var data = JsonDocument.Parse(json[(json.IndexOf('>', StringComparison.Ordinal) + 1)..^"</script>".Length]);
        Assert.Equal("</script><b>", data.RootElement.GetProperty("runs")[0].GetString());
        Assert.Equal(6, data.RootElement.GetProperty("charts")[0].GetProperty("series")[0].GetProperty("y").GetArrayLength());
    }

    [Fact]
    public void An_unfinished_page_never_bears_the_name_of_the_page()
    {
        RunView run = RunViewReader.Read(_folders.Write("a", "gd", 0.25, 5));
        string path = Path.Combine(_folders.Root, "new", "folder", "index.html");
        ComparisonPage.Write(path, [run], "t");
        ComparisonPage.Write(path, [run], "second");
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Contains("<h1>second</h1>", File.ReadAllText(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_table_fits_eighty_columns(bool unicode)
    {
        IReadOnlyList<RunView> runs = RunViewReader.ReadAll(
            [_folders.Write("a", "nls-ub", 0.25, 40), _folders.Write("b", "ponls", 0.1, 5000)]);
        using var text = new StringWriter { NewLine = "\n" };
        IAnsiConsole console = ProgressDisplay.ConsoleOf(text);
        console.Profile.Width = 80;
        console.Write(ComparisonTable.Create(runs, unicode));
        string[] rows = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(rows, row => Assert.True(row.Length <= 80, row));
        string row = Assert.Single(rows, row => row.Contains("ponls"));
        Assert.Contains("10,000 + 5,000", row);
        Assert.Contains("25.0 %", row);
        Assert.Contains("10:25", row);
        Assert.Equal(unicode, rows.Any(line => line.Any(letter => letter > 127)));
        Assert.Contains(rows, line => line.Contains(unicode ? "λ₁" : "sharpness"));
    }

    /// <summary>The parts of a text from each opening to the closing that follows it.</summary>
    private static IEnumerable<string> Between(string text, string opening, string closing)
    {
        for (int begin = text.IndexOf(opening, StringComparison.Ordinal); begin >= 0; begin = text.IndexOf(opening, begin + 1, StringComparison.Ordinal))
        {
            yield return text[begin..(text.IndexOf(closing, begin, StringComparison.Ordinal) + closing.Length)];
        }
    }
}
