namespace Brink.Experiments.TensorBoard;

/// <summary>The metrics of runs as event files for TensorBoard, a folder a run.</summary>
public static class EventExport
{
    /// <summary>Writes the event files. A run's is in a folder of its name (see <see cref="RunNames"/>); one of ours that is there is replaced.</summary>
    /// <param name="runs">The runs; broken ones are not exported.</param>
    /// <param name="folder">TensorBoard's log folder; made where it is not there.</param>
    /// <returns>How many files were written.</returns>
    /// <exception cref="BrinkException">A run's metrics cannot be read.</exception>
    /// <exception cref="RunStoreException">A file cannot be written.</exception>
    public static int Write(IReadOnlyList<RunEntry> runs, string folder)
    {
        ArgumentNullException.ThrowIfNull(runs);
        RunEntry[] whole = [.. runs.Where(run => run.Specification is not null)];
        string[] names = RunNames.Of([.. whole.Select(run => run.Path)]);
        foreach ((RunEntry run, string name) in whole.Zip(names))
        {
            EventFile.Write(
                Path.Combine(folder, name), run.Specification!, run.Summary?.Started ?? DateTimeOffset.UnixEpoch, RunRecord.ReadMetrics(run.Path));
        }

        return whole.Length;
    }
}
