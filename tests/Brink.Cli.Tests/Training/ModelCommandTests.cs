using System.Text.Json;
using Brink.Cli.CommandLine;
using Brink.Experiments.Tests;
using Brink.Theory;

namespace Brink.Cli.Tests.Training;

/// <summary>The small models through the commands that were made for networks.</summary>
public sealed class ModelCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("brink-model-").FullName;

    public void Dispose() => TemporaryFolder.Remove(_root);

    [Fact]
    public void Phi_at_the_iterates_of_a_run_is_the_closed_form_and_the_run_that_of_the_theory_command()
    {
        string run = Path.Combine(_root, "run");
        string theory = Path.Combine(_root, "theory");
        Ok("train", "--model", "scalar", "--start", "1.4,0.9,0.8", "--method", "gd", "--eta", "0.65", "--iterations", "40", "--out", run, "--quiet");
        Ok("theory", "scalar", "--weights", "1.4,0.9,0.8", "--eta", "0.65", "--iterations", "40", "--out", theory, "--json");
        JsonElement[] exact = Lines(theory);
        JsonElement[] lines = Lines(run);
        Assert.Equal(exact.Length, lines.Length);
        Assert.All(exact.Zip(lines), pair => Assert.Equal(Loss(pair.First), Loss(pair.Second), 1e-12 * (1e-3 + Loss(pair.First))));

        JsonElement report = JsonElement.Parse(Ok(
            "gfs", run, "--every", "5", "--until-loss", "1e-20", "--tolerance", "1e-10", "--accuracy", "1e-8", "--threads", "2", "--json"));
        Assert.Equal(9, report.GetProperty("lines").GetArrayLength());
        foreach (JsonElement line in report.GetProperty("lines").EnumerateArray())
        {
            double closed = exact[line.GetProperty("iteration").GetInt32()].GetProperty("gfs_sharpness").GetDouble();
            Assert.True(line.GetProperty("converged").GetBoolean());
            Assert.Equal(closed, line.GetProperty("sharpness").GetDouble(), 1e-6);
        }
    }

    [Fact]
    public void Commands_that_read_a_run_read_one_on_a_model()
    {
        string run = Path.Combine(_root, "run");
        string other = Path.Combine(_root, "other");
        Ok("train", "--model", "linear", "--layer-widths", "2,2,2", "--target", "1,0;0,2", "--method", "nls", "--iterations", "10", "--out", run, "--quiet");
        Ok("resume", run, "--iterations", "20", "--quiet");
        Ok("train", Path.Combine(run, "spec.json"), "--out", other, "--quiet");
        Assert.Equal(Lines(run).Select(Loss), Lines(other).Select(Loss));

        JsonElement measured = JsonElement.Parse(Ok("measure", run, "--json"));
        JsonElement spectrum = JsonElement.Parse(Ok("spectrum", run, "--all", "--sub-hessian", "W2", "--json"));
        Assert.Equal(measured.GetProperty("sharpness").GetDouble(), spectrum.GetProperty("ends").GetProperty("top")[0].GetProperty("value").GetDouble(), 1e-9);
        Assert.False(measured.TryGetProperty("flattest_sharpness", out JsonElement floor) && floor.ValueKind == JsonValueKind.Number);
        Assert.DoesNotContain("accuracy", Ok("measure", run), StringComparison.Ordinal);

        Assert.Contains("linear", Ok("runs", "list", _root), StringComparison.Ordinal);
        Assert.Contains("20", Ok("runs", "list", _root, "--where", "model = linear", "--json"), StringComparison.Ordinal);
        Ok("runs", "compare", run, other);
        Ok("export", run, "--csv");

        JsonElement flow = JsonElement.Parse(Ok("flow", run, "--until-loss", "1e-12", "--out", Path.Combine(_root, "flow"), "--json", "--quiet"));
        Assert.True(flow.GetProperty("reached").GetBoolean());
        Ok("flow", "--central", "--model", "scalar", "--eta", "0.65", "--start", "1.6,0.7,0.9", "--iterations", "20", "--out", Path.Combine(_root, "central"), "--json", "--quiet");
    }

    [Fact]
    public void Data_of_the_regression_may_come_from_a_file_and_the_start_from_a_checkpoint()
    {
        string points = Path.Combine(_root, "points.csv");
        File.WriteAllLines(points, ["1,0.5,-0.2,1", "0.3,-1,0.4,0.5"]);
        string run = Path.Combine(_root, "run");
        string[] model = ["--model", "squared-regression", "--data-file", points];
        Ok(["train", .. model, "--start", "1,1,1,0.5,0.5,0.5", "--method", "gd", "--eta", "0.05", "--iterations", "4", "--out", run, "--quiet"]);
        double first = new SquaredRegression(new[,] { { 1, 0.5, -0.2 }, { 0.3, -1, 0.4 } }, [1, 0.5]).Value([1, 1, 1, 0.5, 0.5, 0.5]);
        Assert.Equal(first, Loss(Lines(run)[0]), 1e-14);

        string weights = Directory.GetFiles(Path.Combine(run, "checkpoints"), "*.safetensors").Order().Last();
        string again = Path.Combine(_root, "again");
        Ok(["train", .. model, "--init", weights, "--method", "gd", "--eta", "0.05", "--iterations", "1", "--out", again, "--quiet"]);
        Assert.Equal(Loss(Lines(run)[^1]), Loss(Lines(again)[0]));
        Ok(["spectrum", weights, .. model, "--top", "2", "--bottom", "1"]);
    }

    [Theory]
    [InlineData("--model scalar --data mnist", "--data applies only where model is not given; here it is scalar")]
    [InlineData("--model scalar --micro-batch 4", "--micro-batch applies only where model is not given")]
    [InlineData("--model scalar --method sgd --batch-size 4", "--batch-size applies only where model is not given")]
    [InlineData("--model scalar --test-every 5", "--test-every applies only where model is not given")]
    [InlineData("--model scalar --dtype float32", "--dtype must be float64 where model is given")]
    [InlineData("--model scalar --device cuda", "--device must be cpu where model is given")]
    [InlineData("--model scalar --method warmup", "a multiple of K")]
    [InlineData("--model scalar --method nls-ub", "upper-bound must be given")]
    [InlineData("--model scalar --target -1", "target is -1; it must be positive")]
    [InlineData("--model scalar --target 1,2", "a number above 0")]
    [InlineData("--model scalar --start 1,x", "--start must be numbers joined by commas, not '1,x'")]
    [InlineData("--model scalar --depth 4", "start has 3 numbers; this model has 4 parameters")]
    [InlineData("--model scalar --lambda1 3", "--lambda1 applies only where model is minimalist")]
    [InlineData("--model minimalist --lambda1 0", "--lambda1 must be a number above 0")]
    [InlineData("--model linear --layer-widths 2,2 --target 1,2;3", "rows of equal length")]
    [InlineData("--model linear --layer-widths 1", "at least two are needed")]
    [InlineData("--model squared-regression --samples 9", "N rows and N targets with 1 ≤ N ≤ d")]
    [InlineData("--model squared-regression --data-file nowhere.csv", "cannot read")]
    [InlineData("--model squared-regression --data-file x --samples 2", "--samples applies only where data-file is not given")]
    [InlineData("--model tiny", "minimalist, scalar, squared-regression, linear")]
    [InlineData("--start 1,2", "--start applies only where model is")]
    public async Task What_a_model_has_no_place_for_is_refused_in_one_line_before_there_is_a_folder(string options, string message)
    {
        string folder = Path.Combine(_root, "bad");
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.NotEqual(0, await BrinkCommandLine.RunAsync(["train", .. options.Split(' '), "--out", folder], output, error));
        Assert.Contains(message, Assert.Single(error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private static string Ok(params string[] arguments)
    {
        (int code, string output, string error) = BrinkProcess.Run(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {error}");
        return output;
    }

    private static double Loss(JsonElement line) => line.GetProperty("loss").GetDouble();

    private static JsonElement[] Lines(string folder) => [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(line => JsonElement.Parse(line))];
}
