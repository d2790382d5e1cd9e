using System.Buffers.Binary;
using System.IO.Compression;

namespace Brink.Data;

/// <summary>
/// A decoded PNG image (W3C Portable Network Graphics, second edition) of the kinds that sheets of samples come in:
/// 8 bits a channel, grey or RGB, not interlaced. The chunks' CRCs are not looked at: what is made of the image is
/// verified by the checksum of the official file.
/// </summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
/// <param name="Pixels">Height × Width × Channels bytes, the channels of a pixel side by side.</param>
internal sealed record PngImage(int Width, int Height, int Channels, byte[] Pixels)
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Decodes an image.</summary>
    /// <param name="source">The PNG file, read to the end of its image data.</param>
    /// <exception cref="InvalidDataException">Not a PNG file, truncated, or of a kind not written here.</exception>
    public static PngImage Decode(Stream source)
    {
        Span<byte> start = stackalloc byte[8 + 8 + 13 + 4];
        if (source.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length
            || !start[..8].SequenceEqual(Signature)
            || !start[12..16].SequenceEqual("IHDR"u8))
        {
            throw new InvalidDataException("not a PNG file");
        }

        ReadOnlySpan<byte> header = start.Slice(16, 13);
        int width = BinaryPrimitives.ReadInt32BigEndian(header);
        int height = BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        int channels = header[9] switch { 0 => 1, 2 => 3, _ => 0 };
        if (header[8] != 8 || channels == 0 || header[12] != 0 || width < 1 || height < 1
            || (long)width * height * channels > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"a PNG image of {width}×{height}, {header[8]} bits, colour type {header[9]}, interlace {header[12]}: "
                + "only 8-bit grey or RGB without interlace is read");
        }

        using var rows = new ZLibStream(new ImageDataStream(source), CompressionMode.Decompress);
        int stride = width * channels;
        byte[] pixels = new byte[(long)stride * height];
        byte[] blank = new byte[stride];
        Span<byte> filter = stackalloc byte[1];
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = pixels.AsSpan(y * stride, stride);
            if (rows.ReadAtLeast(filter, 1, throwOnEndOfStream: false) < 1
                || rows.ReadAtLeast(row, stride, throwOnEndOfStream: false) < stride)
            {
                throw new InvalidDataException($"a PNG image of {height} rows that ends in row {y}");
            }

            Unfilter(filter[0], row, y == 0 ? blank : pixels.AsSpan((y - 1) * stride, stride), channels);
        }

        return new PngImage(width, height, channels, pixels);
    }

    // Section 9 of the standard: each byte was stored as a difference from its left neighbour (a), the byte above (b)
    // or both; c is the byte above the left neighbour. All sums are modulo 256.
    private static void Unfilter(byte type, Span<byte> row, ReadOnlySpan<byte> above, int channels)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int a = i >= channels ? row[i - channels] : 0;
            int b = above[i];
            int c = i >= channels ? above[i - channels] : 0;
            row[i] += type switch
            {
                0 => 0,
                1 => (byte)a,
                2 => (byte)b,
                3 => (byte)((a + b) / 2),
                4 => Paeth(a, b, c),
                _ => throw new InvalidDataException($"PNG filter type {type}, expected 0 to 4"),
            };
        }
    }

    private static byte Paeth(int a, int b, int c)
    {
        int towardsA = Math.Abs(b - c);
        int towardsB = Math.Abs(a - c);
        int towardsC = Math.Abs(a + b - c - c);
        if (towardsA <= towardsB && towardsA <= towardsC)
        {
            return (byte)a;
        }

        return (byte)(towardsB <= towardsC ? b : c);
    }

    /// <summary>The concatenated contents of the IDAT chunks, other chunks skipped.</summary>
    private sealed class ImageDataStream(Stream source) : Stream
    {
        private int _left;
        private bool _afterChunk;
        private bool _ended;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            while (_left == 0 && !_ended)
            {
                NextChunk();
            }

            if (_ended)
            {
                return 0;
            }

            int read = source.Read(buffer[..Math.Min(buffer.Length, _left)]);
            if (read == 0 && buffer.Length > 0)
            {
                throw new InvalidDataException("a PNG file that ends within its image data");
            }

            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private void NextChunk()
        {
            // A chunk ends with a CRC of four bytes, which stands before the next chunk's length and type.
            Span<byte> head = stackalloc byte[8];
            if (_afterChunk)
            {
                ReadExactly(head[..4]);
            }

            ReadExactly(head);
            int length = BinaryPrimitives.ReadInt32BigEndian(head);
            if (length < 0)
            {
                throw new InvalidDataException($"a PNG chunk of impossible length {(uint)length}");
            }

            _afterChunk = true;
            if (head[4..].SequenceEqual("IDAT"u8))
            {
                _left = length;
                return;
            }

            _ended = head[4..].SequenceEqual("IEND"u8);
            Span<byte> skipped = stackalloc byte[1024];
            for (int left = length; left > 0; left -= Math.Min(left, skipped.Length))
            {
                ReadExactly(skipped[..Math.Min(left, skipped.Length)]);
            }
        }

        private new void ReadExactly(Span<byte> buffer)
        {
            if (source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
            {
                throw new InvalidDataException("a PNG file that ends within a chunk");
            }
        }
    }
}
