namespace Brink.Experiments.TensorBoard;

/// <summary>The metrics of runs as event files for TensorBoard, a folder a run.</summary>
public static class EventExport
{
    /// <summary>Writes the event files. A run's is in a folder of its name below what the runs have in common; one of ours that is there is replaced.</summary>
    /// <param name="runs">The runs; broken ones are not exported.</param>
    /// <param name="folder">TensorBoard's log folder; made where it is not there.</param>
    /// <returns>How many files were written.</returns>
    /// <exception cref="BrinkException">A run's metrics cannot be read.</exception>
    /// <exception cref="RunStoreException">A file cannot be written.</exception>
    public static int Write(IReadOnlyList<RunEntry> runs, string folder)
    {
        ArgumentNullException.ThrowIfNull(runs);
        RunEntry[] whole = [.. runs.Where(run => run.Specification is not null)];
        string common = Common([.. whole.Select(run => Path.GetDirectoryName(FullPath(run))!)]);
        foreach (RunEntry run in whole)
        {
            EventFile.Write(
                Path.Combine(folder, Path.GetRelativePath(common, FullPath(run))),
                run.Specification!,
                run.Summary?.Started ?? DateTimeOffset.UnixEpoch,
                RunRecord.ReadMetrics(run.Path));
        }

        return whole.Length;
    }

    private static string FullPath(RunEntry run) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Path));

    /// <summary>The lowest folder that is above or at all of these.</summary>
    private static string Common(string[] folders)
    {
        string common = folders.FirstOrDefault() ?? string.Empty;
        while (folders.Any(folder => Path.GetRelativePath(common, folder).Split(Path.DirectorySeparatorChar)[0] == ".."))
        {
            common = Path.GetDirectoryName(common)!;
        }

        return common;
    }
}
