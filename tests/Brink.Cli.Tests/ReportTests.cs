using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Report;
using Brink.Experiments;

namespace Brink.Cli.Tests;

public sealed class ReportTests : IDisposable
{
    private readonly RunFolderFixture _folders = new();

    public void Dispose() => _folders.Dispose();

    [Fact]
    public async Task The_report_is_one_file_that_needs_no_other()
    {
        _folders.Write("runs/a", "nls", 0.25, 40);
        _folders.Write("runs/b", "gd", 0.1, 40);
        _folders.Write("runs/c", "gd", 1, 40);
        string path = Path.Combine(_folders.Root, "new", "folder", "r.html");
        (int code, string output, string error) = await RunAsync("report", Path.Combine(_folders.Root, "runs"), "--out", path, "--title", "A <comparison> & more");
        Assert.Equal((0, string.Empty), (code, error));
        Assert.StartsWith($"{path}: 3 runs, ", output);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        string page = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains("<title>A &lt;comparison&gt; &amp; more</title>", page);
        Assert.DoesNotMatch(new Regex("<(link|img|iframe|script|source)[^>]*(href|src)=\"(?!data:)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)), page);
        Assert.DoesNotContain("@import", page);

        JsonElement data = DataOf(path);
        Assert.Equal("A <comparison> & more", data.GetProperty("title").GetString());
        Assert.Equal("3 runs · data fashion-mnist · network mlp · loss mse · dtype float32 · device cpu · seed 0", data.GetProperty("subtitle").GetString());
        Assert.Equal(["a", "b", "c"], data.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("id").GetString()));
        Assert.Equal("diverged", data.GetProperty("runs")[2].GetProperty("status").GetString());
        Assert.Equal("2", data.GetProperty("runs")[0].GetProperty("environment").GetProperty("machine").GetProperty("cores").GetRawText());
        Assert.Equal(0.2, data.GetProperty("runs")[0].GetProperty("levels").GetProperty("flattest_sharpness").GetDouble());
        Assert.Equal(["a", "b", "c"], data.GetProperty("spectra").EnumerateObject().Select(one => one.Name));

        // η = 1/10: x₁ shrinks by 0.6 and x₂ by 0.95 a step; three evaluations each.
        JsonElement run = data.GetProperty("curves").GetProperty("iteration")[1];
        Assert.Equal("b", run.GetProperty("id").GetString());
        JsonElement loss = run.GetProperty("curves").GetProperty("loss");
        Assert.Equal(Enumerable.Range(0, 41), loss.GetProperty("x").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal((2 * Math.Pow(0.6, 20)) + (0.25 * Math.Pow(0.95, 20)), loss.GetProperty("y")[10].GetDouble(), 1e-8);
        foreach ((string axis, double step) in ((string, double)[])[("iteration", 1), ("evaluations", 3), ("seconds", 0.125)])
        {
            Assert.Equal(Enumerable.Range(0, 41).Select(k => k * step), data.GetProperty("axes").GetProperty("b").GetProperty(axis).EnumerateArray().Select(value => value.GetDouble()));
        }
    }

    [Fact]
    public async Task Nothing_in_a_run_can_end_the_data_or_begin_anything_else()
    {
        string folder = _folders.Write("<!--<script>", "nls", 0.25, 5);
        await File.WriteAllTextAsync(Path.Combine(folder, "log.txt"), "2026-01-01T00:00:00Z </script><script>alert(1)</script> <!-- &amp; \u2028\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "environment.json"), """{"machine":"</SCRIPT ><img src=x onerror=alert(1)>"}""", TestContext.Current.CancellationToken);
        string path = Path.Combine(_folders.Root, "r.html");
        Assert.Equal(0, (await RunAsync("report", folder, "--out", path, "--title", "</title></script>")).Code);
        string page = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        string json = RawDataOf(page);
        Assert.DoesNotContain('<', json);
        Assert.DoesNotContain('\u2028', json);
        JsonElement run = DataOf(path).GetProperty("runs")[0];
        Assert.Equal("<!--<script>", run.GetProperty("id").GetString());
        Assert.Contains("</script><script>alert(1)</script> <!-- &amp; \u2028", run.GetProperty("log")[0].GetString());
        Assert.Equal("</script><b>&\u2028", run.GetProperty("specification").GetProperty("out").GetString());
        Assert.Equal("</title></script>", DataOf(path).GetProperty("title").GetString());
        Assert.Contains("<title>&lt;/title&gt;", page);
    }

    [Fact]
    public async Task A_sweeps_report_tells_its_points()
    {
        string sweep = Path.Combine(_folders.Root, "steps");
        string file = Path.Combine(_folders.Root, "s.yaml");
        await File.WriteAllTextAsync(
            file, "model: scalar\ndepth: 3\nstart: \"1.4,0.9,0.8\"\nmethod: gd\neta: [0.1, 0.2]\niterations: 20\nthreads: 1\n", TestContext.Current.CancellationToken);
        var plan = Experiments.Sweeps.SweepPlan.Of(Experiments.Sweeps.SweepFile.Read(file));
        using (Experiments.Sweeps.SweepFolder.Open(sweep, plan, force: false))
        {
            Trainer.Train(plan.Points[1].Specification with { Out = Path.Combine(sweep, plan.Points[1].Name) }, Terminal.ProgressDisplay.For(TextWriter.Null, quiet: true, "t"), cancellation: TestContext.Current.CancellationToken);
        }

        string path = Path.Combine(_folders.Root, "r.html");
        (int code, _, string error) = await RunAsync("report", sweep, "--out", path);
        Assert.Equal((0, string.Empty), (code, error));
        JsonElement data = DataOf(path);
        Assert.Equal("Sweep steps", data.GetProperty("title").GetString());
        JsonElement points = data.GetProperty("sweep").GetProperty("points");
        Assert.Equal(["missing", "finished"], points.EnumerateArray().Select(point => point.GetProperty("status").GetString()));
        Assert.Equal(["0.1", "0.2"], points.EnumerateArray().Select(point => point.GetProperty("eta").GetString()));
        Assert.Equal(data.GetProperty("runs")[0].GetProperty("id").GetString(), points[1].GetProperty("id").GetString());
        Assert.False(points[0].TryGetProperty("id", out _));
    }

    [Fact]
    public async Task A_long_run_takes_no_more_room_than_a_screen_shows()
    {
        for (int k = 0; k < 7; k++)
        {
            _folders.Write($"long/{k}", "nls", 0.25, 20_000);
        }

        string path = Path.Combine(_folders.Root, "r.html");
        Assert.Equal(0, (await RunAsync("report", Path.Combine(_folders.Root, "long"), "--out", path)).Code);
        Assert.InRange(new FileInfo(path).Length, 100_000, 5_000_000);
        JsonElement loss = DataOf(path).GetProperty("curves").GetProperty("iteration")[0].GetProperty("curves").GetProperty("loss");
        Assert.Equal(loss.GetProperty("x").GetArrayLength(), loss.GetProperty("high").GetArrayLength());
    }

    [Theory]
    [InlineData("report nowhere", "nowhere")]
    [InlineData("report {root}", "there is no run to report on")]
    [InlineData("report {root}/a --pfd", "did you mean '--pdf'?")]
    public async Task What_makes_no_sense_is_refused_in_one_line(string line, string message)
    {
        (int code, _, string error) = await RunAsync([.. line.Replace("{root}", _folders.Root, StringComparison.Ordinal).Split(' '), "--out", Path.Combine(_folders.Root, "r.html")]);
        Assert.NotEqual(0, code);
        Assert.Contains(message, error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.False(File.Exists(Path.Combine(_folders.Root, "r.html")));
    }

    [Fact]
    public async Task The_figures_come_as_pages_of_a_PDF_and_as_SVG()
    {
        Assert.SkipUnless(Gnuplot.IsInstalled, Gnuplot.HowToInstall);
        _folders.Write("runs/a", "nls", 0.25, 40);
        _folders.Write("runs/b", "gd", 0.1, 40);
        string path = Path.Combine(_folders.Root, "r.html");
        (int code, string output, string error) = await RunAsync("report", Path.Combine(_folders.Root, "runs"), "--out", path, "--pdf", "--svg");
        Assert.Equal((0, string.Empty), (code, error));
        string[] svgs = Directory.GetFiles(Path.Combine(_folders.Root, "r-figures"), "*.svg");
        Assert.Equal(
            ["eta-sharpness", "loss", "loss-evaluations", "sharpness", "step-size", "test-accuracy", "train-accuracy"],
            svgs.Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));
        Assert.All(svgs, file => Assert.Contains(file, output));
        XNamespace svg = "http://www.w3.org/2000/svg";
        foreach (string file in svgs)
        {
            var picture = XElement.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
            Assert.Equal(svg + "svg", picture.Name);
            Assert.Contains(picture.Descendants(svg + "text"), text => text.Value.Trim() == "nls");
            Assert.NotEmpty(picture.Descendants(svg + "path"));
        }

        string pdf = Path.Combine(_folders.Root, "r.pdf");
        Assert.Contains(pdf, output);
        Assert.SkipWhen(Run("pdfinfo", pdf) is null, "poppler is not here, so nothing has opened the PDF: install poppler-utils (apt-get install poppler-utils)");
        Assert.Matches(new Regex($@"^Pages:\s+{svgs.Length}$", RegexOptions.Multiline, TimeSpan.FromSeconds(5)), Run("pdfinfo", pdf));
        for (int page = 1; page <= svgs.Length; page++)
        {
            string text = Run("pdftotext", "-f", $"{page}", "-l", $"{page}", pdf, "-")!;
            Assert.Contains("nls", text);
            Assert.Contains("gd", text);
        }

        // Vector: the page holds no picture, and every page has ink of the first run's blue where it is drawn.
        Assert.DoesNotContain("image", Run("pdfimages", "-list", pdf)!.Split('\n').Skip(2).FirstOrDefault() ?? string.Empty);
        Run("pdftoppm", "-r", "50", pdf, Path.Combine(_folders.Root, "page"));
        string[] drawn = Directory.GetFiles(_folders.Root, "page-*.ppm");
        Assert.Equal(svgs.Length, drawn.Length);
        Assert.All(drawn, file => Assert.True(HasBlue(File.ReadAllBytes(file)), file));
    }

    [Fact]
    public void A_density_is_drawn_as_a_heat_map_over_the_signed_logarithm()
    {
        Assert.SkipUnless(Gnuplot.IsInstalled, Gnuplot.HowToInstall);
        Trainer.Train(
            new Specification { Model = "scalar", Method = "gd", Eta = 0.1, Iterations = 45, DensityEvery = 10, Out = Path.Combine(_folders.Root, "d") },
            Terminal.ProgressDisplay.For(TextWriter.Null, quiet: true, "t"),
            cancellation: TestContext.Current.CancellationToken);
        (string _, Figure figure) = RunFigures.Of([RunViewReader.Read(Path.Combine(_folders.Root, "d"))]).Single(one => one.Name == "density");

        // The final point, 45, is not at an even distance.
        Assert.Equal((5, (0.0, 40.0)), (figure.Heat!.Columns, figure.Heat.X));
        Assert.Contains(figure.Heat.Tics, tic => tic.Text == "0");
        Assert.Equal(figure.Heat.Columns * figure.Heat.Rows, figure.Heat.Values.Length);
        string picture = Gnuplot.Draw(figure, Path.Combine(_folders.Root, "density"), "svg")[0];
        Assert.Contains("data:image/png;base64", File.ReadAllText(picture));
    }

    /// <summary>The data of a report, as the browser will find it.</summary>
    internal static JsonElement DataOf(string path) => JsonElement.Parse(RawDataOf(File.ReadAllText(path)));

    private static string RawDataOf(string page)
    {
        const string Opening = "<script type=\"application/json\" id=\"brink-report\">";
        int begin = page.IndexOf(Opening, StringComparison.Ordinal);
        Assert.True(begin > 0 && page.IndexOf(Opening, begin + 1, StringComparison.Ordinal) < 0);
        begin += Opening.Length;
        return page[begin..page.IndexOf("</script", begin, StringComparison.OrdinalIgnoreCase)];
    }

    private static bool HasBlue(byte[] ppm)
    {
        for (int k = 20; k + 2 < ppm.Length; k++)
        {
            if (ppm[k] < 60 && ppm[k + 1] is > 90 and < 150 && ppm[k + 2] > 150)
            {
                return true;
            }
        }

        return false;
    }

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal((program, 0), (program, process.ExitCode));
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture);
        using StringWriter error = new(CultureInfo.InvariantCulture);
        int code = await BrinkCommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
