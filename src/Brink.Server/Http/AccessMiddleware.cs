using System.Text.Json;
using Brink.Experiments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Brink.Server;

/// <summary>What every request goes through: the headers of every answer, the rules of access, and failures turned into one line.</summary>
internal static class AccessMiddleware
{
    // Styles: uPlot and Plotly set them on elements. Nothing is ever loaded from elsewhere.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds it, before everything else.</summary>
    internal static void UseAccess(this IApplicationBuilder app, AccessRules rules, Action<Exception> report) => app.Use(async (context, next) =>
    {
        SetHeaders(context.Response.Headers);
        try
        {
            if (rules.HasToken && HttpMethods.IsGet(context.Request.Method) && context.Request.Path == "/" && context.Request.Query.ContainsKey("token")
                && await SignIn(context, rules))
            {
                return;
            }

            if (rules.Refuse(context) is { } refused)
            {
                throw refused;
            }

            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            (int status, string message) = Describe(error);
            if (status == 500)
            {
                report(error);
            }

            context.Response.Headers.Remove("Content-Encoding");
            await ServerJson.AnswerError(context, status, message, (error as RequestException)?.Field);
        }
    });

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
    }

    /// <summary>
    /// The address with the token gives the browser a cookie and leads on to the page without it. That is a page of its own and not a
    /// redirection, because a strict cookie is not sent on one that began elsewhere, in a mail for instance.
    /// </summary>
    private static async Task<bool> SignIn(HttpContext context, AccessRules rules)
    {
        string? token = context.Request.Query["token"];
        if (rules.Refuse(context) is { Status: not 401 } refused)
        {
            throw refused;
        }

        if (!rules.IsToken(token))
        {
            return false;
        }

        context.Response.Cookies.Append(rules.CookieName, token!, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync("<!doctype html><title>Brink</title><meta http-equiv=\"refresh\" content=\"0;url=/\"><p><a href=\"/\">Brink</a>");
        return true;
    }

    private static (int Status, string Message) Describe(Exception error) => error switch
    {
        RequestException refused => (refused.Status, OneLine(refused.Message)),
        BadHttpRequestException { StatusCode: 413 } => (413, $"the body is larger than {BrinkServer.LargestBody >> 10} kB"),
        BadHttpRequestException bad => (bad.StatusCode, OneLine(bad.Message)),
        BrinkException { IsTemporary: true } => (409, OneLine(error.Message)),
        BrinkException => (400, OneLine(error.Message)),
        RunStoreException or IOException or UnauthorizedAccessException => (500, OneLine(error.Message)),
        JsonException => (400, OneLine(error.Message)),
        InsufficientExecutionStackException => (400, "that is nested too deeply"),
        _ => (500, $"{error.GetType().Name}: {OneLine(error.Message)} (this is a bug)"),
    };

    private static string OneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
