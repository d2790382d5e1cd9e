using System.Diagnostics;

namespace Brink.Cli.Tests.Training;

/// <summary>The command line as users meet it: a process of its own, with its signals, streams and exit code.</summary>
internal sealed class BrinkProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private BrinkProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    internal int Id => _process.Id;

    internal bool HasExited => _process.HasExited;

    /// <summary>Starts <c>brink</c> with arguments.</summary>
    internal static BrinkProcess Start(params IReadOnlyList<string> arguments) => StartWith([], [], arguments);

    /// <summary>Starts it with environment variables, and behind another program, such as a shell that sets limits.</summary>
    internal static BrinkProcess StartWith(
        IReadOnlyList<string> wrapper, IReadOnlyList<(string Name, string? Value)> environment, params IReadOnlyList<string> arguments)
    {
        string[] line = [.. wrapper, "dotnet", Path.Combine(AppContext.BaseDirectory, "Brink.Cli.dll"), .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["BRINK_DEBUG"] = null;
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        return new BrinkProcess(start);
    }

    /// <summary>Runs <c>brink</c> to its end.</summary>
    internal static (int Code, string Output, string Error) Run(params IReadOnlyList<string> arguments)
    {
        using BrinkProcess process = Start(arguments);
        return process.Finish();
    }

    /// <summary>Waits for the end.</summary>
    /// <param name="minutes">How long it may take.</param>
    internal (int Code, string Output, string Error) Finish(int minutes = 2)
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromMinutes(minutes)), $"brink did not end in {minutes} minutes");
        return (_process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    /// <summary>kill −9, wherever it stands.</summary>
    internal void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Sends a signal by name.</summary>
    internal void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-s", name, Id.ToString()]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
