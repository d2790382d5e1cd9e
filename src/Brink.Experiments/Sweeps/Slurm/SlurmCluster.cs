using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Brink.Experiments.Sweeps.Slurm;

/// <summary>
/// The cluster, through Slurm's own commands: <c>sbatch</c>, <c>squeue</c>, <c>scancel</c> and <c>scontrol</c>. The accounting
/// database, which <c>sacct</c> needs, is not: how a run stands is told by its folder.
/// </summary>
internal static class SlurmCluster
{
    /// <summary>Most elements of an array.</summary>
    /// <exception cref="BrinkException">Slurm is not there, or does not answer.</exception>
    internal static int MaxArraySize()
    {
        string? line = Call("scontrol", "show", "config").Split('\n').FirstOrDefault(line => line.StartsWith("MaxArraySize", StringComparison.Ordinal));
        return line is not null && int.TryParse(line.Split('=')[^1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            ? size > 0 ? size : throw new BrinkException("this cluster takes no job arrays: its MaxArraySize is 0")
            : throw new BrinkException("scontrol show config says nothing of MaxArraySize");
    }

    /// <summary>Submits a script.</summary>
    /// <returns>The number of its job.</returns>
    /// <exception cref="BrinkException">Slurm refuses it, with its reason.</exception>
    internal static string Submit(string script) => Call("sbatch", "--parsable", script).Trim().Split('\n')[^1].Split(';')[0];

    /// <summary>All elements of this user's jobs that Slurm knows: those that wait and work, and for some minutes those that have ended.</summary>
    /// <exception cref="BrinkException">Slurm is not there, or does not answer.</exception>
    internal static IReadOnlyList<SlurmTask> Tasks() =>
        [.. SlurmTask.Parse(Call("squeue", "--me", "--noheader", "--array", "--states=all", "--Format=" + SlurmTask.Format))];

    /// <summary>Cancels jobs: what waits is taken off, what works gets SIGTERM, on which a run writes its checkpoint.</summary>
    /// <exception cref="BrinkException">Slurm refuses it, with its reason.</exception>
    internal static void Cancel(IEnumerable<string> jobs) => Call("scancel", [.. jobs]);

    private static string Call(string program, params string[] words)
    {
        ProcessStartInfo start = new(program, words) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new BrinkException($"{program}: {FirstLine(error.GetAwaiter().GetResult()) ?? $"it ended with code {process.ExitCode}"}");
        }
        catch (Win32Exception)
        {
            throw new BrinkException($"Slurm is not on this machine: there is no {program} on PATH; give the command where the cluster's jobs are submitted, or --executor local");
        }
    }

    /// <summary>What Slurm says, without the name of its program, which is said already.</summary>
    private static string? FirstLine(string text)
    {
        string? line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
        int error = line?.IndexOf("error: ", StringComparison.Ordinal) ?? -1;
        return error >= 0 ? line![(error + "error: ".Length)..] : line;
    }
}
