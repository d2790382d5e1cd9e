using System.Buffers.Binary;
using System.Numerics;

namespace Brink.Experiments.TensorBoard;

/// <summary>
/// The records of an event file, TensorFlow's TFRecord: length (8 bytes, little-endian), masked CRC-32C of these 8 bytes, the
/// bytes, masked CRC-32C of them.
/// </summary>
internal static class EventRecords
{
    private const int Before = 12;
    private const int After = 4;
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>CRC-32C (Castagnoli; RFC 3720, B.4).</summary>
    /// <param name="bytes">The bytes.</param>
    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }

    /// <summary>The checksum as records carry it: masked, so that a checksum of data that hold checksums stays a good one.</summary>
    /// <param name="bytes">The bytes.</param>
    internal static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Checksum(bytes), 15) + MaskDelta;

    /// <summary>A record.</summary>
    /// <param name="data">What it holds.</param>
    internal static byte[] Frame(ReadOnlySpan<byte> data)
    {
        byte[] record = new byte[Before + data.Length + After];
        BinaryPrimitives.WriteInt64LittleEndian(record, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(long)), Masked(record.AsSpan(0, sizeof(long))));
        data.CopyTo(record.AsSpan(Before));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Before + data.Length), Masked(data));
        return record;
    }

    /// <summary>The whole records at the beginning of a file, up to the first that is torn or damaged.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <returns>What each holds, and where it ends.</returns>
    internal static IEnumerable<(ReadOnlyMemory<byte> Data, long End)> Scan(ReadOnlyMemory<byte> file)
    {
        int begin = 0;
        while (file.Length - begin >= Before + After)
        {
            ReadOnlyMemory<byte> rest = file[begin..];
            long length = BinaryPrimitives.ReadInt64LittleEndian(rest.Span);
            if (Masked(rest.Span[..sizeof(long)]) != BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[sizeof(long)..])
                || length < 0 || length > rest.Length - Before - After)
            {
                yield break;
            }

            ReadOnlyMemory<byte> data = rest.Slice(Before, (int)length);
            if (Masked(data.Span) != BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[(Before + (int)length)..]))
            {
                yield break;
            }

            begin += Before + (int)length + After;
            yield return (data, begin);
        }
    }
}
