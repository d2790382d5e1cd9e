using System.Diagnostics.CodeAnalysis;

namespace Brink.Torch.Serialization;

/// <summary>The element types a safetensors header can name, with their sizes in bytes.</summary>
internal static class SafeTensorType
{
    private static readonly (string Name, ScalarType Type, int Bytes)[] s_known =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.UInt8, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>All names, for messages.</summary>
    internal static string Names => string.Join(", ", s_known.Select(k => k.Name));

    /// <summary>Finds the type a header names.</summary>
    internal static bool TryParse(string name, [NotNullWhen(true)] out ScalarType? type)
    {
        foreach ((string known, ScalarType value, _) in s_known)
        {
            if (known == name)
            {
                type = value;
                return true;
            }
        }

        type = null;
        return false;
    }

    /// <summary>The header's name of a type.</summary>
    /// <exception cref="FormatException">The format has no name for it.</exception>
    internal static string NameOf(ScalarType type) => Find(type).Name;

    /// <summary>Bytes an element takes.</summary>
    /// <exception cref="FormatException">The format has no name for the type.</exception>
    internal static int SizeOf(ScalarType type) => Find(type).Bytes;

    private static (string Name, ScalarType Type, int Bytes) Find(ScalarType type)
    {
        foreach ((string Name, ScalarType Type, int Bytes) known in s_known)
        {
            if (known.Type == type)
            {
                return known;
            }
        }

        throw new FormatException($"the safetensors format has no element type for {type}");
    }
}
