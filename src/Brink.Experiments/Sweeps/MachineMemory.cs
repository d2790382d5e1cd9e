namespace Brink.Experiments.Sweeps;

/// <summary>What the system says of its memory.</summary>
public static class MachineMemory
{
    /// <summary>Bytes that this process may use in all: the machine's, or a container's limit, of which /proc/meminfo does not know.</summary>
    public static long Total => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes that programs can take without others being pushed out; null where the system does not say.</summary>
    public static long? Available =>
        Number("/proc/meminfo", "MemAvailable:") is { } kibibytes ? Math.Min(kibibytes << 10, Total) : null;

    /// <summary>How often the system has killed a process for want of memory; 0 where it does not count.</summary>
    internal static long OutOfMemoryKills() =>
        (Number("/proc/vmstat", "oom_kill") ?? 0) + (Number("/sys/fs/cgroup/memory.events", "oom_kill") ?? 0);

    private static long? Number(string file, string name)
    {
        try
        {
            string[]? words = File.ReadLines(file)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .FirstOrDefault(words => words.Length > 1 && words[0] == name);
            return words is not null && long.TryParse(words[1], out long number) ? number : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
