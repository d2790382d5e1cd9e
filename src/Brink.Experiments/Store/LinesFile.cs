using System.Text.Json;

namespace Brink.Experiments;

/// <summary>
/// A file of one JSON object a line. A line is appended by one write, so that a kill leaves whole lines and at most one torn one
/// at the end, which readers drop and the writer cuts off.
/// </summary>
/// <typeparam name="TLine">What a line holds; names in the file are the snake_case of its properties.</typeparam>
internal class LinesFile<TLine> : IDisposable
    where TLine : class
{
    private readonly string _path;
    private readonly FileStream _stream;

    /// <summary>Opens the file to append to it, making it when it is not there, and cuts off a torn last line.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BrinkException">A line that is not the last is not valid.</exception>
    /// <exception cref="RunStoreException">The file cannot be opened.</exception>
    internal LinesFile(string path)
    {
        _path = path;
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(_path, error);
        }

        KeepWhile(_ => true);
    }

    /// <summary>Appends a line.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="RunStoreException">It could not be written; the lines before it are whole.</exception>
    internal virtual void Append(TLine line)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, RunJson.Line), (byte)'\n'];
        long before = _stream.CanSeek ? _stream.Position : 0;
        try
        {
            _stream.Write(bytes);
        }
        catch (IOException error)
        {
            CutTo(before);
            throw RunStoreException.Writing(_path, error);
        }
    }

    /// <summary>Waits until all lines are on the disk.</summary>
    /// <exception cref="RunStoreException">They could not be written.</exception>
    internal void Sync()
    {
        try
        {
            _stream.Flush(flushToDisk: true);
        }
        catch (IOException error)
        {
            throw RunStoreException.Writing(_path, error);
        }
    }

    /// <summary>Keeps the lines up to the first that does not hold; a torn last line goes in any case.</summary>
    /// <param name="holds">Whether a line stays.</param>
    /// <exception cref="BrinkException">A line before them is not valid.</exception>
    /// <exception cref="RunStoreException">The file cannot be shortened.</exception>
    internal void KeepWhile(Func<TLine, bool> holds)
    {
        long keep = 0;
        foreach ((TLine line, long end) in Scan(_path))
        {
            if (!holds(line))
            {
                break;
            }

            keep = end;
        }

        try
        {
            _stream.Seek(keep, SeekOrigin.Begin);
            if (_stream.Length > keep)
            {
                _stream.SetLength(keep);
                _stream.Flush(flushToDisk: true);
            }
        }
        catch (IOException error)
        {
            throw RunStoreException.Writing(_path, error);
        }
    }

    /// <summary>Reads all whole lines.</summary>
    /// <param name="path">The file; one that is not there holds none.</param>
    /// <exception cref="BrinkException">A line that is not the last is not valid.</exception>
    internal static IReadOnlyList<TLine> Read(string path) => [.. Scan(path).Select(entry => entry.Line)];

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    private static IEnumerable<(TLine Line, long End)> Scan(string path)
    {
        byte[] bytes;
        try
        {
            using FileStream reader = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            bytes = new byte[reader.Length];
            bytes = bytes[..reader.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            yield break;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot read {path}: {error.Message}", error);
        }

        int begin = 0;
        for (int number = 1; begin < bytes.Length; number++)
        {
            int newline = bytes.AsSpan(begin).IndexOf((byte)'\n');
            if (newline < 0)
            {
                yield break; // torn
            }

            int end = begin + newline + 1;
            TLine? line = Parse(bytes.AsSpan(begin, newline), out string? problem);
            if (line is null)
            {
                if (end == bytes.Length)
                {
                    yield break; // A crash of the machine can leave a last block of zeros or of an older file.
                }

                throw new BrinkException($"{path}, line {number}: not a line of {Path.GetFileNameWithoutExtension(path)}: {problem}");
            }

            yield return (line, end);
            begin = end;
        }
    }

    private static TLine? Parse(ReadOnlySpan<byte> text, out string? problem)
    {
        try
        {
            problem = "null";
            return JsonSerializer.Deserialize<TLine>(text, RunJson.Line);
        }
        catch (JsonException error)
        {
            problem = error.Message.ReplaceLineEndings(" ");
            return null;
        }
    }

    private void CutTo(long length)
    {
        try
        {
            _stream.SetLength(length);
            _stream.Seek(length, SeekOrigin.Begin);
        }
        catch (Exception error) when (error is IOException or NotSupportedException)
        {
            // The torn line stays; readers drop it.
        }
    }
}
