using System.Text.Json;
using Brink.Experiments;

namespace Brink.Server;

/// <summary>The fields of a form, read and checked as those of a command line are.</summary>
internal static class SpecificationForm
{
    /// <summary>The object <c>fields</c> of a request's body: names of fields and their values as text.</summary>
    /// <exception cref="RequestException">It is not there, or a value is no text.</exception>
    internal static IReadOnlyList<(string Name, string Text)> FieldsOf(JsonDocument body)
    {
        if (!body.RootElement.TryGetProperty("fields", out JsonElement fields) || fields.ValueKind != JsonValueKind.Object)
        {
            throw new RequestException(400, "the body must be {\"fields\": {\"name\": \"value\"}}");
        }

        List<(string Name, string Text)> found = [];
        foreach (JsonProperty field in fields.EnumerateObject())
        {
            if (field.Value.ValueKind != JsonValueKind.String)
            {
                throw new RequestException(400, $"{Short(field.Name)}: values are given as text, as on the command line", Short(field.Name));
            }

            found.Add((field.Name, field.Value.GetString()!));
        }

        return found;
    }

    /// <summary>The specification that fields give.</summary>
    /// <param name="fields">Names and values.</param>
    /// <exception cref="RequestException">One is not right; the line of the command line, and the field to blame.</exception>
    internal static Specification Read(IReadOnlyList<(string Name, string Text)> fields)
    {
        SpecificationReader reader = new(new Specification());
        foreach ((string name, string text) in fields)
        {
            try
            {
                reader.Set(name, text, name);
            }
            catch (BrinkException error)
            {
                throw new RequestException(400, error.Message, Short(name));
            }
        }

        try
        {
            return reader.Read();
        }
        catch (BrinkException error)
        {
            // A line of these checks begins with the field that it is about.
            string first = error.Message.Split(' ', ':')[0];
            throw new RequestException(400, error.Message, SpecificationFields.Find(first)?.Name);
        }
    }

    /// <summary>The fields as they stand, each legal value taken and every other passed over: what a form that is being filled in shows.</summary>
    internal static Specification ReadWhatCanBe(IReadOnlyList<(string Name, string Text)> fields)
    {
        Specification specification = new();
        foreach ((string name, string text) in fields)
        {
            try
            {
                specification = specification.With(name, text);
            }
            catch (BrinkException)
            {
                // Told by the check.
            }
        }

        return specification;
    }

    private static string Short(string name) => name.Length > 100 ? name[..100] + "…" : name;
}
