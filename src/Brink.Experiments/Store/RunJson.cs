using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brink.Experiments;

/// <summary>How run folders spell JSON: snake_case names, absent for null, null for what is not finite.</summary>
internal static class RunJson
{
    /// <summary>One line a value.</summary>
    internal static JsonSerializerOptions Line { get; } = Options(indented: false);

    /// <summary>For people to read.</summary>
    internal static JsonSerializerOptions Document { get; } = Options(indented: true);

    private static JsonSerializerOptions Options(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
        Converters =
        {
            new FiniteOrNull(),
            new OptionalFiniteOrNull(),
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower),
        },
    };

    private static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value); // shortest text that reads back to the same bits
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    /// <summary>JSON has no NaN and no infinity; both become null, which reads back as NaN.</summary>
    private sealed class FiniteOrNull : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => RunJson.Write(writer, value);
    }

    /// <summary>The same for a value that may be absent: absent reads back as null, a written null as NaN.</summary>
    private sealed class OptionalFiniteOrNull : JsonConverter<double?>
    {
        public override bool HandleNull => true;

        public override double? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double? value, JsonSerializerOptions options) =>
            RunJson.Write(writer, value ?? double.NaN);
    }
}
