using System.Text.Json;
using Brink.Experiments.Tests;

namespace Brink.Cli.Tests.Training;

/// <summary>Training as a command: the reference trajectory, and how a run that diverged is shown.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void The_reference_trajectory_of_nls_is_one_command()
    {
        string init = SharedFolder.Require("golden/fashion-mlp-mse.init.safetensors");
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("golden/fashion-mlp-mse.json")));
        JsonElement expected = golden.RootElement.GetProperty("results").GetProperty("nls");
        Assert.SkipUnless(
            new Brink.Data.DataStore().Has("fashion-mnist", "train"),
            "fashion-mnist is not on this machine (Debian: apt-get install dataset-fashion-mnist)");

        (int code, _, string error) = BrinkProcess.Run(
            "train", "--data", "fashion-mnist", "--subset", "first", "--first", "0", "--count", "1000", "--network", "mlp",
            "--widths", "100,100", "--loss", "mse", "--method", "nls", "--iterations", "60", "--sharpness-every", "0",
            "--test-every", "0", "--dtype", "float64", "--init", init, "--micro-batch", "250", "--keep-graph", "yes",
            "--out", _data["golden"], "--quiet");
        Assert.True(code == 0, error);

        JsonElement[] lines = [.. File.ReadLines(Path.Combine(_data["golden"], "metrics.jsonl")).Select(line => JsonElement.Parse(line))];
        Assert.Equal(61, lines.Length);
        for (int k = 0; k < 60; k++)
        {
            Assert.Equal(k, lines[k].GetProperty("iteration").GetInt32());
            Assert.Equal(expected.GetProperty("step_size")[k].GetDouble(), lines[k].GetProperty("step_size").GetDouble());
            Assert.Equal(expected.GetProperty("backtracks")[k].GetInt32(), lines[k].GetProperty("backtracks").GetInt32());
            Near(expected.GetProperty("loss")[k].GetDouble(), lines[k].GetProperty("loss").GetDouble());
            Near(expected.GetProperty("grad_norm")[k].GetDouble(), lines[k].GetProperty("grad_norm").GetDouble());
        }

        Near(expected.GetProperty("final_loss").GetDouble(), lines[60].GetProperty("loss").GetDouble());
    }

    [Theory]
    [InlineData("nls")]
    [InlineData("nls-ub")]
    [InlineData("cdat")]
    [InlineData("sam")]
    public void Any_method_trains_on_batches_and_says_where_it_is(string method)
    {
        // 64 images, 24 a batch: three steps an epoch.
        string[] line = _data.Train("batches", "--method", method, "--batch-size", "24", "--iterations", "6", "--sharpness-every", "0", "--batch-sharpness-every", "6");
        (int code, string output, string error) = BrinkProcess.Run([.. line.Where(word => word != "--quiet")]);
        Assert.True(code == 0, error);
        Assert.Contains("iteration 6/6  epoch 2  ", output, StringComparison.Ordinal);
        Assert.Matches("of batches [0-9.]+ \\([0-9.]+ to [0-9.]+\\)", output);
        JsonElement[] lines = [.. File.ReadLines(Path.Combine(_data["batches"], "metrics.jsonl")).Select(text => JsonElement.Parse(text))];
        Assert.Equal([0, 1, 2], lines.Select(one => one.GetProperty("epoch").GetDouble()));
        Assert.Equal([true, false, true], lines.Select(one => one.TryGetProperty("batch_sharpness_mean", out _)));
    }

    [Fact]
    public void A_bound_that_its_theory_does_not_cover_is_told()
    {
        string[] line = _data.Train("run", "--method", "nls-ub", "--loss", "ce", "--no-bias", "--iterations", "2", "--sharpness-every", "0");
        (int code, _, string error) = BrinkProcess.Run(line);
        Assert.True(code == 0, error);
        Assert.Contains("upper-bound 20: the network has no last bias", File.ReadAllText(Path.Combine(_data["run"], "log.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_diverged_is_a_result_with_a_reason()
    {
        (int code, string output, string error) = BrinkProcess.Run(_data.Train("run", "--method", "gd", "--eta", "1000", "--iterations", "500", "--divergence-loss", "1e300"));
        Assert.Equal(0, code);
        Assert.Equal(string.Empty, error);
        Assert.Contains("diverged", Assert.Single(output.TrimEnd().Split('\n')), StringComparison.Ordinal);
        JsonElement last = JsonElement.Parse(File.ReadLines(Path.Combine(_data["run"], "metrics.jsonl")).Last());
        Assert.Equal(JsonValueKind.Null, last.GetProperty("loss").ValueKind);
        Assert.Equal("diverged", last.GetProperty("status").GetString());

        Assert.Contains("diverged", BrinkProcess.Run("runs", "list", _data.Folder).Output, StringComparison.Ordinal);
        (code, _, error) = BrinkProcess.Run("resume", _data["run"]);
        Assert.Equal(1, code);
        Assert.Contains("diverged", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(0, BrinkProcess.Run("measure", _data["run"], "--bottom", "0", "--json").Code);
    }

    [Fact]
    public void Without_a_limit_of_its_own_a_run_ends_when_the_loss_is_a_million_times_the_first()
    {
        (int code, string output, _) = BrinkProcess.Run(_data.Train("run", "--method", "gd", "--eta", "1000", "--iterations", "500"));
        Assert.Equal(0, code);
        Assert.Contains("beyond", output, StringComparison.Ordinal);
        JsonElement[] lines = [.. File.ReadLines(Path.Combine(_data["run"], "metrics.jsonl")).Select(line => JsonElement.Parse(line))];
        double limit = 1e6 * Math.Max(1, lines[0].GetProperty("loss").GetDouble());
        Assert.True(lines[^1].GetProperty("loss").GetDouble() > limit);
        Assert.All(lines[..^1], line => Assert.True(line.GetProperty("loss").GetDouble() <= limit));
        Assert.Equal("diverged", lines[^1].GetProperty("status").GetString());
    }

    private static void Near(double expected, double actual) => Assert.InRange(Math.Abs(actual - expected), 0, 1e-9 * Math.Abs(expected));
}
