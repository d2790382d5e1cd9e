using System.Text;
using System.Text.Json;

namespace Brink.Experiments.Reproduction;

/// <summary>
/// Where an experiment's results lie: <c>experiment.yaml</c> (what it was made from), <c>trajectories/</c> with a folder each, the pictures,
/// <c>verdicts.json</c> and <c>index.html</c>. A trajectory is stored whole or counts as not there, so that a reproduction cut short at any instant
/// goes on with the trajectories that are missing. It is held for one process.
/// </summary>
public sealed class ReproductionFolder : IDisposable
{
    private const string ExperimentFile = "experiment.yaml";

    private readonly Experiment _experiment;
    private readonly RunLock _lock;

    private ReproductionFolder(string path, Experiment experiment, RunLock held) => (Path, _experiment, _lock) = (path, experiment, held);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>A file in it.</summary>
    /// <param name="name">The file's name.</param>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>How many trajectories are there already.</summary>
    public int Stored => _experiment.Trajectories.Count(IsStored);

    /// <summary>Opens a folder: absent, empty, or with results of the same experiment.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="force">Begin anew, and take a folder with the results of another experiment; its trajectories are removed.</param>
    /// <exception cref="BrinkException">It holds something else, or trajectories of another version of the experiment; or another process is at work in it.</exception>
    /// <exception cref="RunStoreException">It cannot be written.</exception>
    public static ReproductionFolder Open(string path, Experiment experiment, bool force)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (System.IO.File.Exists(path))
        {
            throw new BrinkException($"{path} is a file, not a folder; choose another --out");
        }

        bool known = System.IO.File.Exists(System.IO.Path.Combine(path, ExperimentFile));
        if (!known && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(entry => !RunFiles.IsLock(entry)))
        {
            throw new BrinkException($"{path} is not empty, and holds no results of brink reproduce; choose another --out");
        }

        try
        {
            Directory.CreateDirectory(path);
            var held = RunLock.Acquire(path);
            try
            {
                ReproductionFolder results = new(path, experiment, held);
                results.Prepare(force);
                return results;
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw error as RunStoreException ?? RunStoreException.Writing(path, error);
        }
    }

    /// <summary>Obtains the trajectories one after the other: stored ones are read, the others run and stored.</summary>
    /// <param name="watch">Makes what is told of a long run while it goes on.</param>
    /// <param name="cancellation">Ends the work; what was obtained is stored.</param>
    /// <returns>Each, with whether it was there already.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<(ExperimentTrajectory Trajectory, bool Stored)> Obtain(Func<TrajectoryPlan, IRunObserver> watch, CancellationToken cancellation)
    {
        foreach (TrajectoryPlan plan in _experiment.Trajectories)
        {
            cancellation.ThrowIfCancellationRequested();
            bool stored = IsStored(plan);
            yield return (_experiment.Study.Obtain(plan, FolderOf(plan), () => watch(plan), cancellation), stored);
        }
    }

    /// <summary>Stores a file whole or not at all.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="RunStoreException">It could not be written.</exception>
    public void Write(string name, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        DurableFile.Replace(File(name), stream => stream.Write(bytes));
    }

    /// <summary>Stores a value as JSON.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="value">Serialises to JSON; names become snake_case.</param>
    /// <exception cref="RunStoreException">It could not be written.</exception>
    public void WriteJson(string name, object value) => Write(name, JsonSerializer.Serialize(value, RunJson.Document) + "\n");

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private string Trajectories => File("trajectories");

    private bool IsStored(TrajectoryPlan plan) => _experiment.Study.Stored(plan, FolderOf(plan)) == StoredTrajectory.Whole;

    private string FolderOf(TrajectoryPlan plan) => System.IO.Path.Combine(Trajectories, plan.Name);

    /// <summary>Sees to it that no trajectory is there that is not the experiment's.</summary>
    private void Prepare(bool force)
    {
        var wanted = _experiment.Trajectories.ToDictionary(FolderOf);
        string[] there = Directory.Exists(Trajectories) ? Directory.GetDirectories(Trajectories) : [];
        foreach (string folder in there)
        {
            StoredTrajectory stored = wanted.TryGetValue(folder, out TrajectoryPlan? plan) ? _experiment.Study.Stored(plan, folder) : StoredTrajectory.Other;
            if (!force && stored == StoredTrajectory.Other)
            {
                throw new BrinkException(
                    $"{Path} holds results of another version of the experiment (trajectories/{System.IO.Path.GetFileName(folder)} is not one of this one's); choose another --out, or begin anew with --force");
            }

            if (force && TheoryFolder.Is(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
            else if (force && RunRecord.IsRun(folder))
            {
                RunFiles.Remove(folder);
            }
            else if (stored == StoredTrajectory.Begun)
            {
                RunFiles.RemoveTemporary(folder);
            }
        }

        Write(ExperimentFile, _experiment.Text);
    }
}
