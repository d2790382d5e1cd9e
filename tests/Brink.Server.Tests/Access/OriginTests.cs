using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Brink.Server.Tests.Access;

/// <summary>Pages of other origins, and names that were made to point here.</summary>
public sealed class OriginTests
{
    private static readonly (string Method, string Path)[] s_all =
    [
        ("GET", "/api/info"), ("GET", "/api/runs"), ("GET", "/api/run?run=a"), ("GET", "/api/quantities"), ("GET", "/api/curves?run=a&quantity=loss"),
        ("GET", "/api/tail?run=a&quantity=loss"), ("GET", "/api/spectrum?run=a"), ("GET", "/api/events"), ("GET", "/api/specification"),
        ("PUT", "/api/run/tags?run=a"), ("DELETE", "/api/run?run=a"), ("POST", "/api/runs"), ("POST", "/api/run/pause?run=a"),
        ("POST", "/api/run/resume?run=a"), ("POST", "/api/specification/check"),
    ];

    [Fact]
    public async Task A_page_of_another_origin_can_read_start_change_and_delete_nothing()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        int port = new Uri(served.Server.Url).Port;
        (string, string)[][] foreign =
        [
            [("Origin", "https://evil.example")],
            [("Origin", "null")],
            [("Origin", "http://localhost:1")],
            [("Origin", $"https://localhost:{port}")],
            [("Origin", $"http://localhost:{port}.evil.example")],
            [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")],
        ];
        foreach ((string method, string path) in s_all)
        {
            foreach ((string, string)[] headers in foreign)
            {
                await served.Refused(new HttpMethod(method), path, 403, new { fields = new { model = "scalar" }, tags = new[] { "x" } }, headers);
            }
        }

        Assert.Equal(["a"], await served.Ids());
        Assert.Empty(Directory.GetFiles(Path.Combine(served.Root, "a"), "tags.json"));
        using HttpResponseMessage own = await served.Send(HttpMethod.Get, "/api/info", null, ("Origin", $"http://localhost:{port}"), ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);

        // Whatever asks, no answer says that another origin may read it.
        Assert.False(own.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal("nosniff", own.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", own.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
    }

    [Fact]
    public async Task A_browsers_question_whether_another_origin_may_ask_is_not_answered_with_yes()
    {
        await using ServedFolder served = await ServedFolder.Start();
        using HttpResponseMessage answer = await served.Send(
            HttpMethod.Options, "/api/runs", null, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"));
        Assert.False(answer.IsSuccessStatusCode);
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:5757")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task A_name_that_was_made_to_point_here_is_not_answered(string name)
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        Assert.Contains("does not answer to the name", await served.Refused(HttpMethod.Get, "/api/runs", 403, null, ("Host", name)));
        await served.Refused(HttpMethod.Get, "/", 403, null, ("Host", name));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:1234")] // through ssh -L
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:80")]
    public async Task Loopback_names_are_its_own(string name)
    {
        await using ServedFolder served = await ServedFolder.Start();
        using HttpResponseMessage answer = await served.Send(HttpMethod.Get, "/api/info", null, ("Host", name));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_form_of_another_page_cannot_send_what_is_read_as_JSON()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        foreach (string type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data" })
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(served.Server.Url + "api/runs"))
            {
                Content = new StringContent("{\"fields\":{\"model\":\"scalar\"}}", Encoding.UTF8, type),
            };
            using HttpResponseMessage answer = await served.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.Equal(["a"], await served.Ids());
    }

    [Fact]
    public async Task A_request_without_a_name_or_with_nonsense_is_refused_and_the_server_lives()
    {
        await using ServedFolder served = await ServedFolder.Start();
        int port = new Uri(served.Server.Url).Port;
        foreach (string raw in new[]
        {
            "GET /api/info HTTP/1.1\r\n\r\n",
            "GET /api/info HTTP/1.1\r\nHost: \r\n\r\n",
            "GET /api/info HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
            "GET http://evil.example/api/info HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "\0\0\0\0\r\n\r\n",
            "GET /" + new string('a', 100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        })
        {
            using TcpClient client = new();
            await client.ConnectAsync(IPAddress.Loopback, port);
            await using NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(raw));
            byte[] answer = new byte[64];
            int read = await stream.ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false);
            Assert.StartsWith("HTTP/1.1 4", Encoding.ASCII.GetString(answer, 0, read));
        }

        await served.Get("/api/info");
    }
}
