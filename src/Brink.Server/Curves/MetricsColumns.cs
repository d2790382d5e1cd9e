using System.Text.Json;

namespace Brink.Server;

/// <summary>
/// The lines of a run's <c>metrics.jsonl</c>, held by column. They are read on from where the last reading ended; a file that was
/// cut back (a resumed run) or replaced is read anew. A torn last line is left for the next reading. Not for several threads at once.
/// </summary>
/// <param name="path">The file.</param>
public sealed class MetricsColumns(string path)
{
    private static int s_revisions = Environment.ProcessId; // so that another server's numbers are others
    private readonly MetricsReader _reader = new(path);
    private MetricsTable _table = new();

    /// <summary>Whole lines read.</summary>
    public int Lines => _table.Lines;

    /// <summary>Another number after the file was cut back or replaced.</summary>
    public int Revision { get; private set; } = Interlocked.Increment(ref s_revisions);

    /// <summary>Why the lines after those read cannot be, in one line; else null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Memory that the columns take.</summary>
    public long Bytes => _table.Bytes;

    /// <summary>The columns.</summary>
    internal MetricsTable Table => _table;

    /// <summary>Reads what was added.</summary>
    /// <returns>This object.</returns>
    public MetricsColumns Follow()
    {
        if (_reader.Open() == MetricsChange.Replaced)
        {
            _table = new MetricsTable();
            Revision = Interlocked.Increment(ref s_revisions);
        }

        Problem = null;
        try
        {
            string? damaged = null;
            _reader.Read(line =>
            {
                if (damaged is not null)
                {
                    // It was not the last one: what follows a damaged line means nothing.
                    Problem = $"{path}, line {_table.Lines + 1}: not a line of metrics: {damaged}";
                    return false;
                }

                damaged = Append(line);
                return damaged is null ? true : null;
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Problem = $"cannot read {path}: {error.Message.ReplaceLineEndings(" ")}";
        }

        return this;
    }

    private string? Append(ReadOnlySpan<byte> line)
    {
        try
        {
            _table.Append(line);
            return null;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            _table.DropUnfinished();
            return error.Message.ReplaceLineEndings(" ");
        }
    }
}
