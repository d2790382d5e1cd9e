using Brink.Experiments.TensorBoard;

namespace Brink.Experiments;

/// <summary>Names of the files of a run folder (docs/run-format.md).</summary>
public static class RunFiles
{
    /// <summary>The specification.</summary>
    /// <param name="folder">The run folder.</param>
    public static string Specification(string folder) => Path.Combine(folder, "spec.json");

    /// <summary>What the run was made with.</summary>
    /// <param name="folder">The run folder.</param>
    public static string Environment(string folder) => Path.Combine(folder, "environment.json");

    /// <summary>The recorded lines.</summary>
    /// <param name="folder">The run folder.</param>
    public static string Metrics(string folder) => Path.Combine(folder, "metrics.jsonl");

    /// <summary>The summary.</summary>
    /// <param name="folder">The run folder.</param>
    public static string Summary(string folder) => Path.Combine(folder, "summary.json");

    /// <summary>The folder of checkpoints.</summary>
    /// <param name="folder">The run folder.</param>
    public static string Checkpoints(string folder) => Path.Combine(folder, "checkpoints");

    /// <summary>The events, a line each.</summary>
    /// <param name="folder">The run folder.</param>
    public static string Log(string folder) => Path.Combine(folder, "log.txt");

    /// <summary>The tags that people gave it.</summary>
    /// <param name="folder">The run folder.</param>
    public static string Tags(string folder) => Path.Combine(folder, "tags.json");

    internal static string FlowSolutions(string folder) => Path.Combine(folder, "gfs.jsonl");

    /// <summary>Whether an entry of a run folder belongs to its lock.</summary>
    /// <param name="entry">Path or name of the entry.</param>
    public static bool IsLock(string entry) => Path.GetFileName(entry).StartsWith(".lock", StringComparison.Ordinal);

    /// <summary>Removes a run's own files, and no other, from a folder.</summary>
    /// <exception cref="RunStoreException">One cannot be removed.</exception>
    internal static void Remove(string folder)
    {
        try
        {
            // The specification first: a folder that lost it is no run folder, whatever happens next.
            foreach (string file in (string[])[Specification(folder), Summary(folder), Metrics(folder), Environment(folder), FlowSolutions(folder), Log(folder), Tags(folder), .. EventFile.In(folder)])
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
