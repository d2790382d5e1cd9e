using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Brink.Tests.Data;

/// <summary>Writes MATLAB level 5 files from their manual, so that what is read back is known.</summary>
internal static class MatFixture
{
    public static byte[] Svhn(byte[][] images, byte[] labels, bool compressed, bool doubleLabels = false)
    {
        // X is 32×32×3×N, the row fastest: each plane is stored column by column.
        byte[] stored = new byte[images.Length * 3072];
        for (int n = 0; n < images.Length; n++)
        {
            for (int i = 0; i < 3072; i++)
            {
                (int channel, int row, int column) = (i / 1024, i / 32 % 32, i % 32);
                stored[(n * 3072) + (channel * 1024) + (column * 32) + row] = images[n][i];
            }
        }

        byte[] values = labels;
        if (doubleLabels)
        {
            values = new byte[8 * labels.Length];
            for (int n = 0; n < labels.Length; n++)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(values.AsSpan(8 * n), labels[n]);
            }
        }

        return File(
            Element(compressed, Array("X", 9, [32, 32, 3, images.Length], 2, stored)),
            Element(compressed, Array("y", doubleLabels ? 6 : 9, [labels.Length, 1], doubleLabels ? 9 : 2, values)));
    }

    public static byte[] File(params byte[][] elements)
    {
        byte[] header = new byte[128];
        header.AsSpan(0, 116).Fill((byte)' ');
        "MATLAB 5.0 MAT-file"u8.CopyTo(header);
        header[125] = 1;
        header[126] = (byte)'I';
        header[127] = (byte)'M';
        return [.. header, .. elements.SelectMany(e => e)];
    }

    public static byte[] Array(string name, int arrayClass, int[] sizes, int type, byte[] data)
    {
        byte[] flags = [(byte)arrayClass, 0, 0, 0, 0, 0, 0, 0];
        byte[] dimensions = [.. sizes.SelectMany(BitConverter.GetBytes)];
        byte[] content = [.. Tagged(6, flags), .. Tagged(5, dimensions), .. Tagged(1, Encoding.ASCII.GetBytes(name)), .. Tagged(type, data)];
        return [.. BitConverter.GetBytes(14), .. BitConverter.GetBytes(content.Length), .. content];
    }

    public static byte[] Element(bool compressed, byte[] array)
    {
        if (!compressed)
        {
            return array;
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(array);
        }

        return [.. BitConverter.GetBytes(15), .. BitConverter.GetBytes((int)packed.Length), .. packed.ToArray()];
    }

    private static byte[] Tagged(int type, byte[] data)
    {
        if (data.Length is > 0 and <= 4)
        {
            byte[] small = new byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(small, (data.Length << 16) | type);
            data.CopyTo(small.AsSpan(4));
            return small;
        }

        return [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[(8 - (data.Length % 8)) % 8]];
    }
}
