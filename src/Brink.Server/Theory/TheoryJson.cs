using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Brink.Server.Theory;

/// <summary>Answers written from their records: names in snake case, numbers as everywhere, and what there is none of left out.</summary>
internal static class TheoryJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new NumberConverter() },
    };

    /// <summary>Writes an answer.</summary>
    /// <typeparam name="T">Its record.</typeparam>
    /// <param name="context">The request.</param>
    /// <param name="answer">The answer.</param>
    internal static Task AnswerAsync<T>(HttpContext context, T answer) => ServerJson.Answer(context, json => JsonSerializer.Serialize(json, answer, s_options));

    private sealed class NumberConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumber9(value);
    }
}
