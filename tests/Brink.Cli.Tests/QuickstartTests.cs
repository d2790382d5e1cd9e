using System.CommandLine;
using Brink.Cli.Commands;
using Brink.Experiments;

namespace Brink.Cli.Tests;

/// <summary>The quickstart around a trainer whose runs are gradient descent on a quadratic.</summary>
public sealed class QuickstartTests : IDisposable
{
    private readonly RunFolderFixture _folders = new();
    private readonly List<IReadOnlyDictionary<string, string>> _trained = [];

    public void Dispose() => _folders.Dispose();

    [Fact]
    public async Task Every_method_starts_from_the_same_weights_and_ends_in_the_table_and_the_page()
    {
        string folder = Path.Combine(_folders.Root, "quick");
        (int code, string output) = await RunAsync(["--out", folder, "--quiet"]);
        Assert.Equal(0, code);
        Assert.Equal(["gd", "ls", "nls", "nls-ub", "ponls", "cdat", "sam"], _trained.Select(run => run["method"]));
        Assert.Single(_trained.Select(run => (run["seed"], run["data"], run["count"], run["network"], run["loss"], run["iterations"])).Distinct());
        Assert.All(_trained, run => Assert.Contains($"\n {run["method"]} ", output));
        Assert.Contains(Path.Combine(folder, "index.html"), output);
        Assert.Equal(_trained.Select(run => run["method"]), ReportTests.DataOf(Path.Combine(folder, "index.html")).GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Nothing_that_is_there_is_overwritten()
    {
        string folder = Path.Combine(_folders.Root, "quick");
        await RunAsync(["--out", folder, "--quiet", "--methods", "gd"]);
        await RunAsync(["--out", folder, "--quiet", "--methods", "gd,nls"]);
        Assert.Equal([Path.Combine(folder, "gd"), Path.Combine(folder + "-2", "gd"), Path.Combine(folder + "-2", "nls")], _trained.Select(run => run["out"]));
    }

    [Fact]
    public async Task A_method_it_does_not_know_is_answered_with_the_nearest()
    {
        BrinkException wrong = await Assert.ThrowsAsync<BrinkException>(() => RunAsync(["--methods", "gd,nsl"]));
        Assert.StartsWith("unknown method of the quickstart 'nsl': did you mean 'nls'?", wrong.Message);
        Assert.Empty(_trained);
    }

    private async Task<(int Code, string Output)> RunAsync(string[] arguments)
    {
        var root = new RootCommand { QuickstartCommand.Create(Train) };
        using var output = new StringWriter { NewLine = "\n" };
        int code = await root.Parse(["quickstart", .. arguments]).InvokeAsync(
            new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }

    private RunStatus Train(IReadOnlyDictionary<string, string> specification, IRunObserver observer, CancellationToken cancellation)
    {
        _trained.Add(specification);
        string folder = _folders.Write(Path.GetRelativePath(_folders.Root, specification["out"]), specification["method"], 0.25, 40);
        observer.Started(folder, 0, 40, 0.2);
        observer.Ended(RunStatus.Finished, null);
        return RunStatus.Finished;
    }
}
