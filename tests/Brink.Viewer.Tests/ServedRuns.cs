using System.Diagnostics;
using System.Text.RegularExpressions;
using Brink.Experiments.Tests;

namespace Brink.Viewer.Tests;

/// <summary>A folder of runs with <c>brink serve</c> beside it, both made by the command line in processes of their own.</summary>
/// <param name="folder">Runs that are there already and stay; null for a folder of its own.</param>
internal sealed partial class ServedRuns(string? folder = null) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private Process? _server;
    private int _port;

    /// <summary>The folder that is served.</summary>
    internal string Root { get; } = folder ?? Directory.CreateTempSubdirectory("brink-viewer-").FullName;

    /// <summary>The address of the page, with a slash at its end.</summary>
    internal string Url => $"http://localhost:{_port}/";

    private static string CommandLine => Path.Combine(AppContext.BaseDirectory, "Brink.Cli.dll");

    /// <summary>Trains a run to its end.</summary>
    /// <param name="id">Where below the root.</param>
    /// <param name="arguments">Options of <c>brink train</c>.</param>
    internal Task Train(string id, string arguments) =>
        Command(["train", "--quiet", "--threads", "1", "--out", Path.Combine(Root, id), .. arguments.Split(' ')]);

    /// <summary>Runs a command to its end, which must be a good one.</summary>
    internal async Task Command(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> said = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, $"brink {string.Join(' ', arguments)}: {await said}");
    }

    /// <summary>Starts a command and lets it go on.</summary>
    internal static Process Begin(params string[] arguments) => Start(arguments);

    /// <summary>Starts the server, on the port of the one before where there was one.</summary>
    internal async Task Serve()
    {
        _server = Start(["serve", Root, "--port", $"{_port}"]);
        string line = await _server.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? await _server.StandardError.ReadToEndAsync();
        Match address = Address().Match(line);
        Assert.True(address.Success, line);
        _port = int.Parse(address.Groups[1].Value);
        _ = _server.StandardError.ReadToEndAsync();
    }

    /// <summary>Ends the server at once, as a crash would.</summary>
    internal void Kill()
    {
        _server?.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        if (folder is not null)
        {
            return;
        }

        // A run that was started from the page outlives the server; it must not outlive the test.
        foreach (string owner in Directory.EnumerateFiles(Root, ".lock-owner", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
        {
            if (int.TryParse(Digits().Match(await File.ReadAllTextAsync(owner)).Value, out int id))
            {
                try
                {
                    Process.GetProcessById(id).Kill();
                }
                catch (ArgumentException)
                {
                    // It has ended.
                }
            }
        }

        TemporaryFolder.Remove(Root);
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [CommandLine, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"http://localhost:(\d+)/")]
    private static partial Regex Address();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
