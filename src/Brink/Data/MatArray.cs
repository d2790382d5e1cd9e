using System.Runtime.InteropServices;

namespace Brink.Data;

/// <summary>How the elements of an array are stored in a MATLAB file (its manual's "data types"), with the manual's numbers.</summary>
internal enum MatElement
{
    /// <summary>Signed bytes; also text.</summary>
    Int8 = 1,

    /// <summary>Bytes.</summary>
    UInt8 = 2,

    /// <summary>Two bytes, signed.</summary>
    Int16 = 3,

    /// <summary>Two bytes.</summary>
    UInt16 = 4,

    /// <summary>Four bytes, signed.</summary>
    Int32 = 5,

    /// <summary>Four bytes.</summary>
    UInt32 = 6,

    /// <summary>IEEE single.</summary>
    Single = 7,

    /// <summary>IEEE double.</summary>
    Double = 9,

    /// <summary>Eight bytes, signed.</summary>
    Int64 = 12,

    /// <summary>Eight bytes.</summary>
    UInt64 = 13,

    /// <summary>An array with its flags, sizes, name and elements.</summary>
    Matrix = 14,

    /// <summary>Another element, compressed with zlib.</summary>
    Compressed = 15,
}

/// <summary>One array of a MATLAB file.</summary>
/// <param name="Sizes">Its sizes; the first index is the fastest.</param>
/// <param name="Elements">How its elements are stored, which may be narrower than their class.</param>
/// <param name="Data">The elements, little-endian.</param>
internal sealed record MatArray(int[] Sizes, MatElement Elements, byte[] Data)
{
    /// <summary>The elements as doubles, whatever they are stored as.</summary>
    public double[] ToDoubles() => Elements switch
    {
        MatElement.Int8 => Convert<sbyte>(v => v),
        MatElement.UInt8 => Convert<byte>(v => v),
        MatElement.Int16 => Convert<short>(v => v),
        MatElement.UInt16 => Convert<ushort>(v => v),
        MatElement.Int32 => Convert<int>(v => v),
        MatElement.UInt32 => Convert<uint>(v => v),
        MatElement.Int64 => Convert<long>(v => v),
        MatElement.UInt64 => Convert<ulong>(v => v),
        MatElement.Single => Convert<float>(v => v),
        _ => Convert<double>(v => v),
    };

    private double[] Convert<T>(Func<T, double> widen)
        where T : struct
    {
        ReadOnlySpan<T> stored = MemoryMarshal.Cast<byte, T>(Data);
        double[] values = new double[stored.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = widen(stored[i]);
        }

        return values;
    }
}
