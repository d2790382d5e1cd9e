using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Brink.Server;

/// <summary>
/// Who may ask. A page of another origin, a name that was made to point here (DNS rebinding), and on a server with a token whoever does
/// not know it, get nothing.
/// </summary>
/// <param name="host">What the server listens on.</param>
/// <param name="token">The token; null for none.</param>
internal sealed class AccessRules(string host, string? token)
{
    private static readonly string[] s_loopbackNames = ["localhost", "127.0.0.1", "[::1]"];
    private readonly byte[]? _digest = token is null ? null : Digest(token);

    /// <summary>The cookie that holds the token, one name a port: cookies do not know ports.</summary>
    internal string CookieName { get; set; } = "brink";

    /// <summary>Whether a token is asked for.</summary>
    internal bool HasToken => _digest is not null;

    /// <summary>Why a request is refused; null for one that is not.</summary>
    internal RequestException? Refuse(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!IsOwnName(request.Host))
        {
            return new RequestException(403, $"this server does not answer to the name '{Shown(request.Host.Host)}'; use the address that 'brink serve' printed");
        }

        bool isPage = HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api");
        if (!isPage && !IsOwnPage(request))
        {
            return new RequestException(403, "requests of other origins are refused");
        }

        return HasToken && !KnowsToken(context)
            ? new RequestException(401, "this server asks for its token: open the address with ?token=… that 'brink serve' printed")
            : null;
    }

    /// <summary>Whether a text is the token. Takes the same time whatever is wrong with it.</summary>
    internal bool IsToken(string? text) =>
        _digest is not null && text is not null && CryptographicOperations.FixedTimeEquals(Digest(text), _digest);

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static string Shown(string name) => name.Length > 100 ? name[..100] + "…" : name;

    private bool IsOwnName(HostString name)
    {
        if (s_loopbackNames.Contains(name.Host, StringComparer.OrdinalIgnoreCase) || string.Equals(name.Host, host, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // Listening on all addresses, no one name is its own; a number cannot be made to point elsewhere, a foreign name can.
        return IPAddress.TryParse(host, out IPAddress? own)
            && (own.Equals(IPAddress.Any) || own.Equals(IPAddress.IPv6Any)
                ? IPAddress.TryParse(name.Host.Trim('[', ']'), out _) || string.Equals(name.Host, Dns.GetHostName(), StringComparison.OrdinalIgnoreCase)
                : IPAddress.TryParse(name.Host.Trim('[', ']'), out IPAddress? asked) && asked.Equals(own));
    }

    /// <summary>Browsers say where a request comes from, in one of two ways; programs say nothing, and may ask.</summary>
    private static bool IsOwnPage(HttpRequest request)
    {
        string? site = request.Headers["Sec-Fetch-Site"];
        if (site is not (null or "same-origin" or "none"))
        {
            return false;
        }

        string? origin = request.Headers.Origin;
        return origin is null || string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
    }

    private bool KnowsToken(HttpContext context)
    {
        string? header = context.Request.Headers.Authorization;
        const string Bearer = "Bearer ";
        return header?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true
            ? IsToken(header[Bearer.Length..].Trim())
            : IsToken(context.Request.Cookies[CookieName]);
    }
}
