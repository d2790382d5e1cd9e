using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Brink.Data;

/// <summary>
/// Reads real numeric arrays by name out of a MATLAB level 5 file ("MAT-File Format", MathWorks): a header of 128 bytes,
/// then elements, each a tag (type, length) and its content; an array is an element of sub-elements, and may be compressed
/// with zlib as a whole. Compressed arrays are unpacked as a stream, and arrays that are not asked for are passed over.
/// </summary>
internal static class MatFile
{
    private const int HeaderLength = 128;
    private static readonly int[] s_elementBytes = [0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8];

    /// <summary>Reads arrays.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">The names of the arrays wanted.</param>
    /// <param name="most">Bytes that an array's elements may take; a file that announces more is refused before they are read.</param>
    /// <returns>Those of the wanted arrays that the file holds.</returns>
    /// <exception cref="BrinkException">No level 5 file, truncated, corrupt, or a wanted array is of another kind.</exception>
    public static Dictionary<string, MatArray> Read(FileContent file, IReadOnlyCollection<string> names, long most)
    {
        ReadOnlySpan<byte> bytes = file.Bytes.Span;
        RequireHeader(bytes, file.Display);
        MemoryMarshal.TryGetArray(file.Bytes, out ArraySegment<byte> segment);
        var arrays = new Dictionary<string, MatArray>(StringComparer.Ordinal);
        int at = HeaderLength;
        while (at < bytes.Length)
        {
            if (bytes.Length - at < 8)
            {
                throw Truncated(file.Display, $"an element's tag at byte {at}");
            }

            var type = (MatElement)BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            at += 8;
            if (length > bytes.Length - at)
            {
                throw Truncated(file.Display, $"an element of {length} bytes at byte {at}, of which {bytes.Length - at} are there");
            }

            using var content = new MemoryStream(segment.Array!, segment.Offset + at, (int)length, writable: false);
            (string Name, MatArray Array)? found = type switch
            {
                MatElement.Compressed => ReadCompressed(content, names, most, file.Display),
                MatElement.Matrix => ReadArray(new Elements(content, file.Display), names, most, file.Display),
                _ => null,
            };
            if (found is { } array)
            {
                arrays[array.Name] = array.Array;
            }

            at += (int)length;
        }

        return arrays;
    }

    private static void RequireHeader(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.Length < HeaderLength)
        {
            throw Truncated(file, $"a header of {HeaderLength} bytes, found {bytes.Length} bytes in all");
        }

        int version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[124..]);
        if (!bytes.Slice(126, 2).SequenceEqual("IM"u8) || version != 0x0100)
        {
            throw new BrinkException(
                $"{file}: not a little-endian MATLAB level 5 file: expected version 0x0100 and 'IM' at byte 124, found 0x{version:x4} and "
                + $"0x{bytes[126]:x2}{bytes[127]:x2}{(version == 0x0200 ? " (level 7.3 is HDF5: save with -v7)" : string.Empty)}");
        }
    }

    private static (string, MatArray)? ReadCompressed(Stream content, IReadOnlyCollection<string> names, long most, string file)
    {
        try
        {
            using var unpacked = new ZLibStream(content, CompressionMode.Decompress);
            var elements = new Elements(unpacked, file);
            (MatElement type, _) = elements.ReadTag();
            if (type != MatElement.Matrix)
            {
                return null;
            }

            (string, MatArray)? array = ReadArray(elements, names, most, file);
            if (array is not null)
            {
                // zlib compares its own checksum when it comes to the end.
                unpacked.CopyTo(Stream.Null);
            }

            return array;
        }
        catch (InvalidDataException failure)
        {
            throw new BrinkException($"{file}: corrupt: an array's compressed data cannot be unpacked", failure);
        }
    }

    private static (string, MatArray)? ReadArray(Elements elements, IReadOnlyCollection<string> names, long most, string file)
    {
        byte[] flags = elements.Read(MatElement.UInt32, 8, "an array's flags");
        byte[] sizeBytes = elements.Read(MatElement.Int32, 4 * 64, "an array's sizes");
        string name = Encoding.ASCII.GetString(elements.Read(MatElement.Int8, 1024, "an array's name"));
        if (!names.Contains(name))
        {
            return null;
        }

        // Classes 6 to 15 of the manual are the numeric ones; 0x08 in the next byte marks complex numbers.
        if (flags.Length < 8 || flags[0] is < 6 or > 15 || (flags[1] & 0x08) != 0)
        {
            throw new BrinkException($"{file}: expected {name} to be an array of real numbers, found class {flags.FirstOrDefault()}");
        }

        int[] sizes = MemoryMarshal.Cast<byte, int>(sizeBytes).ToArray();
        long count = 1;
        foreach (int size in sizes)
        {
            // Compared before it is multiplied: the sizes of a damaged file overflow.
            if (size >= 1 && size <= most / count)
            {
                count *= size;
            }
            else
            {
                throw new BrinkException($"{file}: expected {name} to take at most {most} bytes and no size below 1, found {string.Join('×', sizes)}");
            }
        }

        (MatElement type, uint length) = elements.ReadTag();
        int bytes = (int)type < s_elementBytes.Length ? s_elementBytes[(int)type] : 0;
        if (bytes == 0 || length != count * bytes || length > most * 8)
        {
            throw new BrinkException(
                $"{file}: expected {name} to hold {count} numbers as its sizes {string.Join('×', sizes)} say, found {length} bytes of type {(int)type}");
        }

        return (name, new MatArray(sizes, type, elements.ReadContent(length, $"the elements of {name}")));
    }

    private static BrinkException Truncated(string file, string expected) => new($"{file}: truncated: expected {expected}");

    /// <summary>The sub-elements of an array, one after the other.</summary>
    private sealed class Elements(Stream source, string file)
    {
        // A content of up to four bytes lies in its tag.
        private byte[]? _small;

        internal (MatElement Type, uint Length) ReadTag()
        {
            Span<byte> tag = stackalloc byte[8];
            Fill(tag, "an element's tag");
            uint first = BinaryPrimitives.ReadUInt32LittleEndian(tag);
            if (first >> 16 is var length and > 0)
            {
                _small = length <= 4 ? tag.Slice(4, (int)length).ToArray() : throw new BrinkException($"{file}: corrupt: a short element of {length} bytes");
                return ((MatElement)(first & 0xFFFF), length);
            }

            _small = null;
            return ((MatElement)first, BinaryPrimitives.ReadUInt32LittleEndian(tag[4..]));
        }

        internal byte[] ReadContent(uint length, string what)
        {
            if (_small is { } small)
            {
                return small;
            }

            byte[] content = new byte[length];
            Fill(content, what);

            // Elements begin at multiples of 8; after the last one some writers leave the padding out.
            Span<byte> padding = stackalloc byte[7];
            int left = (int)((8 - (length % 8)) % 8);
            _ = source.ReadAtLeast(padding[..left], left, throwOnEndOfStream: false);
            return content;
        }

        internal byte[] Read(MatElement expected, uint most, string what)
        {
            (MatElement type, uint length) = ReadTag();
            return type == expected && length <= most
                ? ReadContent(length, what)
                : throw new BrinkException($"{file}: corrupt: expected {what} as {expected} in at most {most} bytes, found type {(uint)type} in {length}");
        }

        private void Fill(Span<byte> destination, string what)
        {
            if (source.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) < destination.Length)
            {
                throw Truncated(file, what);
            }
        }
    }
}
