using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Brink.Experiments.TensorBoard;
using Brink.Torch.Serialization;

namespace Brink.Experiments;

/// <summary>
/// A run's folder, held by this process alone: the specification, the environment, metrics, the summary, checkpoints and
/// the log, as docs/run-format.md describes them. Reading a folder that another process may hold goes through
/// <see cref="RunRecord"/>.
/// </summary>
public sealed class RunFolder : IRunStore
{
    private readonly RunLock _held;
    private readonly MetricsFile _metrics;
    private readonly CheckpointStore _checkpoints;
    private readonly EventFile? _events;

    private RunFolder(string path, Specification specification, RunLock held, DateTimeOffset started)
    {
        Path = path;
        Specification = specification;
        _held = held;
        _metrics = new MetricsFile(RunFiles.Metrics(path));
        _checkpoints = new CheckpointStore(RunFiles.Checkpoints(path));
        _events = specification.Tensorboard ? EventFile.Open(path, specification, started) : null;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The specification stored in it.</summary>
    public Specification Specification { get; private set; }

    /// <summary>Makes a run folder and takes hold of it.</summary>
    /// <param name="specification">
    /// The specification; its <c>out</c> is the folder, or where it has none the first free
    /// <c>runs/&lt;data&gt;-&lt;network&gt;-&lt;method&gt;-&lt;n&gt;</c>, which the stored one then names.
    /// </param>
    /// <param name="force">Replace a run that is there already.</param>
    /// <exception cref="BrinkException">The folder holds a run or other files already, or another process holds it.</exception>
    /// <exception cref="RunStoreException">The folder cannot be written.</exception>
    public static RunFolder Create(Specification specification, bool force = false)
    {
        string path = specification.Out ?? FreshPath(specification, "runs");
        if (File.Exists(path))
        {
            throw new BrinkException($"{path} is a file, not a folder; choose another --out");
        }

        bool ours = File.Exists(RunFiles.Specification(path));
        if (!force && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(e => !RunFiles.IsLock(e)))
        {
            throw new BrinkException(ours
                ? $"{path} already holds a run; continue it with 'brink resume {path}', choose another --out, or replace it with --force"
                : $"{path} is not empty; choose another --out, or use it all the same with --force");
        }

        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(path, error);
        }

        RunLock hold = RunLock.Acquire(path);
        try
        {
            RunFiles.Remove(path);
            Specification stored = specification with { Out = path };
            WriteText(RunFiles.Specification(path), stored.ToJson());
            return new RunFolder(path, stored, hold, DateTimeOffset.UtcNow);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Takes hold of a run folder that is there, to go on with it.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="BrinkException">It is no run folder, its specification is not valid, or another process holds it.</exception>
    public static RunFolder Open(string path)
    {
        Specification specification = RunRecord.ReadSpecification(path);
        RunLock hold = RunLock.Acquire(path);
        try
        {
            RunFiles.RemoveTemporary(path);
            return new RunFolder(path, specification, hold, RunRecord.ReadSummary(path)?.Started ?? DateTimeOffset.UtcNow);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Stores the specification again, with what the machine decided since.</summary>
    /// <param name="specification">The specification; its <c>out</c> is set to this folder.</param>
    /// <exception cref="RunStoreException">It could not be written.</exception>
    public void WriteSpecification(Specification specification)
    {
        Specification = specification with { Out = Path };
        WriteText(RunFiles.Specification(Path), Specification.ToJson());
    }

    /// <summary>Stores what the run was made with: versions, hardware, revision.</summary>
    /// <param name="environment">Any value that serialises to a JSON object; names become snake_case.</param>
    /// <exception cref="RunStoreException">It could not be written.</exception>
    public void WriteEnvironment(object environment) =>
        WriteText(RunFiles.Environment(Path), JsonSerializer.Serialize(environment, RunJson.Document) + "\n");

    /// <summary>What <see cref="WriteEnvironment"/> stored; null where there is none that can be read, which is no reason not to go on.</summary>
    public JsonObject? ReadEnvironment()
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(RunFiles.Environment(Path))) as JsonObject;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Renews the summary; a reader sees the old one or the new one.</summary>
    /// <param name="summary">The summary.</param>
    /// <exception cref="RunStoreException">It could not be written; the old one is kept.</exception>
    public void WriteSummary(RunSummary summary) =>
        WriteText(RunFiles.Summary(Path), JsonSerializer.Serialize(summary, RunJson.Document) + "\n");

    /// <summary>The summary, or null when none was written yet.</summary>
    /// <exception cref="BrinkException">It is not valid.</exception>
    public RunSummary? ReadSummary() => RunRecord.ReadSummary(Path);

    /// <summary>Appends a line of metrics.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="RunStoreException">It could not be written; the lines before it are whole.</exception>
    public void Append(MetricsLine line)
    {
        _metrics.Append(line);
        _events?.Append(line);
    }

    /// <summary>All lines of metrics; a torn last one is left out.</summary>
    /// <exception cref="BrinkException">A line that is not the last is not valid.</exception>
    public IReadOnlyList<MetricsLine> ReadMetrics() => MetricsFile.Read(RunFiles.Metrics(Path));

    /// <summary>Removes the lines of metrics from an iteration on, and a torn last one.</summary>
    /// <param name="iteration">The checkpoint's iteration, whose line will be written again.</param>
    /// <exception cref="BrinkException">A line before them is not valid.</exception>
    /// <exception cref="RunStoreException">The file cannot be shortened.</exception>
    public void CutBackTo(long iteration)
    {
        _metrics.CutBackTo(iteration);
        _events?.Follow(ReadMetrics());
    }

    /// <summary>
    /// Stores a checkpoint: on return it and every line appended so far are on the disk. The last two are kept.
    /// </summary>
    /// <param name="iteration">Steps taken so far.</param>
    /// <param name="tensors">What decides the next bits.</param>
    /// <param name="metadata">Text to keep with it; names beginning with <c>brink.</c> are the store's own.</param>
    /// <exception cref="RunStoreException">It could not be written; the checkpoints before it are whole.</exception>
    public void SaveCheckpoint(long iteration, IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        // The lines first: a checkpoint on the disk must never be ahead of the metrics it stands for.
        _metrics.Sync();
        _checkpoints.Save(iteration, tensors, metadata);
    }

    /// <summary>The newest checkpoint that is whole, or null when there is none.</summary>
    /// <param name="note">Told, in one line, of each newer one that is damaged.</param>
    public Checkpoint? LoadCheckpoint(Action<string> note) => _checkpoints.LoadNewest(note);

    /// <summary>Adds a line to <c>log.txt</c>, with the time. A log that cannot be written is no reason to stop a run.</summary>
    /// <param name="message">The line.</param>
    public void Log(string message)
    {
        string time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        try
        {
            File.AppendAllText(RunFiles.Log(Path), $"{time} {message.ReplaceLineEndings(" ")}\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The same trouble will meet the metrics next, where it is reported.
        }
    }

    /// <summary>Closes the files and gives the folder free.</summary>
    public void Dispose()
    {
        _metrics.Dispose();
        _events?.Dispose();
        _held.Dispose();
    }

    /// <summary>The first path <c>&lt;data&gt;-&lt;network&gt;-&lt;method&gt;-&lt;n&gt;</c> in a folder that nothing has yet.</summary>
    /// <param name="specification">What names the run.</param>
    /// <param name="parent">The folder.</param>
    public static string FreshPath(Specification specification, string parent)
    {
        string network = NetworkForm.IsFile(specification.Network)
            ? System.IO.Path.GetFileNameWithoutExtension(specification.Network) : specification.Network;
        string subject = specification.Model ?? $"{specification.Data}-{network}";
        for (int n = 1; ; n++)
        {
            string path = System.IO.Path.Combine(parent, $"{subject}-{specification.Method}-{n}");
            if (!System.IO.Path.Exists(path))
            {
                return path;
            }
        }
    }

    private static void WriteText(string path, string text) =>
        DurableFile.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
