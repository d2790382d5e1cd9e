using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Brink.Experiments.TensorBoard;

/// <summary>
/// A message in Protocol Buffers' wire format, written field by field. The four messages of an event file have nine fields of
/// four kinds; generated classes and the compiler that makes them would be more than the format itself.
/// </summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Writes a <c>double</c>.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="value">The value.</param>
    internal ProtobufMessage Double(int field, double value)
    {
        Tag(field, Fixed64);
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>Writes a <c>float</c>.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="value">The value.</param>
    internal ProtobufMessage Float(int field, float value)
    {
        Tag(field, Fixed32);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>Writes an <c>int64</c> that is not negative.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="value">The value.</param>
    internal ProtobufMessage Integer(int field, long value)
    {
        Tag(field, Varint);
        WriteVarint((ulong)value);
        return this;
    }

    /// <summary>Writes a <c>string</c>.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="value">The value.</param>
    internal ProtobufMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Writes a message within the message.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="value">The message.</param>
    internal ProtobufMessage Message(int field, ProtobufMessage value) => Bytes(field, value.ToArray());

    /// <summary>Writes a packed list of <c>double</c>s.</summary>
    /// <param name="field">The field's number.</param>
    /// <param name="values">The values.</param>
    internal ProtobufMessage Doubles(int field, IReadOnlyList<double> values)
    {
        byte[] bytes = new byte[values.Count * sizeof(double)];
        for (int k = 0; k < values.Count; k++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(k * sizeof(double)), values[k]);
        }

        return Bytes(field, bytes);
    }

    /// <summary>The message so far.</summary>
    internal byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>The value of a whole-number field of a message; 0, the format's default, where it is not there.</summary>
    /// <param name="message">The message, as this class writes it.</param>
    /// <param name="field">The field's number.</param>
    internal static long IntegerOf(ReadOnlySpan<byte> message, int field)
    {
        while (message.Length > 0)
        {
            ulong tag = ReadVarint(ref message);
            int kind = (int)(tag & 7);
            ulong value = kind is Varint or LengthDelimited ? ReadVarint(ref message) : 0;
            if (kind == Varint && (int)(tag >> 3) == field)
            {
                return (long)value;
            }

            message = message[Math.Min(message.Length, kind switch { Varint => 0, Fixed64 => 8, Fixed32 => 4, _ => (int)value })..];
        }

        return 0;
    }

    private ProtobufMessage Bytes(int field, byte[] value)
    {
        Tag(field, LengthDelimited);
        WriteVarint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Tag(int field, int kind) => WriteVarint((ulong)((field << 3) | kind));

    private void WriteVarint(ulong value)
    {
        for (; value > 0x7f; value >>= 7)
        {
            _bytes.Write([(byte)(value | 0x80)]);
        }

        _bytes.Write([(byte)value]);
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; bytes.Length > 0; shift += 7)
        {
            byte one = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(one & 0x7f) << shift;
            if (one <= 0x7f)
            {
                break;
            }
        }

        return value;
    }
}
