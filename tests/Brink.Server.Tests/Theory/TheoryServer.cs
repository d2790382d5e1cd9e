using System.Net;
using System.Text.Json;

namespace Brink.Server.Tests.Theory;

/// <summary>A server over an empty folder, asked over HTTP.</summary>
public sealed class TheoryServer : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("brink-theory-").FullName;
    private BrinkServer? _server;

    public HttpClient Client { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _server = await BrinkServer.StartAsync(new ServerOptions { Root = _root, Port = 0 }, line => Assert.Fail(line));
        Client.BaseAddress = new Uri(_server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }

    /// <summary>An answer; fails where the server refuses.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        (HttpStatusCode status, JsonElement answer) = await AskAsync(path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {answer}");
        return answer;
    }

    /// <summary>Status and answer.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Answer)> AskAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        return (response.StatusCode, document.RootElement.Clone());
    }
}

/// <summary>Reading answers.</summary>
internal static class TheoryAnswerReading
{
    /// <summary>A curve of a chart.</summary>
    internal static JsonElement Curve(this JsonElement answer, string chart, string line) => answer.GetProperty("charts").Named(chart).GetProperty("lines").Named(line).GetProperty("series");

    /// <summary>The element of a list that has this name.</summary>
    internal static JsonElement Named(this JsonElement list, string name) => list.EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);

    /// <summary>A list of numbers; null is not a number.</summary>
    internal static double[] Numbers(this JsonElement list) => [.. list.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.Null ? double.NaN : one.GetDouble())];

    /// <summary>The values of a curve.</summary>
    internal static double[] Values(this JsonElement answer, string chart, string line) => answer.Curve(chart, line).GetProperty("y").Numbers();
}
