using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Brink.Server;

/// <summary>Server-sent events.</summary>
internal static class EventEndpoints
{
    /// <summary>Adds them.</summary>
    internal static void MapEvents(this IEndpointRouteBuilder routes, EventHub hub) => routes.MapGet("/api/events", async context =>
    {
        Channel<string> messages = hub.Listen();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, hub.Closing);
        try
        {
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            string server = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            await context.Response.WriteAsync($"retry: 1000\nevent: hello\ndata: {{\"server\": \"{server}\"}}\n\n", ending.Token);
            await context.Response.Body.FlushAsync(ending.Token);
            while (await messages.Reader.WaitToReadAsync(ending.Token)) // until it falls behind
            {
                while (messages.Reader.TryRead(out string? message))
                {
                    await context.Response.WriteAsync(message, ending.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The page is closed, or the server ends.
        }
        finally
        {
            hub.Leave(messages);
        }
    });
}
