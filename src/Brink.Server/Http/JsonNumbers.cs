using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Brink.Server;

/// <summary>Numbers as the server writes them: nine significant digits, or six, and null for what is not finite.</summary>
internal static class JsonNumbers
{
    /// <summary>Writes a number.</summary>
    internal static void WriteNumber9(this Utf8JsonWriter json, double value) => Write(json, value, "G9");

    /// <summary>Writes a list of numbers.</summary>
    internal static void WriteNumbers(this Utf8JsonWriter json, string name, ReadOnlySpan<double> values, bool short6 = false)
    {
        json.WritePropertyName(name);
        json.WriteNumbers(values, short6);
    }

    /// <summary>Writes a list of numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WriteNumbers(this Utf8JsonWriter json, ReadOnlySpan<double> values, bool short6 = false)
    {
        string format = short6 ? "G6" : "G9";
        json.WriteStartArray();
        foreach (double value in values)
        {
            Write(json, value, format);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, double value, string format)
    {
        if (!double.IsFinite(value))
        {
            json.WriteNullValue();
            return;
        }

        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out int length, format, CultureInfo.InvariantCulture);
        json.WriteRawValue(text[..length], skipInputValidation: true);
    }
}
