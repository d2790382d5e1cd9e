using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Brink.Experiments;

namespace Brink.Server.Tests.Runs;

public sealed class EventTests
{
    [Fact]
    public async Task A_page_hears_of_new_lines_within_a_second_and_of_all_that_happens_to_runs()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", status: RunStatus.Running));
        string folder = Path.Combine(served.Root, "a");
        using RunFolder run = RunFolder.Open(folder);
        await using Listener listener = await Listener.Start(served);
        Assert.Equal("hello", (await listener.Next()).Name);
        await served.Ids();

        // Several times, since it must be so each time.
        for (int k = 20; k < 25; k++)
        {
            long recorded = Stopwatch.GetTimestamp();
            run.Append(ServedFolder.Line(k));
            (string name, JsonElement data) = await listener.Until("a", "lines");
            Assert.Equal("change", name);
            Assert.Equal(k, data.GetProperty("iteration").GetInt32());
            JsonElement tail = (await served.Get($"/api/tail?run=a&quantity=loss&after={k}")).GetProperty("runs")[0];
            Assert.Equal(k + 1, tail.GetProperty("lines").GetInt32());
            Assert.True(Stopwatch.GetElapsedTime(recorded) < TimeSpan.FromSeconds(20), "far beyond the 250 ms at which a server looks, even on a busy machine");
        }

        Assert.Equal(24, (await served.Get("/api/run?run=a")).GetProperty("iteration").GetInt32());
        run.WriteSummary(run.ReadSummary()! with { Status = RunStatus.Finished });
        await listener.Until("a", "summary");
        served.Write("b");
        await listener.Until("b", "added");
        RunTags.Write(folder, ["x"]);
        await listener.Until("a", "summary");
        Directory.Delete(Path.Combine(served.Root, "b"), recursive: true);
        await listener.Until("b", "removed");
    }

    /// <summary>A run whose folder has just changed is read again by every look at all of them, its new lines included.</summary>
    [Fact]
    public async Task Lines_that_are_found_beside_something_else_are_told_of_too()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", status: RunStatus.Running));
        using RunFolder run = RunFolder.Open(Path.Combine(served.Root, "a"));
        List<RunChange> heard = [];
        RunIndex index = new(new RunRoot(served.Root));
        index.Scan();
        index.Changed = heard.AddRange;
        run.Append(ServedFolder.Line(20));
        index.Scan();
        Assert.Contains(new RunChange("a", RunChange.Lines, 20), heard);
        heard.Clear();
        index.ScanLive();
        Assert.Empty(heard);
    }

    /// <summary>Of a file's end only as much is read as lines usually take; one line is longer than that, one is torn, one is damaged.</summary>
    [Fact]
    public async Task The_iteration_of_the_last_whole_line_is_told_however_long_it_is()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", status: RunStatus.Running));
        string folder = Path.Combine(served.Root, "a");
        using RunFolder run = RunFolder.Open(folder);
        RunIndex index = new(new RunRoot(served.Root));
        index.Scan();
        Assert.Equal(19, index.Runs[0].Iteration);
        foreach ((string added, long? iteration) in ((string, long?)[])
        [
            ("{\"loss\":1,\"iteration\":20}\n", 20),
            ("{\"iteration\":21,\"eigenvalues\":[" + string.Join(',', Enumerable.Repeat("1.25", 2000)) + "]}\n", 21),
            ("{\"iteration\":22,\"lo", 21),
            ("ss\":1}\n", 22),
            ("damaged\n", null),
        ])
        {
            await File.AppendAllTextAsync(RunFiles.Metrics(folder), added);
            index.ScanLive();
            Assert.Equal(iteration, index.Runs[0].Iteration);
        }
    }

    [Fact]
    public async Task Lines_that_come_fast_are_told_of_together()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", status: RunStatus.Running));
        using RunFolder run = RunFolder.Open(Path.Combine(served.Root, "a"));
        await using Listener listener = await Listener.Start(served);
        await listener.Next();
        await served.Ids();
        long began = Stopwatch.GetTimestamp();
        int k = 20;
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(2))
        {
            run.Append(ServedFolder.Line(k++));
            await Task.Delay(2);
        }

        await Task.Delay(500);
        int told = listener.Drain();
        int looks = (int)(Stopwatch.GetElapsedTime(began).TotalMilliseconds / 250) + 2; // and the list's own
        Assert.InRange(told, 1, looks);
        Assert.True(k - 20 > 2 * looks, $"{k - 20} lines, too few to tell");
    }

    [Fact]
    public async Task A_page_that_goes_is_let_go_and_there_is_a_bound_on_pages()
    {
        await using ServedFolder served = await ServedFolder.Start();
        List<Listener> all = [];
        for (int i = 0; i < EventHub.Most; i++)
        {
            all.Add(await Listener.Start(served));
        }

        await served.Refused(HttpMethod.Get, "/api/events", 503);
        foreach (Listener listener in all)
        {
            await listener.DisposeAsync();
        }

        await RunEndpointTests.Eventually(async () =>
        {
            using HttpResponseMessage answer = await served.Client.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, new Uri(served.Server.Url + "api/events")), HttpCompletionOption.ResponseHeadersRead);
            return answer.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task A_server_that_ends_lets_its_pages_go_at_once_and_the_next_one_says_that_it_is_another()
    {
        await using ServedFolder served = await ServedFolder.Start();
        await using Listener listener = await Listener.Start(served);
        await listener.Next();
        long began = Stopwatch.GetTimestamp();
        await served.Restart();
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        await Assert.ThrowsAnyAsync<IOException>(listener.Next);
    }

    private sealed class Listener : IAsyncDisposable
    {
        private readonly HttpResponseMessage _answer;
        private readonly StreamReader _reader;

        private Listener(HttpResponseMessage answer, StreamReader reader)
        {
            _answer = answer;
            _reader = reader;
        }

        internal static async Task<Listener> Start(ServedFolder served)
        {
            HttpResponseMessage answer = await served.Client.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, new Uri(served.Server.Url + "api/events")), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
            return new Listener(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        }

        internal async Task<(string Name, JsonElement Data)> Next()
        {
            string? name = null;
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
            while (true)
            {
                string line = await _reader.ReadLineAsync(patience.Token) ?? throw new IOException("the server has ended");
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line[7..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    using var data = JsonDocument.Parse(line[6..]);
                    return (name!, data.RootElement.Clone());
                }
            }
        }

        internal async Task<(string Name, JsonElement Data)> Until(string id, string what)
        {
            while (true)
            {
                (string name, JsonElement data) = await Next();
                if (name == "change" && data.GetProperty("id").GetString() == id && data.GetProperty("what").GetString() == what)
                {
                    return (name, data);
                }
            }
        }

        /// <summary>Messages that have come so far.</summary>
        internal int Drain()
        {
            int count = 0;
            Task<(string Name, JsonElement Data)> next = Next();
            while (next.Wait(300))
            {
                count++;
                next = Next();
            }

            return count;
        }

        public ValueTask DisposeAsync()
        {
            _answer.Dispose();
            _reader.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
