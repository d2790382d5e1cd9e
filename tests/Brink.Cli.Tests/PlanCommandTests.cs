using System.Text.Json;
using Brink.Cli.CommandLine;

namespace Brink.Cli.Tests;

/// <summary><c>brink plan</c> on the small models, which plan in moments.</summary>
public sealed class PlanCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("brink-plan-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_run_is_planned_as_JSON()
    {
        (int code, string output, string error) = await RunAsync("model: scalar\ndepth: 2\nstart: [1.4, 0.9]\nmethod: nls\niterations: 500\n", "--json");
        Assert.True(code == 0, error);
        using var plan = JsonDocument.Parse(output);
        JsonElement one = plan.RootElement.GetProperty("forecasts")[0];
        Assert.Equal(1, one.GetProperty("ranks").GetInt32());
        Assert.Equal(500 * one.GetProperty("seconds_per_iteration").GetDouble(), one.GetProperty("run_seconds").GetDouble(), 1e-9);
        Assert.Equal(2, plan.RootElement.GetProperty("costs").GetProperty("parameters").GetInt32());
    }

    [Fact]
    public async Task A_sweep_is_told_by_its_lists_and_its_runs_are_counted()
    {
        (int code, string output, string error) = await RunAsync("model: scalar\ndepth: 2\nstart: [1.4, 0.9]\nmethod: [gd, nls]\neta: [0.1, 0.2]\nseed: [0, 1, 2]\niterations: 20\n", "--cores 4");
        Assert.True(code == 0, error);
        Assert.Contains("9 runs of 2 kinds", output, StringComparison.Ordinal);
        Assert.Contains("on 4 cores", output, StringComparison.Ordinal);
        Assert.Contains("in 81 files", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seed: 0", "--ranks 0,2", "--ranks must be whole numbers of at least 1, such as 1,8,64, not '0,2'")]
    [InlineData("seed: 0", "--bandwidth 0", "--bandwidth is 0; it must be a number of gigabytes a second above 0")]
    [InlineData("seed: 0", "--latency -1", "--latency is -1; it must be a number of microseconds of at least 0")]
    [InlineData("seed: 0", "--trials 0.5", "--trials must be at least 1: an iteration tries one step or more")]
    [InlineData("seed: 0", "--per-machine 0", "--per-machine is 0; it must be at least 1")]
    [InlineData("seed: [0, 1]", "--eta 0.1", "--eta does not go with a sweep, whose file says what each run is; each is planned on one rank")]
    [InlineData("model: scalar\nstart: [1, 2]\ndepth: 2", "--ranks 2", "ranks share a network's samples; the model scalar has too few to share: plan it with --ranks 1")]
    public async Task What_is_wrong_is_one_line(string text, string options, string message)
    {
        (int code, string output, string error) = await RunAsync(text, options);
        Assert.Equal(1, code);
        Assert.Equal(string.Empty, output);
        Assert.Equal($"brink: {message}", error.TrimEnd());
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string text, string options)
    {
        string file = Path.Combine(_root, "s.yaml");
        await File.WriteAllTextAsync(file, text);
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrinkCommandLine.RunAsync(["plan", file, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
