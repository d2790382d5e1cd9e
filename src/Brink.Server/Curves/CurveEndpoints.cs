using System.Text.Json;
using Brink.Experiments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Brink.Server;

/// <summary>Quantities, curves and spectra.</summary>
internal static class CurveEndpoints
{
    private const int MostRuns = 200;
    private const int MostTailLines = 20_000;

    /// <summary>Adds them.</summary>
    internal static void MapCurves(this IEndpointRouteBuilder routes, RunIndex index, MetricsCache cache)
    {
        routes.MapGet("/api/quantities", context => ServerJson.Answer(context, WriteQuantities));
        routes.MapGet("/api/curves", context => AnswerCurves(context, index, cache, tail: false));
        routes.MapGet("/api/tail", context => AnswerCurves(context, index, cache, tail: true));
        routes.MapGet("/api/spectrum", context =>
        {
            RunState run = index.Get(Parameters.Text(context, "run"));
            int columns = Parameters.Whole(context, "columns", 400, 1, 10_000);
            double? level = RunWriter.FlattestSharpness(run.Entry);
            byte[] answer = cache.Use(RunFiles.Metrics(run.Folder), lines =>
                ServerJson.Bytes(json => SpectrumWriter.Write(json, lines, columns, level, run.Entry.Summary?.Outputs, run.Entry.Specification?.BinsOfDensity())));
            return ServerJson.Answer(context, json => json.WriteRawValue(answer, skipInputValidation: true));
        });
    }

    /// <summary>Writes the table of quantities.</summary>
    internal static void WriteQuantities(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (Quantity quantity in Quantity.All)
        {
            json.WriteStartObject();
            json.WriteString("name", quantity.Name);
            json.WriteString("title", quantity.Title);
            json.WriteString("symbol", quantity.Symbol);
            json.WriteBoolean("logarithmic", quantity.Logarithmic);
            json.WriteString("group", quantity.Group);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static Task AnswerCurves(HttpContext context, RunIndex index, MetricsCache cache, bool tail)
    {
        string[] ids = [.. Parameters.List(context, "run", MostRuns).Distinct(StringComparer.Ordinal)];
        string[] quantities = Parameters.List(context, "quantity", Quantity.All.Count, commas: true);
        if (Array.Find(quantities, name => Quantity.Find(name) is null) is { } unknown)
        {
            string? nearest = NearestName.Suggest(unknown, Quantity.All.Select(quantity => quantity.Name));
            throw new RequestException(400, $"there is no quantity '{unknown}'" + (nearest is null ? "; /api/quantities lists them" : $"; did you mean '{nearest}'?"));
        }

        string word = Parameters.Text(context, "x") ?? "iteration";
        CurveAxis axis = CurveWriter.AxisNamed(word) ?? throw new RequestException(400, "x must be iteration, evaluations or seconds");
        CurveRequest request = tail
            ? new CurveRequest(quantities, axis) { AfterLines = Parameters.Whole(context, "after", 0, 0, int.MaxValue), Pixels = MostTailLines }
            : new CurveRequest(quantities, axis)
            {
                From = Parameters.Number(context, "from", double.NegativeInfinity),
                To = Parameters.Number(context, "to", double.PositiveInfinity),
                Pixels = Parameters.Whole(context, "pixels", 600, 1, 10_000),
            };
        string[] folders = [.. ids.Select(index.FolderOf)];
        byte[][] answers = new byte[ids.Length][];
        Parallel.For(0, ids.Length, i => answers[i] = cache.Use(
            RunFiles.Metrics(folders[i]), columns => ServerJson.Bytes(json => CurveWriter.Write(json, ids[i], columns, request))));
        return ServerJson.Answer(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("x", word);
            json.WriteStartArray("runs");
            foreach (byte[] answer in answers)
            {
                json.WriteRawValue(answer, skipInputValidation: true);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
