using System.Text.Json;
using Brink.Experiments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Brink.Server;

/// <summary>The table of a specification's fields, of which the form is made, and the check of a form.</summary>
internal static class SpecificationEndpoints
{
    /// <summary>Adds them.</summary>
    internal static void MapSpecification(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/specification", context => ServerJson.Answer(context, WriteTable));
        routes.MapPost("/api/specification/check", async context =>
        {
            using JsonDocument body = await ServerJson.ReadBody(context);
            IReadOnlyList<(string Name, string Text)> fields = SpecificationForm.FieldsOf(body);
            RequestException? wrong = null;
            try
            {
                SpecificationForm.Read(fields);
            }
            catch (RequestException error)
            {
                wrong = error;
            }

            await ServerJson.Answer(context, json => WriteCheck(json, SpecificationForm.ReadWhatCanBe(fields), wrong));
        });
    }

    private static void WriteCheck(Utf8JsonWriter json, Specification specification, RequestException? wrong)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", wrong is null);
        if (wrong is not null)
        {
            json.WriteString("error", wrong.Message);
            if (wrong.Field is { } field)
            {
                json.WriteString("field", field);
            }
        }

        SpecificationField[] applying = [.. SpecificationFields.All.Where(field => field.AppliesTo(specification))];
        json.WriteStartArray("applies");
        foreach (SpecificationField field in applying)
        {
            json.WriteStringValue(field.Name);
        }

        json.WriteEndArray();
        json.WriteStartObject("resolved");
        foreach (SpecificationField field in applying)
        {
            if (field.FormatIn(specification) is { } value)
            {
                json.WriteString(field.Name, value);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTable(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("groups");
        foreach (FieldGroup group in Enum.GetValues<FieldGroup>())
        {
            json.WriteStartObject();
            json.WriteString("name", NameOf(group));
            json.WriteString("title", SpecificationDocument.TitleOf(group));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("fields");
        foreach (SpecificationField field in SpecificationFields.All)
        {
            WriteField(json, field);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, SpecificationField field)
    {
        json.WriteStartObject();
        json.WriteString("name", field.Name);
        json.WriteString("group", NameOf(field.Group));
        json.WriteString("help", field.Help);
        json.WriteString("legal", field.Legal);
        if (field.Choices is { } choices)
        {
            WriteTexts(json, "choices", choices);
        }

        json.WriteString("default", field.DefaultText);
        json.WriteString("example", field.Example);
        json.WriteBoolean("flag", field.IsFlag);
        json.WriteBoolean("list", field.IsList);
        json.WriteBoolean("path", field.IsPath);
        json.WriteStartArray("conditions");
        foreach (FieldCondition condition in field.Conditions)
        {
            json.WriteStartObject();
            json.WriteString("field", condition.Field);
            WriteTexts(json, "values", condition.Values);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string NameOf(FieldGroup group) => JsonNamingPolicy.SnakeCaseLower.ConvertName(group.ToString());
}
