using System.CommandLine;
using System.Text.Json;
using Brink.Cli.Commands;
using Brink.Experiments;

namespace Brink.Cli.Tests;

public sealed class RunsCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("brink-").FullName;

    public RunsCommandTests()
    {
        Make("a", "nls", 0.5);
        Make("b", "gd", 0.25);
        Make("c", "ls", 0.125);
        Directory.CreateDirectory(Path.Combine(folder, "d"));
        File.WriteAllText(Path.Combine(folder, "d", "spec.json"), "{");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_list_shows_every_run_and_says_what_is_broken()
    {
        string[] lines = Invoke(RunsCommand.Create(), "list", folder).TrimEnd().Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.StartsWith("run ", lines[0], StringComparison.Ordinal);
        Assert.Contains("λ₁", lines[0], StringComparison.Ordinal);
        Assert.Contains("nls", lines[1], StringComparison.Ordinal);
        Assert.Contains("0.25", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("broken: ", lines[5], StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_and_an_order_choose_the_runs()
    {
        using JsonDocument json = Json(RunsCommand.Create(), "list", folder, "--json", "--where", "final_loss < 0.4 or method = nls", "--sort", "final_loss desc");
        Assert.Equal(["nls", "gd", "ls"], json.RootElement.EnumerateArray().Select(r => r.GetProperty("method").GetString()));
        Assert.Equal(0.5, json.RootElement[0].GetProperty("final_loss").GetDouble());
        Assert.Equal(JsonValueKind.Null, json.RootElement[0].GetProperty("test_accuracy").ValueKind);
        Assert.Equal("no runs\n", Invoke(RunsCommand.Create(), "list", folder, "--where", "method = sam"));
    }

    [Fact]
    public void Only_broken_runs_can_be_asked_for()
    {
        using JsonDocument json = Json(RunsCommand.Create(), "list", folder, "--json", "--where", "status = broken");
        Assert.Contains("spec.json: not valid JSON", json.RootElement[0].GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_shows_what_differs()
    {
        string text = Invoke(RunsCommand.Create(), "compare", Path.Combine(folder, "a"), Path.Combine(folder, "b"));
        string titles = text.Split('\n')[0];
        Assert.Contains(" method ", titles, StringComparison.Ordinal);
        Assert.DoesNotContain(" c ", titles, StringComparison.Ordinal);
        Assert.DoesNotContain("network", titles, StringComparison.Ordinal);
        Assert.Contains("mean η·λ₁", titles, StringComparison.Ordinal);
    }

    [Fact]
    public void One_run_is_shown_whole()
    {
        string path = Path.Combine(folder, "b");
        string text = Invoke(RunsCommand.Create(), "show", path);
        Assert.Contains("final_loss", text, StringComparison.Ordinal);
        Assert.Contains("\neta: 0.1\n", text, StringComparison.Ordinal);
        using JsonDocument json = Json(RunsCommand.Create(), "show", path, "--json");
        Assert.Equal(0.1, json.RootElement.GetProperty("specification").GetProperty("eta").GetDouble());
        Assert.Equal("finished", json.RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public void Runs_are_tagged_and_found_by_their_tags()
    {
        string a = Path.Combine(folder, "a");
        string b = Path.Combine(folder, "b");
        Assert.Equal($"{a}: figure 3, paper\n{b}: figure 3, paper\n", Invoke(RunsCommand.Create(), "tag", a, b, "--add", "paper", "figure 3"));
        Assert.Equal($"{b}: paper\n", Invoke(RunsCommand.Create(), "tag", b, "--remove", "figure 3", "none"));
        Assert.Equal($"{a}: figure 3, paper\n", Invoke(RunsCommand.Create(), "tag", a));
        using JsonDocument both = Json(RunsCommand.Create(), "list", folder, "--where", "tags ~ paper", "--json");
        Assert.Equal(2, both.RootElement.GetArrayLength());
        using JsonDocument one = Json(RunsCommand.Create(), "list", folder, "--where", "tags ~ 'FIGURE 3'", "--json");
        Assert.Equal(a, one.RootElement[0].GetProperty("run").GetString());
        using JsonDocument shown = Json(RunsCommand.Create(), "show", a, "--json");
        Assert.Equal("figure 3, paper", shown.RootElement.GetProperty("tags").GetString());
        Assert.Equal($"{b}: no tags\n", Invoke(RunsCommand.Create(), "tag", b, "--remove", "paper"));
        Assert.Contains("can be no tag", Fail(RunsCommand.Create(), "tag", a, "--add", "x,y"), StringComparison.Ordinal);
        Assert.StartsWith("there is no run folder ", Fail(RunsCommand.Create(), "tag", Path.Combine(folder, "none"), "--add", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_are_exported_in_either_form()
    {
        string path = Path.Combine(folder, "a");
        string[] csv = Invoke(ExportCommand.Create(), path, "--csv").TrimEnd().Split('\n');
        Assert.Equal(3, csv.Length);
        Assert.StartsWith("run,spec.data,", csv[0], StringComparison.Ordinal);
        using JsonDocument json = Json(ExportCommand.Create(), path, "--json");
        Assert.Equal(2, json.RootElement.GetArrayLength());
        Assert.Equal("nls", json.RootElement[1].GetProperty("spec.method").GetString());
        string file = Path.Combine(folder, "out.json");
        Assert.Equal("", Invoke(ExportCommand.Create(), path, "--json", "--output", file));
        Assert.Equal(Invoke(ExportCommand.Create(), path, "--json"), File.ReadAllText(file));
        Assert.Equal("[]\n", Invoke(ExportCommand.Create(), path, "--json", "--where", "method = sam"));
    }

    [Fact]
    public void Mistakes_are_one_line()
    {
        Assert.Equal("a run has no field 'metod'; did you mean 'method'?", Fail(RunsCommand.Create(), "list", folder, "--where", "metod = nls"));
        Assert.Equal("a run has no field 'final_los'; did you mean 'final_loss'?", Fail(RunsCommand.Create(), "list", folder, "--sort", "final_los"));
        Assert.StartsWith("there is no run folder ", Fail(RunsCommand.Create(), "show", Path.Combine(folder, "none")), StringComparison.Ordinal);
        Assert.StartsWith("there is no folder ", Fail(ExportCommand.Create(), Path.Combine(folder, "none")), StringComparison.Ordinal);
        Assert.Contains("spec.json: not valid JSON", Fail(RunsCommand.Create(), "show", Path.Combine(folder, "d")), StringComparison.Ordinal);
        Assert.Equal("--csv and --json exclude each other; choose one", Fail(ExportCommand.Create(), folder, "--csv", "--json"));
    }

    private static string Fail(Command command, params string[] arguments) =>
        Assert.Throws<BrinkException>(() => Invoke(command, arguments)).Message;

    private static JsonDocument Json(Command command, params string[] arguments) => JsonDocument.Parse(Invoke(command, arguments));

    private static string Invoke(Command command, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = command.Parse(arguments).Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = output,
            Error = error,
        });
        Assert.Equal(0, code);
        return output.ToString();
    }

    private void Make(string name, string method, double loss)
    {
        string path = Path.Combine(folder, name);
        using RunFolder run = RunFolder.Create(new Specification { Method = method, Out = path }.Resolve(10));
        RunSummary summary = new() { Status = RunStatus.Finished, IterationsDone = 0, Data = "fashion-mnist", Network = "mlp", Method = method, Outputs = 10 };
        foreach (MetricsLine line in (MetricsLine[])[new() { Iteration = 0, Loss = 1, StepSize = 1, Seconds = 0 }, new() { Iteration = 1, Loss = loss, Seconds = 1 }])
        {
            run.Append(line);
            summary = summary.With(line);
        }

        run.WriteSummary(summary);
    }
}
