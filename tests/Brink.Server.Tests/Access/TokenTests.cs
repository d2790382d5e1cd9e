using System.Net;

namespace Brink.Server.Tests.Access;

public sealed class TokenTests
{
    private const string Token = "0123456789abcdef-XYZ";

    [Fact]
    public async Task With_a_token_nothing_is_answered_without_it()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"), options => options with { Token = Token });
        foreach (string path in new[] { "/", "/index.html", "/api/info", "/api/runs", "/api/events", "/?token=wrong", "/?token=", $"/api/info?token={Token}" })
        {
            Assert.Contains("asks for its token", await served.Refused(HttpMethod.Get, path, 401));
        }

        foreach (string header in new[] { "Bearer wrong", "Bearer", "Bearer ", $"Basic {Token}", $"Bearer {Token[..^1]}", $"Bearer {Token}x" })
        {
            await served.Refused(HttpMethod.Get, "/api/runs", 401, null, ("Authorization", header));
        }

        await served.Refused(HttpMethod.Delete, "/api/run?run=a", 401);
        using HttpResponseMessage right = await served.Send(HttpMethod.Get, "/api/info", null, ("Authorization", $"Bearer {Token}"));
        Assert.True((await ServedFolder.Json(right, HttpStatusCode.OK)).GetProperty("token").GetBoolean());
        Assert.Equal($"{served.Server.Url}?token={Token}", served.Server.Address);
    }

    [Fact]
    public async Task The_address_with_the_token_gives_a_browser_a_cookie_that_scripts_cannot_read_and_other_sites_do_not_send()
    {
        await using ServedFolder served = await ServedFolder.Start(change: options => options with { Token = Token });
        using HttpResponseMessage signIn = await served.Send(HttpMethod.Get, $"/?token={Token}", null, ("Sec-Fetch-Site", "none"));
        Assert.Equal(HttpStatusCode.OK, signIn.StatusCode);
        string cookie = signIn.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Token, await signIn.Content.ReadAsStringAsync());

        string pair = cookie.Split(';')[0];
        using HttpResponseMessage page = await served.Send(HttpMethod.Get, "/", null, ("Cookie", pair));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        using HttpResponseMessage info = await served.Send(HttpMethod.Get, "/api/info", null, ("Cookie", pair));
        Assert.Equal(HttpStatusCode.OK, info.StatusCode);

        // The cookie is no leave for other origins.
        await served.Refused(HttpMethod.Get, "/api/info", 403, null, ("Cookie", pair), ("Sec-Fetch-Site", "cross-site"));
        await served.Refused(HttpMethod.Get, "/api/info", 403, null, ("Cookie", pair), ("Host", "evil.example"));
        await served.Refused(HttpMethod.Get, $"/?token={Token}", 403, null, ("Host", "evil.example"));
    }

    [Theory]
    [InlineData("0.0.0.0", null, "needs a token")]
    [InlineData("192.0.2.1", null, "needs a token")]
    [InlineData("somewhere.example", null, "needs a token")]
    [InlineData("localhost", "short", "at least 16")]
    [InlineData("localhost", "0123456789abcdef; Path=/", "letters, digits")]
    [InlineData("192.0.2.1", Token, "no address of this machine")]
    [InlineData("nowhere.invalid", Token, "no address or name of this machine")]
    public async Task An_address_that_others_reach_needs_a_token_and_a_mistake_is_one_line(string host, string? token, string says)
    {
        await using ServedFolder served = await ServedFolder.Start();
        BrinkException error = await Assert.ThrowsAsync<BrinkException>(
            () => BrinkServer.StartAsync(new ServerOptions { Root = served.Root, Port = 0, Host = host, Token = token }, _ => { }));
        Assert.Contains(says, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_port_in_use_a_folder_that_is_not_there_and_a_port_that_is_none_are_one_line()
    {
        await using ServedFolder served = await ServedFolder.Start();
        int port = new Uri(served.Server.Url).Port;
        BrinkException error = await Assert.ThrowsAsync<BrinkException>(
            () => BrinkServer.StartAsync(new ServerOptions { Root = served.Root, Port = port, Host = "127.0.0.1" }, _ => { }));
        Assert.Equal($"port {port} is in use; choose another with --port, or --port 0 for any that is free", error.Message);
        error = await Assert.ThrowsAsync<BrinkException>(
            () => BrinkServer.StartAsync(new ServerOptions { Root = Path.Combine(served.Outside, "none"), Port = 0 }, _ => { }));
        Assert.StartsWith("there is no folder", error.Message);
        await Assert.ThrowsAsync<BrinkException>(() => BrinkServer.StartAsync(new ServerOptions { Root = served.Root, Port = 65536 }, _ => { }));
    }

    [Fact]
    public async Task Over_the_network_any_address_is_its_own_and_a_foreign_name_is_not()
    {
        await using ServedFolder served = await ServedFolder.Start(change: options => options with { Token = Token, Host = "0.0.0.0" });
        string url = $"http://127.0.0.1:{new Uri(served.Server.Url).Port}";
        foreach ((string host, HttpStatusCode status) in new[] { ("192.0.2.7", HttpStatusCode.OK), (Dns.GetHostName(), HttpStatusCode.OK), ("evil.example", HttpStatusCode.Forbidden) })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(url + "/api/info"));
            request.Headers.Host = host;
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Token);
            using HttpResponseMessage answer = await served.Client.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }

        // A token is no leave to have this machine's files read.
        foreach ((string field, string value) in new[] { ("init", "/etc/passwd"), ("data-dir", "/"), ("from", "/home"), ("network", "/tmp/model.pt"), ("data-file", "/etc/passwd") })
        {
            Dictionary<string, string> fields = new() { [field] = value };
            if (field == "data-file")
            {
                fields["model"] = "squared-regression";
            }

            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(url + "/api/runs")) { Content = System.Net.Http.Json.JsonContent.Create(new { fields }) };
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Token);
            using HttpResponseMessage answer = await served.Client.SendAsync(request);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest, $"{field}: {answer.StatusCode}");
        }

        Assert.Empty(Directory.GetDirectories(served.Root));
    }

    [Fact]
    public async Task A_server_that_only_shows_changes_nothing()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"), options => options with { ReadOnly = true });
        Assert.False((await served.Get("/api/info")).GetProperty("can_start").GetBoolean());
        await served.Refused(HttpMethod.Delete, "/api/run?run=a", 403);
        await served.Refused(HttpMethod.Put, "/api/run/tags?run=a", 403, new { tags = new[] { "x" } });
        await served.Refused(HttpMethod.Post, "/api/runs", 403, new { fields = new { model = "scalar" } });
        await served.Refused(HttpMethod.Post, "/api/run/pause?run=a", 403);
        await served.Refused(HttpMethod.Post, "/api/run/resume?run=a", 403);
        Assert.Equal(["a"], await served.Ids());
    }
}
