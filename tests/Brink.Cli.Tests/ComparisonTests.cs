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
}
