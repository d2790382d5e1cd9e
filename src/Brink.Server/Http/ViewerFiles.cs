using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Brink.Server;

/// <summary>The built viewer, embedded in this assembly: each file compressed once, when it is first asked for, and known by its digest.</summary>
internal sealed class ViewerFiles
{
    private const string Root = "wwwroot/";
    private readonly Dictionary<string, Lazy<ViewerFile>> _files = new(StringComparer.Ordinal);

    /// <summary>Finds the files.</summary>
    internal ViewerFiles()
    {
        Assembly assembly = typeof(ViewerFiles).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Root, StringComparison.Ordinal)))
        {
            _files["/" + name[Root.Length..].Replace('\\', '/')] = new Lazy<ViewerFile>(() => ViewerFile.Read(assembly, name));
        }
    }

    /// <summary>Adds the pages.</summary>
    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", context => Answer(context, "/index.html"));
        routes.MapGet("/{**path}", context => Answer(context, context.Request.Path.Value ?? "/"));
    }

    private async Task Answer(HttpContext context, string path)
    {
        if (path.StartsWith("/api/", StringComparison.Ordinal) || !_files.TryGetValue(path, out Lazy<ViewerFile>? held))
        {
            throw new RequestException(404, "there is nothing here");
        }

        ViewerFile file = held.Value;
        IHeaderDictionary headers = context.Response.Headers;
        headers.ETag = file.Tag;
        headers.Vary = HeaderNames.AcceptEncoding;

        // The build puts a digest into the names of these; the page itself names them.
        headers.CacheControl = path.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        if (context.Request.Headers.IfNoneMatch.Contains(file.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        (byte[] content, string? encoding) = file.For(context.Request.Headers.AcceptEncoding.ToString());
        context.Response.ContentType = file.ContentType;
        context.Response.ContentLength = content.Length;
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    private sealed record ViewerFile(byte[] Plain, byte[] Gzip, byte[] Brotli, string ContentType, string Tag)
    {
        internal static ViewerFile Read(Assembly assembly, string name)
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            using MemoryStream plain = new();
            stream.CopyTo(plain);
            byte[] content = plain.ToArray();
            return new ViewerFile(
                content,
                Compressed(content, to => new GZipStream(to, CompressionLevel.Optimal)),
                Compressed(content, to => new BrotliStream(to, CompressionLevel.Optimal)),
                TypeOf(name),
                $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"");
        }

        internal (byte[] Content, string? Encoding) For(string accepted) =>
            accepted.Contains("br", StringComparison.Ordinal) && Brotli.Length < Plain.Length ? (Brotli, "br")
            : accepted.Contains("gzip", StringComparison.Ordinal) && Gzip.Length < Plain.Length ? (Gzip, "gzip")
            : (Plain, null);

        private static byte[] Compressed(byte[] content, Func<Stream, Stream> with)
        {
            using MemoryStream compressed = new();
            using (Stream stream = with(compressed))
            {
                stream.Write(content);
            }

            return compressed.ToArray();
        }

        private static string TypeOf(string name) => Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".json" or ".map" => "application/json; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".png" => "image/png",
            ".ico" => "image/x-icon",
            ".woff2" => "font/woff2",
            ".txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };
    }
}
