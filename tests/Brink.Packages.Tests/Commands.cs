using System.Diagnostics;

namespace Brink.Packages.Tests;

/// <summary>Programs run to their end.</summary>
internal static class Commands
{
    /// <summary>What points at this checkout, and would lead what is installed back to it.</summary>
    private static readonly string[] s_ofTheCheckout = ["BRINK_NATIVE", "BRINK_DEBUG", "DOTNET_ROOT"];

    /// <summary>Runs a program in the environment of a user who has no checkout.</summary>
    internal static (int Code, string Output, string Error) Run(
        string folder, IReadOnlyList<(string Name, string? Value)> environment, string program, params IReadOnlyList<string> arguments) =>
        Run(folder, environment, empty: false, program, arguments);

    /// <summary>Runs a program with these environment variables and no others.</summary>
    internal static (int Code, string Output, string Error) RunWithOnly(
        string folder, IReadOnlyList<(string Name, string? Value)> environment, string program, params IReadOnlyList<string> arguments) =>
        Run(folder, environment, empty: true, program, arguments);

    private static (int Code, string Output, string Error) Run(
        string folder, IReadOnlyList<(string Name, string? Value)> environment, bool empty, string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (empty)
        {
            start.Environment.Clear();
        }

        foreach ((string name, string? value) in s_ofTheCheckout.Select(name => (name, (string?)null)).Concat(environment))
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end in five minutes");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
