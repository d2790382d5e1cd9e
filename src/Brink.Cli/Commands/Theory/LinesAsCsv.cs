using System.Text.Json;
using System.Text.Json.Nodes;
using Brink.Cli.Terminal;

namespace Brink.Cli.Commands.Theory;

/// <summary>Lines of results as CSV: the fields of the first line as columns; an array is spread over columns, name_1 and on.</summary>
internal static class LinesAsCsv
{
    /// <summary>Writes the lines.</summary>
    /// <typeparam name="TLine">The type of a line.</typeparam>
    /// <param name="output">Where to.</param>
    /// <param name="lines">The lines, of one shape.</param>
    internal static void Write<TLine>(TextWriter output, IEnumerable<TLine> lines)
        where TLine : notnull
    {
        bool first = true;
        foreach (TLine line in lines)
        {
            JsonObject fields = JsonSerializer.SerializeToNode(line, JsonText.Options)!.AsObject();
            if (first)
            {
                output.WriteLine(string.Join(',', fields.SelectMany(field => field.Value is JsonArray array
                    ? Enumerable.Range(1, array.Count).Select(i => $"{field.Key}_{i}")
                    : [field.Key])));
                first = false;
            }

            output.WriteLine(string.Join(',', fields.SelectMany(field => field.Value is JsonArray array ? array.Select(Cell) : [Cell(field.Value)])));
        }
    }

    private static string Cell(JsonNode? value) => value is null ? string.Empty : value.ToString();
}
