using System.Text.Json;
using Brink.Cli.CommandLine;

namespace Brink.Cli.Tests.Training;

/// <summary><c>brink spectrum</c> on a small run and on weights.</summary>
public sealed class SpectrumCommandTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Everything_about_a_run_and_the_same_from_its_weights()
    {
        await Trained();
        string[] questions = ["--all", "--bottom", "2", "--sub-hessian", "3.bias", "3", "--density-probes", "2", "--density-steps", "6", "--json"];
        JsonElement run = JsonElement.Parse(await Succeed(["spectrum", _data["run"], .. questions]));
        Assert.Equal(4, run.GetProperty("iteration").GetInt32());
        Assert.Equal(6370, run.GetProperty("parameters").GetInt32());
        Assert.True(run.GetProperty("converged").GetBoolean());

        // Pairs below the first K = 10 need twelve of the largest for two of the smallest.
        JsonElement[] top = [.. run.GetProperty("ends").GetProperty("top").EnumerateArray()];
        Assert.Equal(12, top.Length);
        Assert.All(top, value => Assert.InRange(value.GetProperty("residual").GetDouble(), 0, 1e-3));
        double[] values = [.. top.Select(value => value.GetProperty("value").GetDouble())];
        Assert.Equal(values.OrderDescending(), values);
        Assert.True(values[0] >= 0.2 - 1e-6);
        Assert.InRange(run.GetProperty("pairing").GetProperty("mismatch").GetDouble(), 0, 1);
        Assert.Equal(2, run.GetProperty("pairing").GetProperty("upper").GetArrayLength());

        JsonElement parts = run.GetProperty("gauss_newton");
        Assert.Equal(values[0], parts.GetProperty("part").GetDouble() + parts.GetProperty("residual_part").GetDouble(), 1e-5 * values[0]);
        Assert.True(parts.GetProperty("sharpness").GetProperty("value").GetDouble() >= parts.GetProperty("part").GetDouble() * (1 - 1e-3));

        JsonElement trace = run.GetProperty("trace");
        JsonElement mean = run.GetProperty("density").GetProperty("first");
        Assert.Equal(60, trace.GetProperty("products").GetInt32());
        Assert.True(trace.GetProperty("standard_error").GetDouble() > 0);
        Assert.Equal(
            trace.GetProperty("trace").GetDouble() / 6370,
            mean.GetProperty("mean").GetDouble(),
            6 * mean.GetProperty("standard_error").GetDouble() + (6 * trace.GetProperty("standard_error").GetDouble() / 6370));
        JsonElement density = run.GetProperty("density");
        Assert.Equal(2, density.GetProperty("rules").GetArrayLength());
        Assert.Equal(1, density.GetProperty("rules")[0].GetProperty("weights").EnumerateArray().Sum(weight => weight.GetDouble()), 1e-9);
        Assert.Equal(1, density.GetProperty("bins").EnumerateArray().Sum(bin => bin.GetProperty("fraction").GetDouble()), 1e-9);
        Assert.Equal(
            density.GetProperty("curve").GetProperty("points").GetArrayLength(), density.GetProperty("curve").GetProperty("values").GetArrayLength());

        JsonElement bias = run.GetProperty("sub_hessians")[0];
        Assert.Equal(10, bias.GetProperty("size").GetInt32());
        Assert.All(bias.GetProperty("eigenvalues").EnumerateArray(), value => Assert.Equal(0.2, value.GetDouble(), 1e-6));
        JsonElement layer = run.GetProperty("sub_hessians")[1];
        Assert.Equal(["3.weight", "3.bias"], layer.GetProperty("parameters").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal(90, layer.GetProperty("eigenvalues").GetArrayLength());

        JsonElement[] norms = [.. run.GetProperty("gradient_norms").EnumerateArray()];
        Assert.Equal(["1.weight", "1.bias", "3.weight", "3.bias"], norms.Select(norm => norm.GetProperty("name").GetString()!));
        Assert.Equal(
            run.GetProperty("grad_norm").GetDouble(), Math.Sqrt(norms.Sum(norm => Math.Pow(norm.GetProperty("norm").GetDouble(), 2))), 1e-6);

        string weights = Directory.GetFiles(Path.Combine(_data["run"], "checkpoints")).Order(StringComparer.Ordinal).Last();
        JsonElement file = JsonElement.Parse(await Succeed(
            ["spectrum", weights, "--data", "mnist", "--from", _data.Folder, "--subset", "first", "--count", "64", "--widths", "8", "--micro-batch", "32", "--keep-graph", "yes", "--threads", "2", "--top", "1", "--bottom", "0", "--json"]));
        Assert.Equal(JsonValueKind.Null, file.GetProperty("iteration").ValueKind);
        Assert.Equal(JsonValueKind.Null, file.GetProperty("trace").ValueKind);
        Assert.Equal(values[0], file.GetProperty("ends").GetProperty("top")[0].GetProperty("value").GetDouble(), 1e-4 * values[0]);
        Assert.Empty(file.GetProperty("ends").GetProperty("bottom").EnumerateArray());
    }

    [Fact]
    public async Task What_missed_its_tolerance_is_marked_and_no_error()
    {
        await Trained();
        string[] tight = ["spectrum", _data["run"], "--iteration", "0", "--top", "3", "--bottom", "1", "--max-products", "4"];
        string text = await Succeed(tight);
        Assert.Contains("iteration 0:", text, StringComparison.Ordinal);
        Assert.Contains("not converged (residual", text, StringComparison.Ordinal);
        Assert.Contains("--max-products allows more", text, StringComparison.Ordinal);
        JsonElement json = JsonElement.Parse(await Succeed([.. tight, "--sub-hessian", "3.bias", "--json"]));
        Assert.False(json.GetProperty("converged").GetBoolean());
        Assert.Equal("out_of_products", json.GetProperty("ends").GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("sub_hessians")[0].GetProperty("eigenvalues").ValueKind);
        Assert.Equal(10, json.GetProperty("sub_hessians")[0].GetProperty("size").GetInt32());

        string csv = _data["density.csv"];
        text = await Succeed(["spectrum", _data["run"], "--top", "1", "--bottom", "0", "--density-csv", csv, "--density-probes", "2", "--density-steps", "4"]);
        Assert.Contains("density of the eigenvalues", text, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(csv);
        Assert.Equal("eigenvalue,density", lines[0]);
        Assert.All(lines[1..], line => Assert.Equal(2, line.Split(',').Length));
    }

    [Fact]
    public async Task The_preconditioned_spectrum_of_an_adaptive_run_stands_against_its_edge()
    {
        await Succeed(_data.Train("adam", "--method", "adam", "--eta", "0.001", "--iterations", "4", "--sharpness-every", "0", "--preconditioned", "--eigenvalues", "2", "--eigenvalues-every", "4"));
        string text = await Succeed(["spectrum", _data["adam"], "--preconditioned", "--all", "--top", "2", "--bottom", "1", "--density-probes", "2", "--density-steps", "4"]);
        Assert.Contains("largest eigenvalues of P⁻¹H", text, StringComparison.Ordinal);
        Assert.Contains("of (2+2β₁)/((1−β₁)η) = ", text, StringComparison.Ordinal);
        Assert.Contains("tr (P⁻¹H)² = ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("the least λ₁", text, StringComparison.Ordinal);

        JsonElement json = JsonElement.Parse(await Succeed(["spectrum", _data["adam"], "--preconditioned", "--top", "1", "--bottom", "0", "--json"]));
        double value = json.GetProperty("ends").GetProperty("top")[0].GetProperty("value").GetDouble();
        JsonElement line = JsonElement.Parse(File.ReadLines(Path.Combine(_data["adam"], "metrics.jsonl")).Last());
        Assert.Equal(line.GetProperty("preconditioned_sharpness").GetDouble(), value, 1e-4 * value);
        Assert.True(json.GetProperty("preconditioned").GetBoolean());
        Assert.Equal(38_000, json.GetProperty("edge").GetProperty("threshold").GetDouble(), 1e-6);
        Assert.Equal(value / 38_000, json.GetProperty("edge").GetProperty("ratio").GetDouble(), 1e-9);

        await Fail(["spectrum", _data["adam"], "--preconditioned", "--iteration", "0"], "no preconditioner before its first step");
        await Fail(["spectrum", _data["adam"], "--preconditioned", "--gauss-newton"], "parts of H itself");
        await Trained();
        await Fail(["spectrum", _data["run"], "--preconditioned"], "is a run of gd", "rmsprop and adam");
        string weights = Directory.GetFiles(Path.Combine(_data["adam"], "checkpoints")).Order(StringComparer.Ordinal).Last();
        await Fail(
            ["spectrum", weights, "--preconditioned", "--data", "mnist", "--from", _data.Folder, "--subset", "first", "--count", "64", "--widths", "8", "--micro-batch", "32", "--keep-graph", "yes", "--threads", "2", "--test-every", "0"],
            "is a file of weights", "needs a run");
    }

    [Fact]
    public async Task A_sharpness_that_missed_its_tolerance_is_never_shown_as_if_it_were_exact()
    {
        string[] starved = _data.Train("run", "--method", "gd", "--eta", "0.05", "--iterations", "4", "--sharpness-every", "4", "--sharpness-tolerance", "1e-14");
        string trained = await Succeed([.. starved.Where(word => word != "--quiet")]);
        Assert.Contains("(not converged: residual ", trained, StringComparison.Ordinal);
        Assert.All(
            File.ReadLines(Path.Combine(_data["run"], "metrics.jsonl")).Select(line => JsonElement.Parse(line)).Where(line => line.TryGetProperty("sharpness", out _)),
            line => Assert.True(line.GetProperty("sharpness_unconverged").GetBoolean()));

        // The run's own edge, the lists and the page rest on the same two measurements.
        Assert.Contains("2 of the measurements missed their tolerance", trained, StringComparison.Ordinal);
        await Succeed(_data.Train("good", "--method", "gd", "--eta", "0.05", "--iterations", "4", "--sharpness-every", "4"));
        string[] compare = ["runs", "compare", _data["good"], _data["run"]];
        string compared = await Succeed(compare);
        string Row(string name) => compared.Split('\n').Single(line => line.StartsWith(_data[name] + " ", StringComparison.Ordinal));
        Assert.DoesNotContain('~', Row("good"));
        Assert.Equal(2, Row("run").Count(letter => letter == '~'));
        Assert.Contains("~ rests on a λ₁ that missed its tolerance", compared, StringComparison.Ordinal);
        Assert.Equal(
            [false, true],
            JsonElement.Parse(await Succeed([.. compare, "--json"])).EnumerateArray().Select(run => run.TryGetProperty("sharpness_not_converged", out _)));

        string[] tight = ["measure", _data["run"], "--top", "1", "--bottom", "0", "--tolerance", "1e-14"];
        string[] measured = (await Succeed(tight)).Split('\n');
        Assert.All(measured.Where(line => line.Contains("λ₁", StringComparison.Ordinal)), line => Assert.Contains("λ₁ is not converged: residual", line, StringComparison.Ordinal));
        Assert.False(JsonElement.Parse(await Succeed([.. tight, "--json"])).GetProperty("sharpness_converged").GetBoolean());
        Assert.True(JsonElement.Parse(await Succeed(["measure", _data["run"], "--top", "1", "--bottom", "0", "--json"])).GetProperty("sharpness_converged").GetBoolean());
    }

    [Fact]
    public async Task In_the_flat_region_the_first_K_are_2_over_K_and_the_rest_is_told_from_zero_or_not()
    {
        // On noise the long steps of nls kill every hidden unit: only the last bias is left.
        await Succeed(_data.Train("flat", "--method", "nls", "--iterations", "4", "--sharpness-every", "0"));
        string text = await Succeed(["spectrum", _data["flat"], "--pairing", "--trace", "--bottom", "2"]);
        Assert.Contains("zero to within the tolerance", text, StringComparison.Ordinal);
        JsonElement json = JsonElement.Parse(await Succeed(["spectrum", _data["flat"], "--pairing", "--trace", "--bottom", "2", "--json"]));
        JsonElement[] top = [.. json.GetProperty("ends").GetProperty("top").EnumerateArray()];
        Assert.All(top[..10], value => Assert.Equal(0.2, value.GetProperty("value").GetDouble(), 1e-6));
        Assert.All(top, value => Assert.Equal(Math.Abs(value.GetProperty("value").GetDouble()) < 0.1, value.GetProperty("is_zero").GetBoolean()));
        Assert.False(json.GetProperty("pairing").GetProperty("converged").GetBoolean());
        Assert.Equal(2, json.GetProperty("trace").GetProperty("trace").GetDouble(), 1e-5);
    }

    [Fact]
    public async Task Mistakes_are_one_line()
    {
        await Trained();
        string run = _data["run"];
        await Fail(["spectrum", run, "--sub-hessian", "3.bais"], "'3.bais'", "'3.bias'");
        await Fail(["spectrum", run, "--iteration", "3"], "no checkpoint of iteration 3", "0 and 4");
        await Fail(["spectrum", run, "--tolerance", "2"], "--tolerance is 2", "between 0 and 1");
        await Fail(["spectrum", run, "--top", "0"], "--top is 0", "at least 1");
        await Fail(["spectrum", run, "--trace", "--trace-products", "5"], "--trace-products is 5", "at least 6");
        await Fail(["spectrum", run, "--density", "--density-width", "0"], "--density-width is 0", "above 0");
        await Fail(["spectrum", run, "--tarce"], "--tarce", "'--trace'");
        await Fail(["spectrum", _data.Folder], "no run", "spec.json");
        await Fail(["spectrum", _data["none.safetensors"], "--data", "mnist", "--from", _data.Folder, "--subset", "first", "--count", "64", "--micro-batch", "32", "--keep-graph", "yes", "--threads", "2", "--test-every", "0"], "none.safetensors", "no file");
        await Fail(["spectrum", _data["none.safetensors"], "--iteration", "3"], "--iteration belongs to a run");
    }

    private async Task Trained() =>
        await Succeed(_data.Train("run", "--method", "gd", "--eta", "0.05", "--iterations", "4", "--sharpness-every", "0"));

    private static async Task<string> Succeed(string[] arguments)
    {
        (int code, string output, string error) = await Run(arguments);
        Assert.True(code == 0, error);
        return output;
    }

    private static async Task Fail(string[] arguments, params string[] expected)
    {
        (int code, string output, string error) = await Run(arguments);
        Assert.NotEqual(0, code);
        Assert.Equal(string.Empty, output);
        string line = Assert.Single(error.TrimEnd().Split('\n'));
        Assert.All(expected, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output, string Error)> Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrinkCommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
