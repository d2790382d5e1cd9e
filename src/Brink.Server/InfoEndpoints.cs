using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Brink.Server;

/// <summary>What this server is.</summary>
internal static class InfoEndpoints
{
    /// <summary>Adds it.</summary>
    internal static void MapInfo(this IEndpointRouteBuilder routes, ServerOptions options, RunRoot root)
    {
        string version = typeof(InfoEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        routes.MapGet("/api/info", context => ServerJson.Answer(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("version", version);
            json.WriteString("root", root.Path);
            json.WriteBoolean("can_start", !options.ReadOnly && options.Program.Count > 0 && !root.IsRun);
            json.WriteBoolean("read_only", options.ReadOnly);
            json.WriteBoolean("token", options.Token is not null);
            json.WriteEndObject();
        }));
    }
}
