using System.Runtime.CompilerServices;
using Brink.Experiments;

namespace Brink.Server;

/// <summary>What became of a file since it was read last.</summary>
internal enum MetricsChange
{
    /// <summary>It is as it was, or longer.</summary>
    None,

    /// <summary>What was read of it is no longer there: it was cut back, or is another file.</summary>
    Replaced,
}

/// <summary>Reads whole lines of a growing file, on from where it was.</summary>
/// <param name="path">The file.</param>
internal sealed class MetricsReader(string path)
{
    /// <summary>A longer line is damage: the longest there are hold some thousands of numbers.</summary>
    internal const int LongestLine = 8 << 20;

    /// <summary>
    /// So much of what was read is compared at the next reading. A resumed run writes the same bits again, but for the seconds that
    /// each line holds, so that a file which was cut back and has grown past the old place is known by them.
    /// </summary>
    private const int Remembered = 4096;

    private byte[] _tail = [];
    private long _offset;
    private long _length;
    private DateTime _written;

    /// <summary>Looks whether what was read is still there; where it is not, reading begins anew.</summary>
    internal MetricsChange Open()
    {
        FileInfo file = new(path);
        long length = OrdinaryFile.IsAt(file) ? file.Length : 0; // a pipe has no length, and is never opened
        bool same = length == _length && file.LastWriteTimeUtc == _written;
        _length = length;
        _written = file.LastWriteTimeUtc;
        if (_offset == 0 || same || (length >= _offset && Unchanged()))
        {
            return MetricsChange.None;
        }

        _offset = 0;
        _tail = [];
        return MetricsChange.Replaced;
    }

    /// <summary>Gives each whole line that was not read yet.</summary>
    /// <param name="take">Told the line without its end; true when it is done with it, null to see it again next time, false to end.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Read(LineTaker take)
    {
        if (_length <= _offset)
        {
            return;
        }

        using FileStream stream = Open(path);
        stream.Seek(_offset, SeekOrigin.Begin);
        byte[] buffer = new byte[(int)Math.Min(_length - _offset, 1 << 20)];
        int held = 0;
        bool counting = true;
        bool? done = true;
        while (true)
        {
            int read = stream.Read(buffer, held, buffer.Length - held);
            held += read;
            int begin = 0;
            int counted = 0;
            int newline;
            while ((newline = buffer.AsSpan(begin, held - begin).IndexOf((byte)'\n')) >= 0)
            {
                done = take(buffer.AsSpan(begin, newline));
                counting &= done == true;
                begin += newline + 1;
                counted = counting ? begin : counted;
                if (done == false)
                {
                    break;
                }
            }

            if (counted > 0)
            {
                _offset += counted;
                Remember(buffer.AsSpan(0, counted));
            }

            if (read == 0 || done == false)
            {
                return; // what is left is torn
            }

            buffer.AsSpan(begin, held - begin).CopyTo(buffer);
            held -= begin;
            if (held == buffer.Length)
            {
                if (held >= LongestLine)
                {
                    throw new IOException($"a line is longer than {LongestLine >> 20} MB");
                }

                Array.Resize(ref buffer, Math.Min(2 * buffer.Length, LongestLine));
            }
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private bool Unchanged()
    {
        try
        {
            using FileStream stream = Open(path);
            stream.Seek(_offset - _tail.Length, SeekOrigin.Begin);
            byte[] now = new byte[_tail.Length];
            return stream.ReadAtLeast(now, now.Length, throwOnEndOfStream: false) == now.Length && now.AsSpan().SequenceEqual(_tail);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Remember(ReadOnlySpan<byte> read)
    {
        // Only what lies in this buffer: the end of a line, which is what differs.
        int length = Math.Min(read.Length, Remembered);
        if (_tail.Length != length)
        {
            _tail = new byte[length];
        }

        read[^length..].CopyTo(_tail);
    }
}

/// <summary>Takes a line.</summary>
/// <param name="line">The line without its end.</param>
/// <returns>True when it is done with, null to see it again next time, false to end.</returns>
internal delegate bool? LineTaker(ReadOnlySpan<byte> line);
