using System.Text.Json;
using Brink.Experiments;

namespace Brink.Server;

/// <summary>What the server knows of a run folder, as it was at some moment; a change makes another.</summary>
internal sealed class RunState
{
    private byte[]? _row;

    /// <summary>Its id.</summary>
    internal required string Id { get; init; }

    /// <summary>The folder.</summary>
    internal required string Folder { get; init; }

    /// <summary>What lists show of it; its path is the id.</summary>
    internal required RunEntry Entry { get; init; }

    /// <summary>When its summary or its metrics were last written, UTC.</summary>
    internal required DateTime Modified { get; init; }

    /// <summary>Bytes of its metrics.</summary>
    internal required long MetricsLength { get; init; }

    /// <summary>When a file of the folder was last made, renamed or removed, UTC.</summary>
    internal required DateTime FolderTime { get; init; }

    /// <summary>Whether that was long enough ago for the time to tell a later change apart.</summary>
    internal required bool Settled { get; init; }

    /// <summary>The iteration of its last whole line, where a process is at work in it: its summary is written at checkpoints only.</summary>
    internal long? Iteration { get; init; }

    /// <summary>Whether a process is at work in it.</summary>
    internal bool IsLive => Entry.Status == "running";

    /// <summary>The run as a row of the list, JSON.</summary>
    internal byte[] Row => _row ??= ServerJson.Bytes(json => RunWriter.WriteRow(json, this));

    /// <summary>Whether a list would show two states alike.</summary>
    /// <param name="other">The other.</param>
    internal bool LooksLike(RunState other) => ReferenceEquals(this, other) || Row.AsSpan().SequenceEqual(other.Row);

    /// <summary>The same run with longer or shorter metrics.</summary>
    /// <param name="length">Their length in bytes.</param>
    /// <param name="written">When they were last written, UTC.</param>
    internal RunState WithMetrics(long length, DateTime written) => new()
    {
        Id = Id,
        Folder = Folder,
        Entry = Entry,
        Modified = written,
        MetricsLength = length,
        Iteration = LastIteration(Folder),
        FolderTime = FolderTime,
        Settled = Settled,
    };

    /// <summary>Reads a run folder.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="folderTime">When a file of it was last made, renamed or removed.</param>
    /// <param name="asked">When it was looked at.</param>
    internal static RunState Read(string id, string folder, DateTime folderTime, DateTime asked)
    {
        FileInfo metrics = new(RunFiles.Metrics(folder));
        FileInfo summary = new(RunFiles.Summary(folder));
        RunEntry entry = SafeFile.ProblemIn(folder) is { } problem
            ? new RunEntry { Path = id, Status = RunEntry.Broken, Problem = problem }
            : RunEntry.Read(folder) with { Path = id };
        DateTime latest = Time(metrics) > Time(summary) ? Time(metrics) : Time(summary);
        return new RunState
        {
            Id = id,
            Folder = folder,
            Entry = entry,
            Modified = latest == DateTime.MinValue ? folderTime : latest,
            MetricsLength = metrics.Exists ? metrics.Length : 0,
            Iteration = entry.Status == "running" ? LastIteration(folder) : null,
            FolderTime = folderTime,
            Settled = asked - folderTime > TimeSpan.FromSeconds(1),
        };
    }

    private static long? LastIteration(string folder)
    {
        const int LongestLine = 64 << 10;
        string text = SafeFile.ReadEnd(RunFiles.Metrics(folder), LongestLine);
        int end = text.LastIndexOf('\n');
        if (end <= 0)
        {
            return null;
        }

        try
        {
            using var line = JsonDocument.Parse(text.AsMemory((text.LastIndexOf('\n', end - 1) + 1)..end));
            return line.RootElement.TryGetProperty(MetricsField.Iteration.Name, out JsonElement iteration) && iteration.TryGetInt64(out long number) ? number : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // a damaged line is told of with the curves
        }
    }

    private static DateTime Time(FileInfo file) => file.Exists ? file.LastWriteTimeUtc : DateTime.MinValue;
}
