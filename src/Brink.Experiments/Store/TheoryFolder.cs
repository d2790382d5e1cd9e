using System.Text;
using System.Text.Json;

namespace Brink.Experiments;

/// <summary>
/// The folder of a theory command. It is laid out as a run's, <c>spec.json</c>, <c>metrics.jsonl</c>, <c>summary.json</c>, so that the same tools read
/// it, but its specification is the model's own, headed by <c>"theory": "name"</c>; by that field it is told from the folder of a training run, and
/// <c>brink runs</c> passes it over. It is written whole and cannot be resumed: a theory command takes seconds. The summary is written last, so that
/// a folder with a summary is complete.
/// </summary>
public sealed class TheoryFolder : IDisposable
{
    private readonly FileStream _metrics;

    private TheoryFolder(string path)
    {
        Path = path;
        _metrics = new FileStream(RunFiles.Metrics(path), FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whether a folder holds what a theory command wrote.</summary>
    /// <param name="folder">The folder.</param>
    public static bool Is(string folder)
    {
        try
        {
            // The first property tells; lists of runs ask it of every folder.
            using FileStream stream = new(RunFiles.Specification(folder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> head = stackalloc byte[256];
            Utf8JsonReader reader = new(head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)], isFinalBlock: false, default);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("theory");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether a folder holds the whole of one specification's results.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="theory">The model's name.</param>
    /// <param name="specification">Everything that decides the results.</param>
    public static bool IsComplete(string folder, string theory, object specification) =>
        File.Exists(RunFiles.Summary(folder)) && Is(folder) && File.ReadAllText(RunFiles.Specification(folder)) == Describe(theory, specification) + "\n";

    /// <summary>Reads the lines of metrics.</summary>
    /// <typeparam name="TLine">What a line holds.</typeparam>
    /// <param name="folder">The folder.</param>
    /// <exception cref="BrinkException">The file cannot be read or is damaged.</exception>
    public static IReadOnlyList<TLine> ReadLines<TLine>(string folder)
        where TLine : class => LinesFile<TLine>.Read(RunFiles.Metrics(folder));

    /// <summary>Reads the summary.</summary>
    /// <typeparam name="TSummary">What it holds; fields that it does not name are ignored.</typeparam>
    /// <param name="folder">The folder of complete results.</param>
    /// <exception cref="BrinkException">The file cannot be read or is damaged.</exception>
    public static TSummary ReadSummary<TSummary>(string folder)
    {
        string file = RunFiles.Summary(folder);
        try
        {
            return JsonSerializer.Deserialize<TSummary>(File.ReadAllBytes(file), RunJson.Document) ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new BrinkException($"cannot read {file}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>Makes the folder and stores the specification.</summary>
    /// <param name="path">The folder; it must be absent, empty, or hold the results of a theory command, which are replaced with <paramref name="force"/>.</param>
    /// <param name="theory">The model's name.</param>
    /// <param name="specification">Everything that decides the results; serialises to a JSON object, names become snake_case.</param>
    /// <param name="force">Replace results that are there.</param>
    /// <exception cref="BrinkException">The folder holds something else.</exception>
    /// <exception cref="RunStoreException">It cannot be written.</exception>
    public static TheoryFolder Create(string path, string theory, object specification, bool force)
    {
        if (File.Exists(path))
        {
            throw new BrinkException($"{path} is a file, not a folder; choose another --out");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any() && !(force && Is(path)))
        {
            throw new BrinkException(Is(path)
                ? $"{path} already holds results of a theory command; choose another --out, or replace them with --force"
                : $"{path} is not empty; choose another --out");
        }

        try
        {
            Directory.CreateDirectory(path);
            DurableFile.TryDelete(RunFiles.Summary(path));
            WriteText(RunFiles.Specification(path), Describe(theory, specification));
            return new TheoryFolder(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw error as RunStoreException ?? RunStoreException.Writing(path, error);
        }
    }

    /// <summary>Appends a line of metrics.</summary>
    /// <param name="line">Serialises to a JSON object; names become snake_case, what is not finite null.</param>
    /// <exception cref="RunStoreException">It could not be written.</exception>
    public void Append(object line)
    {
        try
        {
            JsonSerializer.Serialize(_metrics, line, RunJson.Line);
            _metrics.WriteByte((byte)'\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(RunFiles.Metrics(Path), error);
        }
    }

    /// <summary>Stores another file of results beside the metrics, whole or not at all.</summary>
    /// <param name="name">Its name in the folder.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="RunStoreException">It could not be written.</exception>
    public void WriteText(string name, ReadOnlySpan<char> text) => WriteText(System.IO.Path.Combine(Path, name), text.ToString());

    /// <summary>Syncs the metrics and stores the summary: what has a summary is complete.</summary>
    /// <param name="summary">Serialises to a JSON object.</param>
    /// <exception cref="RunStoreException">It could not be written.</exception>
    public void Finish(object summary)
    {
        try
        {
            _metrics.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(RunFiles.Metrics(Path), error);
        }

        WriteText(RunFiles.Summary(Path), JsonSerializer.Serialize(summary, RunJson.Document));
    }

    /// <inheritdoc/>
    public void Dispose() => _metrics.Dispose();

    private static string Describe(string theory, object specification)
    {
        System.Text.Json.Nodes.JsonObject spec = new() { ["theory"] = theory };
        foreach (KeyValuePair<string, System.Text.Json.Nodes.JsonNode?> field in JsonSerializer.SerializeToNode(specification, RunJson.Document)!.AsObject())
        {
            spec[field.Key] = field.Value?.DeepClone();
        }

        return spec.ToJsonString(RunJson.Document);
    }

    private static void WriteText(string path, string text) =>
        DurableFile.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(text + "\n")));
}
