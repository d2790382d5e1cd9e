using System.Text.Json;
using Brink.Cli.CommandLine;

namespace Brink.Cli.Tests.Training;

/// <summary>What <c>brink train</c> and <c>brink runs show</c> say of large steps where a run measured them.</summary>
public sealed class DiagnosticsCommandTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task The_verdicts_stand_at_the_end_of_the_run_and_in_its_description()
    {
        string ended = await Succeed(Loud("--iterations", "6", "--segment-smoothness-every", "1", "--diagnostics-every", "2"));
        string shown = await Succeed(["runs", "show", _data["run"]]);
        foreach (string text in (string[])[ended, shown])
        {
            Assert.Contains("Definition 2.3", text, StringComparison.Ordinal);
            Assert.Contains("holds           Proposition 2.5", text, StringComparison.Ordinal);
            Assert.Contains("Corollary 2.10", text, StringComparison.Ordinal);
            Assert.Contains("Edge of stability product", text, StringComparison.Ordinal);
        }

        JsonElement verdicts = JsonElement.Parse(await Succeed(["runs", "show", _data["run"], "--json"])).GetProperty("verdicts");
        Assert.Equal(4, verdicts.GetArrayLength());
        Assert.Equal("holds", verdicts[1].GetProperty("outcome").GetString());
        string csv = await Succeed(["export", _data["run"]]);
        Assert.Contains("gradient_norms.1.weight", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_measured_nothing_of_the_kind_has_none()
    {
        string ended = await Succeed(Loud("--iterations", "3"));
        Assert.DoesNotContain("Definition 2.3", ended, StringComparison.Ordinal);
        Assert.DoesNotContain("Definition 2.3", await Succeed(["runs", "show", _data["run"]]), StringComparison.Ordinal);
    }

    private string[] Loud(params string[] more) =>
        [.. _data.Train("run", ["--method", "nls", .. more]).Where(word => word != "--quiet")];

    private static async Task<string> Succeed(string[] arguments)
    {
        (int code, string output, string error) = await Run(arguments);
        Assert.True(code == 0, error);
        return output;
    }

    private static async Task<(int Code, string Output, string Error)> Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrinkCommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
