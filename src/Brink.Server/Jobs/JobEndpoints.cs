using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Brink.Server;

/// <summary>Start, pause and resume.</summary>
internal static class JobEndpoints
{
    /// <summary>Adds them.</summary>
    internal static void MapJobs(this IEndpointRouteBuilder routes, RunStarter starter, RunIndex index)
    {
        routes.MapPost("/api/runs", async context =>
        {
            using JsonDocument body = await ServerJson.ReadBody(context);
            string id = await starter.Start(SpecificationForm.FieldsOf(body));
            await ServerJson.Answer(
                context,
                json =>
                {
                    json.WriteStartObject();
                    json.WriteString("id", id);
                    json.WriteEndObject();
                },
                StatusCodes.Status201Created);
        });
        routes.MapPost("/api/run/pause", context =>
        {
            starter.Pause(index.FolderOf(Parameters.Text(context, "run")));
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return Task.CompletedTask;
        });
        routes.MapPost("/api/run/resume", async context =>
        {
            int iterations = Parameters.Whole(context, "iterations", 0, 1, int.MaxValue);
            await starter.Resume(index.FolderOf(Parameters.Text(context, "run")), iterations == 0 ? null : iterations);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        });
    }
}
