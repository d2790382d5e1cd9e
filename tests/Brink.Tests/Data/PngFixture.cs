using System.Buffers.Binary;
using System.IO.Compression;

namespace Brink.Tests.Data;

/// <summary>Encodes PNG images with every filter type in turn, over several image-data chunks.</summary>
internal static class PngFixture
{
    public static byte[] Encode(byte[] pixels, int width, int height, int channels, int chunk = 1_000)
    {
        int stride = width * channels;
        using var raw = new MemoryStream();
        using (var zlib = new ZLibStream(raw, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                int type = y % 5;
                byte[] line = new byte[stride + 1];
                line[0] = (byte)type;
                for (int i = 0; i < stride; i++)
                {
                    int a = i >= channels ? pixels[(y * stride) + i - channels] : 0;
                    int b = y > 0 ? pixels[((y - 1) * stride) + i] : 0;
                    int c = i >= channels && y > 0 ? pixels[((y - 1) * stride) + i - channels] : 0;
                    int predicted = type switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => Nearest(a, b, c) };
                    line[i + 1] = (byte)(pixels[(y * stride) + i] - predicted);
                }

                zlib.Write(line);
            }
        }

        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = (byte)(channels == 3 ? 2 : 0);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "tEXt"u8, "Comment\0skipped"u8);
        byte[] data = raw.ToArray();
        for (int at = 0; at < data.Length; at += chunk)
        {
            Chunk(file, "IDAT"u8, data.AsSpan(at, Math.Min(chunk, data.Length - at)));
        }

        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    // The standard's predictor, in its own words: of a, b and c the one nearest to a + b − c, ties in that order.
    private static int Nearest(int a, int b, int c) =>
        new[] { a, b, c }.MinBy(candidate => Math.Abs(a + b - c - candidate));

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, content.Length);
        file.Write(word);
        file.Write(type);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc([.. type, .. content]));
        file.Write(word);
    }

    // Annex D of the standard: the polynomial 0xEDB88320, all ones before and inverted after.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
