using System.Text;

namespace Brink.Experiments.Tests.TensorBoard;

/// <summary>One event as a reader of TensorBoard's format finds it.</summary>
internal sealed record ReadEvent(double WallTime, long Step, string? FileVersion, IReadOnlyDictionary<string, float> Scalars, IReadOnlyDictionary<string, double[][]> Histograms);

/// <summary>
/// Reads event files by the layout alone, with nothing of the writer: TFRecord (tensorflow/core/lib/io/record_writer.h) with a
/// bitwise CRC-32C, protobuf's wire format, and the fields of event.proto and summary.proto.
/// </summary>
internal static class EventReader
{
    internal static List<ReadEvent> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var events = new List<ReadEvent>();
        int at = 0;
        while (at < bytes.Length)
        {
            int length = (int)BitConverter.ToUInt64(bytes, at);
            Assert.Equal(Masked(bytes[at..(at + 8)]), BitConverter.ToUInt32(bytes, at + 8));
            byte[] data = bytes[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(data), BitConverter.ToUInt32(bytes, at + 12 + length));
            events.Add(Event(data));
            at += length + 16;
        }

        Assert.Equal(bytes.Length, at);
        return events;
    }

    /// <summary>CRC-32C bit by bit: polynomial 0x1EDC6F41 reflected, begun with ones, inverted at the end.</summary>
    internal static uint Crc(byte[] data)
    {
        uint crc = 0xffffffff;
        foreach (byte one in data)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static uint Masked(byte[] data)
    {
        uint crc = Crc(data);
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    }

    private static ReadEvent Event(byte[] data)
    {
        double time = 0;
        long step = 0;
        string? version = null;
        var scalars = new Dictionary<string, float>();
        var histograms = new Dictionary<string, double[][]>();
        foreach ((int field, object value) in Fields(data))
        {
            switch (field)
            {
                case 1: time = BitConverter.ToDouble((byte[])value); break;
                case 2: step = (long)(ulong)value; break;
                case 3: version = Encoding.UTF8.GetString((byte[])value); break;
                case 5:
                    foreach ((int part, object one) in Fields((byte[])value))
                    {
                        Assert.Equal(1, part);
                        Dictionary<int, object> fields = Fields((byte[])one).ToDictionary(entry => entry.Field, entry => entry.Value);
                        string tag = Encoding.UTF8.GetString((byte[])fields[1]);
                        if (fields.TryGetValue(2, out object? simple))
                        {
                            scalars.Add(tag, BitConverter.ToSingle((byte[])simple));
                        }
                        else
                        {
                            histograms.Add(tag, [.. Fields((byte[])fields[5]).Select(entry => Doubles((byte[])entry.Value))]);
                        }
                    }

                    break;
                default: Assert.Fail($"an event has no field {field}"); break;
            }
        }

        return new ReadEvent(time, step, version, scalars, histograms);
    }

    private static double[] Doubles(byte[] bytes) => [.. bytes.Chunk(8).Select(eight => BitConverter.ToDouble(eight))];

    private static IEnumerable<(int Field, object Value)> Fields(byte[] data)
    {
        int at = 0;
        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte one = data[at++];
                value |= (ulong)(one & 127) << shift;
                if (one < 128)
                {
                    return value;
                }
            }
        }

        byte[] Take(int count) => data[at..(at += count)];
        while (at < data.Length)
        {
            ulong key = Varint();
            object value = (key & 7) switch
            {
                0 => Varint(),
                1 => Take(8),
                2 => Take((int)Varint()),
                5 => Take(4),
                _ => throw new InvalidDataException($"wire type {key & 7}"),
            };
            yield return ((int)(key >> 3), value);
        }
    }
}
