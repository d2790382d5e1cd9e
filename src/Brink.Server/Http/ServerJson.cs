using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Brink.Server;

/// <summary>JSON in answers and requests.</summary>
internal static class ServerJson
{
    private static readonly JsonWriterOptions s_written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a writer writes.</summary>
    internal static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_written))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Answers with JSON. It is written whole before anything is sent, so that a failure can still be answered as one.</summary>
    internal static async Task Answer(HttpContext context, Action<Utf8JsonWriter> write, int status = 200)
    {
        ArrayBufferWriter<byte> buffer = new(4096);
        await using (Utf8JsonWriter json = new(buffer, s_written))
        {
            write(json);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    /// <summary>Answers with the one line of a failure.</summary>
    internal static Task AnswerError(HttpContext context, int status, string message, string? field = null) => Answer(
        context,
        json =>
        {
            json.WriteStartObject();
            json.WriteString("error", message);
            if (field is not null)
            {
                json.WriteString("field", field);
            }

            json.WriteEndObject();
        },
        status);

    /// <summary>The body of a request: one JSON object.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    internal static async Task<JsonDocument> ReadBody(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            // What a form of another page can send never has this type.
            throw new RequestException(400, "the body must be JSON, with Content-Type: application/json");
        }

        try
        {
            JsonDocument body = await JsonDocument.ParseAsync(
                context.Request.Body, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 }, context.RequestAborted);
            if (body.RootElement.ValueKind == JsonValueKind.Object)
            {
                return body;
            }

            body.Dispose();
            throw new RequestException(400, "the body must be one JSON object");
        }
        catch (JsonException error)
        {
            throw new RequestException(400, $"the body is not valid JSON: {error.Message.ReplaceLineEndings(" ")}");
        }
    }
}
