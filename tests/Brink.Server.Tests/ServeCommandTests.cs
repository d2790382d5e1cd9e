using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Brink.Experiments;
using Brink.Server.Tests.Runs;

namespace Brink.Server.Tests;

/// <summary><c>brink serve</c> as users meet it: a process with its signals, streams and exit code.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("brink-serve-").FullName;

    public void Dispose()
    {
        ServedFolder.EndRuns(_root);
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task It_prints_its_address_and_a_signal_ends_it_cleanly_also_while_pages_listen(string signal)
    {
        using Process server = Start(_root, "--port", "0");
        string line = (await server.StandardOutput.ReadLineAsync())!;
        Assert.Matches($@"^{_root} at http://localhost:\d+/ \(Ctrl-C ends this\)$", line);
        using HttpClient client = new();
        using HttpResponseMessage listening = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(AddressIn(line) + "api/events")), HttpCompletionOption.ResponseHeadersRead);
        Assert.True(listening.IsSuccessStatusCode);
        using (var kill = Process.Start("kill", [signal, $"{server.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        Assert.True(server.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal((0, string.Empty), (server.ExitCode, await server.StandardError.ReadToEndAsync()));
    }

    [Fact]
    public async Task Killed_at_any_instant_it_loses_nothing_and_the_run_that_it_started_goes_on()
    {
        using HttpClient client = new();
        using Process first = Start(_root, "--port", "0");
        string address = AddressIn((await first.StandardOutput.ReadLineAsync())!);
        var fields = new Dictionary<string, string> { ["model"] = "scalar", ["method"] = "gd", ["eta"] = "0.01", ["iterations"] = "20000", ["record-every"] = "100", ["threads"] = "1", ["out"] = "a" };
        using HttpResponseMessage started = await client.PostAsJsonAsync(new Uri(address + "api/runs"), new { fields });
        Assert.True(started.IsSuccessStatusCode, await started.Content.ReadAsStringAsync());
        using HttpResponseMessage tagged = await client.PutAsJsonAsync(new Uri(address + "api/run/tags?run=a"), new { tags = new[] { "kept" } });
        Assert.True(tagged.IsSuccessStatusCode);
        first.Kill(); // SIGKILL, and of this process only
        await first.WaitForExitAsync();

        using Process second = Start(_root, "--port", "0");
        address = AddressIn((await second.StandardOutput.ReadLineAsync())!);
        JsonElement run = await client.GetFromJsonAsync<JsonElement>(new Uri(address + "api/run?run=a"));
        Assert.Equal("kept", run.GetProperty("tags")[0].GetString());
        await RunEndpointTests.Eventually(async () => (await client.GetFromJsonAsync<JsonElement>(new Uri(address + "api/run?run=a"))).GetProperty("status").GetString() == "finished", 120);
        Assert.Equal(201, RunRecord.ReadMetrics(Path.Combine(_root, "a")).Count);
        second.Kill();
        await second.WaitForExitAsync();
    }

    [Fact]
    public async Task Mistakes_are_one_line_and_a_code()
    {
        Assert.Equal((1, "brink: there is no folder none; 'brink train' makes one, or name the folder of your runs"), await Fail("none"));
        Assert.Equal((1, "brink: --port must be from 0 to 65535, not 70000"), await Fail(_root, "--port", "70000"));
        Assert.Equal((1, "brink: --token must have at least 16 letters, digits, - or _; without one it is made"), await Fail(_root, "--token", "short"));
        Assert.Equal(2, (await Fail(_root, "--port", "x")).Code);
        using Process server = Start(_root, "--port", "0");
        int port = new Uri(AddressIn((await server.StandardOutput.ReadLineAsync())!)).Port;
        Assert.Equal((1, $"brink: port {port} is in use; choose another with --port, or --port 0 for any that is free"), await Fail(_root, "--port", $"{port}"));
        server.Kill();
        await server.WaitForExitAsync();
    }

    [Fact]
    public async Task Without_a_folder_it_is_the_usual_one_which_need_not_be_there()
    {
        using Process server = Start(new ProcessStartInfo { WorkingDirectory = _root }, "--port", "0");
        Assert.StartsWith("runs at http://localhost:", await server.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(_root, "runs")));
        server.Kill();
        await server.WaitForExitAsync();
    }

    [Fact]
    public async Task Listening_for_others_makes_a_token_each_time_another()
    {
        List<string> addresses = [];
        for (int i = 0; i < 2; i++)
        {
            using Process server = Start(_root, "--port", "0", "--host", "0.0.0.0");
            addresses.Add(AddressIn((await server.StandardOutput.ReadLineAsync())!));
            server.Kill();
            await server.WaitForExitAsync();
        }

        Assert.All(addresses, address => Assert.Matches(@"/\?token=[0-9a-f]{32}$", address));
        Assert.NotEqual(addresses[0].Split('=')[1], addresses[1].Split('=')[1]);
    }

    private static Process Start(params string[] arguments) => Start(new ProcessStartInfo(), arguments);

    private static Process Start(ProcessStartInfo start, params string[] arguments)
    {
        start.FileName = ServedFolder.Program[0];
        foreach (string word in (string[])[ServedFolder.Program[1], "serve", .. arguments])
        {
            start.ArgumentList.Add(word);
        }

        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        return Process.Start(start)!;
    }

    private static string AddressIn(string line) => line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal));

    private static async Task<(int Code, string Line)> Fail(params string[] arguments)
    {
        using Process process = Start(arguments);
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error.TrimEnd());
    }
}
