using System.IO.Compression;

namespace Brink.Data;

/// <summary>
/// Unpacks a .tar.gz and knows whether the archive was whole: a tar file is made of blocks of 512 bytes, the last two of them zeros (POSIX.1-2017, pax),
/// and the reader of .NET takes a file that merely stops between two members, or after the last, for one that has ended.
/// </summary>
/// <param name="packed">The packed bytes; disposed of with this stream.</param>
internal sealed class TarBytes(Stream packed) : GZipStream(packed, CompressionMode.Decompress)
{
    private const int EndMark = 1024;
    private const int Block = 512;
    private int _zeros;
    private long _read;

    /// <inheritdoc/>
    /// <remarks>Every other way of reading a derived stream ends here.</remarks>
    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = base.Read(buffer, offset, count);
        _read += read;
        int last = buffer.AsSpan(offset, read).LastIndexOfAnyExcept((byte)0);
        _zeros = last < 0 ? Math.Min(EndMark, _zeros + read) : read - 1 - last;
        return read;
    }

    /// <summary>Reads what is left after the last member.</summary>
    /// <exception cref="InvalidDataException">The mark of the end is missing: the archive was cut.</exception>
    public void ReadEnd()
    {
        byte[] rest = new byte[EndMark];
        while (Read(rest, 0, EndMark) > 0)
        {
        }

        if (_zeros < EndMark || _read % Block != 0)
        {
            throw new InvalidDataException("it stops without the mark that ends an archive");
        }
    }
}
