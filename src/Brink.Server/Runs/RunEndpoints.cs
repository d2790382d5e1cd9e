using System.Text.Json;
using Brink.Experiments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Brink.Server;

/// <summary>The list of runs, one run, its tags, and its end.</summary>
internal static class RunEndpoints
{
    /// <summary>A condition is walked recursively; no one writes a longer one.</summary>
    private const int LongestCondition = 4096;

    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(500);

    /// <summary>Adds them.</summary>
    internal static void MapRuns(this IEndpointRouteBuilder routes, RunIndex index, bool readOnly)
    {
        routes.MapGet("/api/runs", context =>
        {
            index.Scan(s_fresh);
            IReadOnlyList<RunState> runs = Chosen(index.Runs, Parameters.Text(context, "where"), Parameters.Text(context, "sort"));
            return ServerJson.Answer(context, json => WriteList(json, runs));
        });
        routes.MapGet("/api/run", context =>
        {
            RunState run = index.Get(Parameters.Text(context, "run"));
            return ServerJson.Answer(context, json => RunWriter.WriteDetails(json, run, RunWriter.VerdictsOf(run)));
        });
        routes.MapPut("/api/run/tags", async context =>
        {
            RequireWriting(readOnly);
            string folder = index.FolderOf(Parameters.Text(context, "run"));
            using JsonDocument body = await ServerJson.ReadBody(context);
            if (!body.RootElement.TryGetProperty("tags", out JsonElement tags) || tags.ValueKind != JsonValueKind.Array
                || tags.EnumerateArray().Any(tag => tag.ValueKind != JsonValueKind.String))
            {
                throw new RequestException(400, "the body must be {\"tags\": [\"…\"]}");
            }

            RunTags.Write(folder, tags.EnumerateArray().Select(tag => tag.GetString()!));
            await AnswerRow(context, index.Get(Parameters.Text(context, "run")));
        });
        routes.MapDelete("/api/run", context =>
        {
            RequireWriting(readOnly);
            RunRecord.Delete(index.FolderOf(Parameters.Text(context, "run")));
            index.Scan();
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
    }

    /// <summary>Refuses where nothing may be changed.</summary>
    /// <exception cref="RequestException">That is so.</exception>
    internal static void RequireWriting(bool readOnly)
    {
        if (readOnly)
        {
            throw new RequestException(403, "this server only shows: it was started with --read-only");
        }
    }

    private static Task AnswerRow(HttpContext context, RunState run) =>
        ServerJson.Answer(context, json => json.WriteRawValue(run.Row, skipInputValidation: true));

    private static IReadOnlyList<RunState> Chosen(IReadOnlyList<RunState> runs, string? where, string? sort)
    {
        if (where is not null)
        {
            if (where.Length > LongestCondition)
            {
                throw new RequestException(400, $"a condition has at most {LongestCondition} characters");
            }

            var query = RunQuery.Parse(where);
            runs = [.. runs.Where(run => query.Matches(run.Entry))];
        }

        if (sort is not null)
        {
            Dictionary<RunEntry, RunState> states = new(ReferenceEqualityComparer.Instance);
            foreach (RunState run in runs)
            {
                states[run.Entry] = run;
            }

            runs = [.. RunOrder.Parse(sort).Apply(runs.Select(run => run.Entry)).Select(entry => states[entry])];
        }

        return runs;
    }

    private static void WriteList(Utf8JsonWriter json, IReadOnlyList<RunState> runs)
    {
        json.WriteStartObject();
        json.WriteStartArray("runs");
        foreach (RunState run in runs)
        {
            json.WriteRawValue(run.Row, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteStartArray("fields");
        foreach (RunField field in RunField.All)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WriteString("title", RunTable.TitleOf(field));
            json.WriteBoolean("number", field.IsNumber);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
