using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Brink.Experiments;

/// <content>JSON: the form that run folders hold.</content>
public sealed partial record Specification
{
    private static readonly JsonWriterOptions s_written = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads JSON; a field of value null counts as not given.</summary>
    /// <param name="json">One JSON object whose keys are field names.</param>
    /// <param name="source">What messages call the text, e.g. its file; null for nothing.</param>
    /// <exception cref="BrinkException">The text is not such an object, or a field is unknown, of the wrong type, out of range or does not apply.</exception>
    public static Specification FromJson(string json, string? source = null) => JsonReader(json, source).Read();

    /// <summary>
    /// The given values as JSON, fields in the order of the table: the same values give the same bytes.
    /// </summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, s_written))
        {
            writer.WriteStartObject();
            foreach (SpecificationField field in SpecificationFields.All)
            {
                if (GivenValue(field) is { } value)
                {
                    writer.WritePropertyName(field.Name);
                    field.WriteJson(writer, value);
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static SpecificationReader JsonReader(string json, string? source)
    {
        string prefix = source is null ? "" : source + ": ";
        SpecificationReader reader = new(new Specification());
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new BrinkException($"{prefix}a specification is one JSON object, e.g. {{\"method\": \"nls\"}}");
            }

            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                string shown = prefix + property.Name;
                SpecificationField field = SpecificationReader.Require(property.Name, shown);
                if (property.Value.ValueKind != JsonValueKind.Null)
                {
                    reader.Put(field, field.ParseJson(property.Value, shown), shown);
                }
            }
        }
        catch (JsonException error)
        {
            throw new BrinkException($"{prefix}not valid JSON: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        return reader;
    }
}
