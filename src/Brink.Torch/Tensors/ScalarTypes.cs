namespace Brink.Torch;

/// <summary>What C# and files call the element types.</summary>
public static class ScalarTypes
{
    /// <summary>The element type that holds a C# type.</summary>
    /// <typeparam name="T">The C# type.</typeparam>
    /// <returns>The element type.</returns>
    /// <exception cref="NotSupportedException">No element type holds it.</exception>
    public static ScalarType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? ScalarType.Float32
        : typeof(T) == typeof(double) ? ScalarType.Float64
        : typeof(T) == typeof(long) ? ScalarType.Int64
        : typeof(T) == typeof(int) ? ScalarType.Int32
        : typeof(T) == typeof(short) ? ScalarType.Int16
        : typeof(T) == typeof(byte) ? ScalarType.UInt8
        : typeof(T) == typeof(sbyte) ? ScalarType.Int8
        : typeof(T) == typeof(bool) ? ScalarType.Bool
        : typeof(T) == typeof(Half) ? ScalarType.Float16
        : throw new NotSupportedException($"no tensor holds {typeof(T).Name}");

    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The number of bytes.</returns>
    public static int Size(ScalarType type) => type switch
    {
        ScalarType.UInt8 or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 => 8,
        _ => throw new NotSupportedException($"{type} has no size known here"),
    };

    /// <summary>Machine precision of a floating type: the gap above 1.</summary>
    /// <param name="type">A floating type.</param>
    /// <returns>2⁻²³ or 2⁻⁵² for float32 and float64.</returns>
    public static double Epsilon(ScalarType type) => type switch
    {
        ScalarType.Float64 => Math.ScaleB(1, -52),
        ScalarType.Float32 => Math.ScaleB(1, -23),
        ScalarType.Float16 => Math.ScaleB(1, -10),
        ScalarType.BFloat16 => Math.ScaleB(1, -7),
        _ => throw new NotSupportedException($"{type} is no floating type"),
    };
}
