using System.Text.Json;
using Brink.Cli.CommandLine;
using Brink.Experiments;

namespace Brink.Cli.Tests;

public sealed class TheoryCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("brink-theory-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("minimalist --iterations 50", 51, "iteration,alpha,beta1,beta2,loss,loss_oscillating,loss_converging,sharpness,gfs_sharpness")]
    [InlineData("scalar --weights 1.4,0.9,0.8 --eta 0.5 --iterations 20", 21, "iteration,weights,loss,sharpness,gfs_sharpness")]
    [InlineData("squared-regression --iterations 20", 21, "iteration,u,v,loss,sharpness,gfs_sharpness")]
    [InlineData("linear --widths 1,1,1 --target 1 --eta-from 0.1 --eta-to 1.5 --etas 3 --starts 20", 3, "eta,fraction_converged,fraction_diverged,median_gradient_norm")]
    public async Task A_folder_holds_specification_lines_and_summary_and_is_no_run(string line, int lines, string fields)
    {
        string folder = Path.Combine(_root, "out");
        string table = Path.Combine(_root, "table.csv");
        (int code, string output, string error) = await RunAsync([.. $"theory {line}".Split(' '), "--out", folder, "--csv", table, "--json"]);
        Assert.Equal((0, string.Empty), (code, error));
        using (var summary = JsonDocument.Parse(output))
        {
            Assert.Equal("finished", summary.RootElement.GetProperty("status").GetString());
            Assert.All(summary.RootElement.GetProperty("verdicts").EnumerateArray(), verdict => Assert.Equal(
                verdict.GetProperty("outcome").GetString() == "not_applicable", verdict.GetProperty("unmet_hypothesis").ValueKind == JsonValueKind.String));
        }

        string[] stored = await File.ReadAllLinesAsync(Path.Combine(folder, "metrics.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal(lines, stored.Length);
        using (var first = JsonDocument.Parse(stored[0]))
        {
            Assert.Equal(fields, string.Join(',', first.RootElement.EnumerateObject().Select(field => field.Name)));
        }

        Assert.Equal(lines + 1, (await File.ReadAllLinesAsync(table, TestContext.Current.CancellationToken)).Length);
        Assert.True(File.Exists(Path.Combine(folder, "summary.json")));
        using (var specification = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "spec.json"), TestContext.Current.CancellationToken)))
        {
            Assert.Equal(line.Split(' ')[0], specification.RootElement.GetProperty("theory").GetString());
        }

        Assert.Empty(RunCatalogue.List(_root));
        Assert.Contains("theory command", (await RunAsync(["runs", "show", folder])).Error);
        Assert.Contains("--force", (await RunAsync([.. $"theory {line}".Split(' '), "--out", folder])).Error);
        Assert.Equal(0, (await RunAsync([.. $"theory {line}".Split(' '), "--out", folder, "--force"])).Code);
    }

    [Fact]
    public async Task Divergence_is_a_result_and_its_last_line_says_so()
    {
        string folder = Path.Combine(_root, "far");
        (int code, string output, _) = await RunAsync(["theory", "minimalist", "--alpha", "10", "--beta1", "10", "--beta2", "10", "--out", folder]);
        Assert.Equal(0, code);
        Assert.Contains("diverged", output);
        Assert.Contains("\"status\":\"not_finite\"", (await File.ReadAllLinesAsync(Path.Combine(folder, "metrics.jsonl"), TestContext.Current.CancellationToken))[^1]);
    }

    [Fact]
    public async Task Random_starts_are_counted()
    {
        (int code, string output, _) = await RunAsync(["theory", "scalar", "--starts", "101", "--depths", "2,3", "--iterations", "100", "--json"]);
        Assert.Equal(0, code);
        using var summary = JsonDocument.Parse(output);
        Assert.Equal(101, summary.RootElement.GetProperty("depths").EnumerateArray().Sum(depth => depth.GetProperty("starts").GetInt32()));
        Assert.Equal(0, summary.RootElement.GetProperty("rose").GetInt32());
    }

    [Theory]
    [InlineData("minimalist --lambda1 0", "lambda1 is 0; it must be positive and finite")]
    [InlineData("minimalist --eta -1", "eta is -1; it must be 0 or above and finite")]
    [InlineData("minimalist --eta 0 --constrained", "eta is 0; the set S ≤ 2/η needs it positive")]
    [InlineData("scalar --weights 1,x", "--weights is '1,x'; numbers with commas")]
    [InlineData("scalar --starts 10 --depths 1", "--depths must be 2 or above")]
    [InlineData("linear --widths 1,0,1", "widths are 1,0,1")]
    [InlineData("linear --target 1,2;3", "row 2 has 1 numbers")]
    [InlineData("squared-regression --samples 9", "N rows and N targets with 1 ≤ N ≤ d")]
    public async Task What_is_out_of_range_is_refused_in_one_line(string line, string message)
    {
        (int code, _, string error) = await RunAsync([.. $"theory {line}".Split(' ')]);
        Assert.NotEqual(0, code);
        Assert.Contains(message, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrinkCommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
