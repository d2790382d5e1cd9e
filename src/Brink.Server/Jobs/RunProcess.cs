using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Brink.Server;

/// <summary>
/// A process of this program that outlives the server: in a session of its own, so that no terminal's Ctrl-C or end reaches it, and
/// with files instead of pipes to write to.
/// </summary>
internal sealed partial class RunProcess : IDisposable
{
    // setsid is not on every system; without it a Ctrl-C in the server's terminal pauses the run, which it can be resumed from.
    private const string Detached =
        "messages=$1; shift; if command -v setsid >/dev/null 2>&1; then exec setsid \"$@\" </dev/null >/dev/null 2>\"$messages\"; fi; "
        + "exec \"$@\" </dev/null >/dev/null 2>\"$messages\"";

    private const int Terminate = 15;
    private readonly Process _process;
    private readonly string _messages;

    private RunProcess(Process process, string messages)
    {
        _process = process;
        _messages = messages;
    }

    /// <summary>The run that it is about, for what is told of it later.</summary>
    internal required string Id { get; init; }

    /// <summary>The file that it writes its failures to, until it is let go.</summary>
    internal string MessageFile => _messages;

    /// <summary>Whether it has ended as runs end: well, or paused.</summary>
    internal bool Succeeded => _process.ExitCode is 0 or 130;

    /// <summary>Whether it has ended.</summary>
    internal bool HasEnded => _process.HasExited;

    /// <summary>Starts one.</summary>
    /// <param name="id">The run that it is about.</param>
    /// <param name="program">The program and its arguments.</param>
    /// <exception cref="BrinkException">It cannot be started.</exception>
    internal static RunProcess Start(string id, IReadOnlyList<string> program)
    {
        string messages = Path.Combine(Path.GetTempPath(), $"brink-start-{Guid.NewGuid():N}.txt");
        File.WriteAllText(messages, string.Empty);
        try
        {
            // Arguments are passed on one by one: no shell reads what is in them.
            ProcessStartInfo start = new("/bin/sh", ["-c", Detached, "brink", messages, .. program]) { UseShellExecute = false };
            return new RunProcess(Process.Start(start)!, messages) { Id = id };
        }
        catch (Win32Exception error)
        {
            File.Delete(messages);
            throw new BrinkException($"cannot start {program[0]}: {error.Message}", error);
        }
    }

    /// <summary>The last line that it wrote about a failure.</summary>
    internal string Message()
    {
        const string Prefix = "brink: ";
        string last = SafeFile.ReadEndText(_messages, 4096).Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
            ?? $"it ended with code {_process.ExitCode}";
        return last.StartsWith(Prefix, StringComparison.Ordinal) ? last[Prefix.Length..] : last;
    }

    /// <summary>Lets go of it; it goes on.</summary>
    public void Dispose()
    {
        File.Delete(_messages);
        _process.Dispose();
    }

    /// <summary>Asks the process at work in a run folder to end with a checkpoint.</summary>
    /// <param name="process">Its number, as the folder tells it.</param>
    /// <param name="folder">The run folder.</param>
    /// <returns>False where no such process of this machine is at work there: numbers are used again, and a folder may tell anything.</returns>
    internal static bool Pause(int process, string folder) => Holds(process, folder) && Kill(process, Terminate) == 0;

    private static bool Holds(int process, string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fd")
                .Any(file => new FileInfo(file).LinkTarget is { } target && Path.GetDirectoryName(target) == folder && Experiments.RunFiles.IsLock(target));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
