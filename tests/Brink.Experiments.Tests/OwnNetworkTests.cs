using System.Diagnostics;

namespace Brink.Experiments.Tests;

/// <summary>The example of a network of one's own: it runs, and docs/own-network.md shows the very files.</summary>
public sealed class OwnNetworkTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task It_trains_as_a_run_and_by_its_parts()
    {
        Assert.SkipUnless(new Brink.Data.DataStore().Has("fashion-mnist", "train"), "Fashion-MNIST is not at hand; ./brink test installs it");
        string program = Checkout.Find("artifacts", "bin", "OwnNetwork", "release", "OwnNetwork.dll") ?? throw new InvalidOperationException("the example was not built; ./brink test builds it");
        string run = Path.Combine(_root.Path, "run");
        var start = new ProcessStartInfo("dotnet", [program, "10", "40", run]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, string.Empty), (process.ExitCode, await error));
        Assert.Contains($"Finished in {run}", output);
        Assert.Contains("nls-ub    10  loss", output);
        Assert.Contains("λ₁, λ₂, λ₃ there: ", output);

        // This process does not know the network: the specification is read as text.
        Assert.Contains("\"network\": \"residual\"", await File.ReadAllTextAsync(Path.Combine(run, "spec.json"), TestContext.Current.CancellationToken));
        Assert.Equal(11, RunRecord.ReadMetrics(run).Count);
    }

    [Fact]
    public void Its_page_shows_the_files_as_they_are()
    {
        string page = File.ReadAllText(Checkout.Find("docs", "own-network.md")!);
        foreach (string file in new[] { "ResidualNetwork.cs", "Program.cs" })
        {
            Assert.Contains(File.ReadAllText(Checkout.Find("examples", "OwnNetwork", file)!).Trim(), page);
        }
    }
}
