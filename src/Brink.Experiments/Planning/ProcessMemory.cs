using System.Globalization;

namespace Brink.Experiments.Planning;

/// <summary>What the kernel says of a process's resident memory.</summary>
public static class ProcessMemory
{
    /// <summary>Sets this process's peak back to what it holds now; where the kernel does not let it, the peak stays.</summary>
    public static void ResetPeak()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A container may forbid it: what is read then is the peak of the whole process.
        }
    }

    /// <summary>Most bytes that a process has held.</summary>
    /// <param name="process">Its number; null for this one.</param>
    /// <returns>Bytes; null where it has ended, or the system does not say.</returns>
    public static long? Peak(int? process = null)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process?.ToString(CultureInfo.InvariantCulture) ?? "self"}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? null : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
