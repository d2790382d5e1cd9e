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
        // Asked for four times a second, and nearly all lines are short: a longer piece is read only where they are not.
        const int UsualLine = 4 << 10;
        const int LongestLine = 64 << 10;
        string path = RunFiles.Metrics(folder);
        ReadOnlySpan<byte> line = LastLine(SafeFile.ReadEnd(path, UsualLine));
        return IterationOf(line.IsEmpty ? LastLine(SafeFile.ReadEnd(path, LongestLine)) : line);
    }

    /// <summary>The last line that has its end; empty where none has.</summary>
    private static ReadOnlySpan<byte> LastLine(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> whole = text[..Math.Max(0, text.LastIndexOf((byte)'\n'))];
        return whole[(whole.LastIndexOf((byte)'\n') + 1)..];
    }

    private static long? IterationOf(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader json = new(line);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool found = json.ValueTextEquals(MetricsField.Iteration.Name);
                json.Read();
                if (found)
                {
                    return json.TryGetInt64(out long number) ? number : null;
                }

                json.Skip();
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A damaged line is told of with the curves.
        }

        return null;
    }

    private static DateTime Time(FileInfo file) => file.Exists ? file.LastWriteTimeUtc : DateTime.MinValue;
}
