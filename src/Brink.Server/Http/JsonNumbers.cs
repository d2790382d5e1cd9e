using System.Globalization;
using System.Text.Json;

namespace Brink.Server;

/// <summary>Numbers as the server writes them: nine significant digits, null for what is not finite.</summary>
internal static class JsonNumbers
{
    /// <summary>Writes a number.</summary>
    internal static void WriteNumber9(this Utf8JsonWriter json, double value)
    {
        if (!double.IsFinite(value))
        {
            json.WriteNullValue();
            return;
        }

        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out int length, "G9", CultureInfo.InvariantCulture);
        json.WriteRawValue(text[..length], skipInputValidation: true);
    }

    /// <summary>Writes a list of numbers.</summary>
    internal static void WriteNumbers(this Utf8JsonWriter json, string name, ReadOnlySpan<double> values)
    {
        json.WritePropertyName(name);
        json.WriteNumbers(values);
    }

    /// <summary>Writes a list of numbers.</summary>
    internal static void WriteNumbers(this Utf8JsonWriter json, ReadOnlySpan<double> values)
    {
        json.WriteStartArray();
        foreach (double value in values)
        {
            json.WriteNumber9(value);
        }

        json.WriteEndArray();
    }
}
