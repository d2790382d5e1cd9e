using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Brink.Torch;
using Brink.Torch.Serialization;

namespace Brink.Data;

/// <summary>
/// NumPy's array file, versions 1 to 3 (numpy.lib.format): six bytes of magic, the version, the header's length, the header
/// (a Python dictionary of <c>descr</c>, <c>fortran_order</c> and <c>shape</c>), the elements. Little-endian arrays in
/// C order are read.
/// </summary>
internal static partial class NpyFormat
{
    private static readonly (string Descr, ScalarType Type, int Bytes)[] s_types =
    [
        ("|u1", ScalarType.UInt8, 1), ("|i1", ScalarType.Int8, 1), ("<i2", ScalarType.Int16, 2), ("<i4", ScalarType.Int32, 4),
        ("<i8", ScalarType.Int64, 8), ("<f4", ScalarType.Float32, 4), ("<f8", ScalarType.Float64, 8),
    ];

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads an array.</summary>
    /// <param name="name">The name it gets.</param>
    /// <param name="file">The file's bytes.</param>
    /// <exception cref="FormatException">Not such a file, truncated, too long, or of another kind.</exception>
    public static SafeTensor Read(string name, ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (!bytes.StartsWith(Magic))
        {
            throw new FormatException(bytes.Length < Magic.Length ? "truncated: the file ends within its magic number" : "not an npy file: it does not begin with \\x93NUMPY");
        }

        int start = bytes.Length > 6 && bytes[6] == 1 ? 10 : 12;
        if (bytes.Length < start)
        {
            throw new FormatException("truncated: the file ends before its header");
        }

        long length = start == 10 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length > bytes.Length - start)
        {
            throw new FormatException($"truncated: expected a header of {length} bytes, found {bytes.Length - start}");
        }

        string header = Encoding.UTF8.GetString(bytes.Slice(start, (int)length));
        Match descr = Descr().Match(header);
        Match shape = Shape().Match(header);
        if (!descr.Success || !shape.Success)
        {
            throw new FormatException("its header lacks descr or shape, or holds a structured array; expected a plain array of numbers");
        }

        if (!header.Contains("'fortran_order': False", StringComparison.Ordinal))
        {
            throw new FormatException("its elements are in Fortran order; save numpy.ascontiguousarray of it");
        }

        int type = Array.FindIndex(s_types, t => t.Descr == descr.Groups["value"].Value);
        if (type < 0)
        {
            throw new FormatException($"its elements are '{descr.Groups["value"].Value}'; read are {string.Join(", ", s_types.Select(t => t.Descr))}");
        }

        long[] sizes = [.. shape.Groups["value"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(size => long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : long.MaxValue)];
        long expected = s_types[type].Bytes;
        foreach (long size in sizes)
        {
            expected = size > int.MaxValue || expected > int.MaxValue ? long.MaxValue : expected * size;
        }

        long found = bytes.Length - start - length;
        return found == expected
            ? new SafeTensor(name, s_types[type].Type, sizes, file[(start + (int)length)..])
            : throw new FormatException($"{(found < expected ? "truncated" : "too long")}: its header announces {string.Join('×', sizes)} elements, {expected} bytes, found {found}");
    }

    [GeneratedRegex(@"'descr': '(?<value>[^']*)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Descr();

    [GeneratedRegex(@"'shape': \((?<value>[0-9, ]*)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shape();
}
