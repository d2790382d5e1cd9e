using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brink.Server.Theory;

/// <summary>Lists of thousands of numbers that are drawn and not read: six significant digits are more than a screen shows.</summary>
internal sealed class PixelNumbers : JsonConverter<double[]>
{
    /// <inheritdoc/>
    public override double[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("answers are written only");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double[] value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[32];
        writer.WriteStartArray();
        foreach (double number in value)
        {
            if (double.IsFinite(number))
            {
                number.TryFormat(text, out int length, "G6", CultureInfo.InvariantCulture);
                writer.WriteRawValue(text[..length], skipInputValidation: true);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }
}
