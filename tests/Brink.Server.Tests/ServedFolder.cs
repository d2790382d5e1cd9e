using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Brink.Experiments;
using Brink.Experiments.Tests;

namespace Brink.Server.Tests;

/// <summary>A folder of runs with a real server on a free port, and a client.</summary>
internal sealed class ServedFolder : IAsyncDisposable
{
    private BrinkServer? _server;

    private ServedFolder(string outside)
    {
        Outside = outside;
        Root = Directory.CreateDirectory(Path.Combine(outside, "runs")).FullName;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None });
    }

    /// <summary>A folder around the one that is served.</summary>
    internal string Outside { get; }

    /// <summary>The folder that is served.</summary>
    internal string Root { get; }

    internal HttpClient Client { get; }

    internal BrinkServer Server => _server!;

    /// <summary>This program, as the command line starts it.</summary>
    internal static string[] Program => ["dotnet", Path.Combine(AppContext.BaseDirectory, "Brink.Cli.dll")];

    internal List<string> Reported { get; } = [];

    internal static async Task<ServedFolder> Start(Action<ServedFolder>? prepare = null, Func<ServerOptions, ServerOptions>? change = null)
    {
        var folder = new ServedFolder(Directory.CreateTempSubdirectory("brink-server-").FullName);
        prepare?.Invoke(folder);
        await folder.Restart(change);
        return folder;
    }

    /// <summary>Ends the server, where there is one, and starts another.</summary>
    internal async Task Restart(Func<ServerOptions, ServerOptions>? change = null)
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        ServerOptions options = new() { Root = Root, Port = 0, Program = Program };
        _server = await BrinkServer.StartAsync(change?.Invoke(options) ?? options, Reported.Add);
    }

    /// <summary>Writes a run as a training process does.</summary>
    internal string Write(
        string id, int lines = 20, Func<int, MetricsLine>? line = null, RunStatus status = RunStatus.Finished, Func<Specification, Specification>? change = null,
        Func<RunSummary, RunSummary>? summarise = null)
    {
        string folder = Path.Combine(Root, id);
        Specification specification = new Specification { Model = "scalar", Method = "gd", Eta = 0.1, Threads = 1, SharpnessEvery = 2, Out = folder };
        using RunFolder run = RunFolder.Create(change?.Invoke(specification) ?? specification);
        run.WriteEnvironment(new { Brink = "test", Cores = 2 });
        RunSummary summary = new() { Status = status, IterationsDone = 0, Method = "gd", Model = "scalar", EdgeThreshold = 20, EdgeFormula = "2/η", EdgeQuantity = "sharpness" };
        for (int k = 0; k < lines; k++)
        {
            MetricsLine one = line?.Invoke(k) ?? Line(k);
            run.Append(one);
            summary = summary.With(one);
        }

        run.Log("begun");
        run.WriteSummary(summarise?.Invoke(summary) ?? summary);
        return folder;
    }

    /// <summary>A line whose every number is known.</summary>
    internal static MetricsLine Line(int k) => new()
    {
        Iteration = k,
        Loss = 1.0 / (k + 1),
        Seconds = 0.5 * k,
        StepSize = 0.1,
        FunctionEvaluations = 3,
        GradientEvaluations = 1,
        Sharpness = k % 2 == 0 ? 10 + k : null,
    };

    internal Task<HttpResponseMessage> Send(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(method, new Uri(Server.Url.TrimEnd('/') + path));
        request.Content = body is string text ? new StringContent(text, Encoding.UTF8, "application/json") : body is null ? null : JsonContent.Create(body);
        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return Client.SendAsync(request);
    }

    internal async Task<JsonElement> Get(string path)
    {
        using HttpResponseMessage answer = await Send(HttpMethod.Get, path);
        return await Json(answer, HttpStatusCode.OK);
    }

    internal async Task<string> Refused(HttpMethod method, string path, int status, object? body = null, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage answer = await Send(method, path, body, headers);
        JsonElement json = await Json(answer, (HttpStatusCode)status);
        string error = json.GetProperty("error").GetString()!;
        Assert.DoesNotContain('\n', error);
        return error;
    }

    internal static async Task<JsonElement> Json(HttpResponseMessage answer, HttpStatusCode status)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    internal async Task<string[]> Ids(string query = "") =>
        [.. (await Get("/api/runs" + query)).GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("id").GetString()!)];

    /// <summary>Ends the processes that a test which failed has left at work.</summary>
    internal static void EndRuns(string root)
    {
        foreach (string folder in Directory.GetDirectories(root))
        {
            // The owner first: a folder that a test has spoilt may have a pipe for a lock, and opening it would last for ever.
            string owner = Path.Combine(folder, ".lock-owner");
            if (File.Exists(owner)
                && int.TryParse(File.ReadAllText(owner), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int last)
                && last != Environment.ProcessId
                && RunRecord.ProcessAtWork(folder) is { } id)
            {
                using var process = System.Diagnostics.Process.GetProcessById(id);
                process.Kill();
                process.WaitForExit();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Client.Dispose();
        EndRuns(Root);
        TemporaryFolder.Remove(Outside);
    }
}
