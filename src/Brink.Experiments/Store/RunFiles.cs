using Brink.Experiments.TensorBoard;

namespace Brink.Experiments;

/// <summary>Names of the files of a run folder.</summary>
internal static class RunFiles
{
    internal static string Specification(string folder) => Path.Combine(folder, "spec.json");

    internal static string Environment(string folder) => Path.Combine(folder, "environment.json");

    internal static string Metrics(string folder) => Path.Combine(folder, "metrics.jsonl");

    internal static string Summary(string folder) => Path.Combine(folder, "summary.json");

    internal static string Checkpoints(string folder) => Path.Combine(folder, "checkpoints");

    internal static string FlowSolutions(string folder) => Path.Combine(folder, "gfs.jsonl");

    internal static string Log(string folder) => Path.Combine(folder, "log.txt");

    /// <summary>Whether an entry of a run folder belongs to its lock.</summary>
    internal static bool IsLock(string entry) => Path.GetFileName(entry).StartsWith(".lock", StringComparison.Ordinal);

    /// <summary>Removes a run's own files, and no other, from a folder.</summary>
    /// <exception cref="RunStoreException">One cannot be removed.</exception>
    internal static void Remove(string folder)
    {
        try
        {
            // The specification first: a folder that lost it is no run folder, whatever happens next.
            foreach (string file in (string[])[Specification(folder), Summary(folder), Metrics(folder), Environment(folder), FlowSolutions(folder), Log(folder), .. EventFile.In(folder)])
            {
                File.Delete(file);
            }

            if (Directory.Exists(Checkpoints(folder)))
            {
                foreach (string file in Directory.EnumerateFiles(Checkpoints(folder), "step-*"))
                {
                    File.Delete(file);
                }
            }

            RemoveTemporary(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(folder, error);
        }
    }

    /// <summary>Removes what a killed process was in the middle of writing.</summary>
    internal static void RemoveTemporary(string folder)
    {
        foreach (string place in (string[])[folder, Checkpoints(folder)])
        {
            if (Directory.Exists(place))
            {
                foreach (string file in Directory.EnumerateFiles(place, "*" + DurableFile.TemporarySuffix))
                {
                    DurableFile.TryDelete(file);
                }
            }
        }
    }
}
