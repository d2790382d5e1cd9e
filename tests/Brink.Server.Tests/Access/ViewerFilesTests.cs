using System.Net;

namespace Brink.Server.Tests.Access;

public sealed class ViewerFilesTests
{
    [Fact]
    public async Task The_page_is_embedded_known_by_its_digest_and_may_load_nothing_from_elsewhere()
    {
        await using ServedFolder served = await ServedFolder.Start();
        using HttpResponseMessage page = await served.Send(HttpMethod.Get, "/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        string text = await page.Content.ReadAsStringAsync();
        Assert.Contains("<title>Brink</title>", text);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy);
        Assert.Contains("script-src 'self';", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe-eval", policy);

        string tag = page.Headers.ETag!.Tag;
        using HttpResponseMessage again = await served.Send(HttpMethod.Get, "/index.html", null, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage other = await served.Send(HttpMethod.Get, "/", null, ("If-None-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task What_the_page_names_is_there()
    {
        await using ServedFolder served = await ServedFolder.Start();
        using HttpResponseMessage page = await served.Send(HttpMethod.Get, "/");
        string text = await page.Content.ReadAsStringAsync();
        foreach (System.Text.RegularExpressions.Match match in System.Text.RegularExpressions.Regex.Matches(
            text, "(?:src|href)=\"(?<path>[^\"#]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
        {
            string path = match.Groups["path"].Value.TrimStart('.');
            if (path.StartsWith("data:", StringComparison.Ordinal))
            {
                continue;
            }

            using HttpResponseMessage file = await served.Send(HttpMethod.Get, path.StartsWith('/') ? path : "/" + path, null, ("Accept-Encoding", "gzip"));
            Assert.True(file.StatusCode == HttpStatusCode.OK, path);
        }
    }
}
