using System.Globalization;

namespace Brink.Experiments.Sweeps.Slurm;

/// <summary>An element of a job array, as <c>squeue</c> shows it.</summary>
/// <param name="Job">Number of the array.</param>
/// <param name="Index">Number of the element, from 0.</param>
/// <param name="State">Slurm's word for its state.</param>
/// <param name="Code">Exit code; 128 and the number of the signal where one ended it.</param>
/// <param name="Reason">Slurm's word for why it waits or failed.</param>
/// <param name="Name">The job's name.</param>
internal sealed record SlurmTask(string Job, string Index, string State, int Code, string Reason, string Name)
{
    /// <summary>What <c>squeue</c> is to show, each with room for the longest.</summary>
    internal const string Format = "ArrayJobID:24,ArrayTaskID:24,State:24,exit_code:16,Reason:64,Name:200";

    private static readonly HashSet<string> s_over = new(StringComparer.Ordinal)
    {
        "BOOT_FAIL", Cancelled, "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", OutOfMemory, "PREEMPTED", "REVOKED", "TIMEOUT",
    };

    /// <summary>The state of what someone cancelled.</summary>
    internal const string Cancelled = "CANCELLED";

    /// <summary>The state of what took more memory than it had asked for.</summary>
    internal const string OutOfMemory = "OUT_OF_MEMORY";

    /// <summary>What the sweep's record calls it, and Slurm's commands as well.</summary>
    internal string Id => IdOf(Job, Index);

    /// <summary>Whether Slurm has ended with it; all other states are of tasks that wait, work or end.</summary>
    internal bool IsOver => s_over.Contains(State);

    /// <summary>Whether it waits for its turn.</summary>
    internal bool Waits => State is "PENDING" or "REQUEUED" or "REQUEUE_HOLD" or "SPECIAL_EXIT" or "CONFIGURING";

    /// <summary>Whether it ended for a reason that is not the run's own.</summary>
    internal bool EndedFromOutside => IsOver && State is not ("COMPLETED" or "FAILED");

    /// <summary>The name of an element.</summary>
    internal static string IdOf(string job, string index) => $"{job}_{index}";

    /// <summary>Whether the record's name of a job is that of an element; a local process has a number alone.</summary>
    internal static bool IsId(string? job) => job?.Contains('_', StringComparison.Ordinal) == true;

    /// <summary>Reads what <c>squeue</c> shows in <see cref="Format"/>.</summary>
    internal static IEnumerable<SlurmTask> Parse(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 152)
            {
                yield return new SlurmTask(
                    line[..24].Trim(), line[24..48].Trim(), line[48..72].Trim(), CodeOf(line[72..88].Trim()), line[88..152].Trim(), line[152..].Trim());
            }
        }
    }

    /// <summary>The exit code in a wait status (768, as most versions show it) or in a pair (3:0).</summary>
    private static int CodeOf(string text)
    {
        const int Signals = 128;
        string[] pair = text.Split(':');
        if (!int.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out int code))
        {
            return 0;
        }

        int signal = pair.Length == 1 ? code & 0x7F : int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out int second) ? second : 0;
        return signal > 0 ? Signals + signal : pair.Length == 1 ? code >> 8 : code;
    }
}
