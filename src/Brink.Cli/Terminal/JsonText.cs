using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brink.Cli.Terminal;

/// <summary>What <c>--json</c> prints: one value, snake_case names, numbers that are not finite as null.</summary>
internal static class JsonText
{
    /// <summary>How values are written.</summary>
    internal static JsonSerializerOptions Options { get; } = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new FiniteNumber() },
    };

    /// <summary>The option <c>--json</c>.</summary>
    /// <returns>The option, for one command.</returns>
    internal static Option<bool> Option() => new("--json") { Description = "Print one JSON value instead of a table" };

    /// <summary>Writes a value.</summary>
    /// <param name="output">Where.</param>
    /// <param name="value">What.</param>
    internal static void Write(TextWriter output, object value) => output.WriteLine(JsonSerializer.Serialize(value, Options));

    private sealed class FiniteNumber : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
