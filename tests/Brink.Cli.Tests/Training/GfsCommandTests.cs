using System.Text.Json;

namespace Brink.Cli.Tests.Training;

/// <summary><c>brink gfs</c> as a user meets it.</summary>
public sealed class GfsCommandTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_run_gives_a_table_a_verdict_and_json()
    {
        Assert.Equal(0, BrinkProcess.Run(_data.Train("run", "--method", "gd", "--eta", "0.3", "--iterations", "4")).Code);
        (int code, string output, string error) = BrinkProcess.Run("gfs", _data["run"], "--every", "2", "--max-gradients", "60", "--until-loss", "0.02");
        Assert.True(code == 0, error);
        Assert.Contains("φ", output, StringComparison.Ordinal);
        Assert.Contains("gradients,", output, StringComparison.Ordinal);

        (code, output, _) = BrinkProcess.Run("gfs", _data["run"], "--every", "2", "--max-gradients", "60", "--until-loss", "0.02", "--json");
        Assert.Equal(0, code);
        JsonElement report = JsonElement.Parse(output);
        JsonElement[] lines = [.. report.GetProperty("lines").EnumerateArray()];
        Assert.Equal([0, 2, 4], lines.Select(line => line.GetProperty("iteration").GetInt64()));
        Assert.All(lines, line => Assert.True(
            line.GetProperty("converged").GetBoolean() || line.GetProperty("missed").GetArrayLength() > 0));
        Assert.Equal(lines.Length, report.GetProperty("verdict").GetProperty("measured").GetInt32() + report.GetProperty("verdict").GetProperty("not_converged").GetInt32());
    }

    [Theory]
    [InlineData("--every 0", "--every is 0")]
    [InlineData("--tolerance 2", "--tolerance is 2")]
    [InlineData("--integrator rk5", "rk4")]
    [InlineData("--from-iteration 100", "no iterate from 100")]
    [InlineData("--until-loss -1", "--until-loss is -1")]
    public void Bad_input_is_told_in_one_line(string options, string expected)
    {
        Assert.Equal(0, BrinkProcess.Run(_data.Train("run", "--method", "gd", "--eta", "0.3", "--iterations", "1")).Code);
        (int code, _, string error) = BrinkProcess.Run(["gfs", _data["run"], .. options.Split(' ')]);
        Assert.Equal(1, code);
        Assert.Contains(expected, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_run_is_told_in_one_line()
    {
        (int code, _, string error) = BrinkProcess.Run("gfs", _data["nothing"]);
        Assert.Equal(1, code);
        Assert.Contains("no run folder", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
