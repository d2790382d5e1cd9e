using System.Net;
using System.Text;
using System.Text.Json;
using Brink.Experiments;

namespace Brink.Server.Tests.Access;

/// <summary>No id and no folder that anyone may have made leads out of the folder that is served.</summary>
public sealed class PathTests
{
    private static readonly string[] s_reads = ["/api/run?run=", "/api/curves?quantity=loss&run=", "/api/tail?quantity=loss&run=", "/api/spectrum?run="];

    [Fact]
    public async Task No_spelling_of_an_id_leads_out_and_all_are_answered_alike()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
        {
            folder.Write("a");
            folder.Write("../outside"); // a real run, one folder up
            Directory.CreateDirectory(Path.Combine(folder.Root, "empty"));
        });
        string outside = Path.Combine(served.Outside, "outside");
        Assert.True(RunRecord.IsRun(outside));
        string[] ids =
        [
            "../outside", "..%2Foutside", "%2e%2e/outside", "..%252foutside", "%252e%252e%252foutside", "a/../../outside", "a/../a", "./a", "a/", "/a", "a//", ".", "..",
            "..\\outside", "..%5Coutside", "a%00", "a%00.json", "%00", "a%0a", outside, Uri.EscapeDataString(outside), "/etc/passwd", "%2Fetc%2Fpasswd", "file:///etc/passwd",
            "C:%5CWindows", "%c0%ae%c0%ae/outside", "..%c0%afoutside", "a/checkpoints", "a/spec.json", "empty", "%20", "a%20", "~", "$HOME", "*", "a*", new string('x', 5000),
            string.Join('/', Enumerable.Repeat("x", 2000)),
        ];
        foreach (string id in ids)
        {
            foreach (string read in s_reads)
            {
                string error = await served.Refused(HttpMethod.Get, read + id, 404);
                Assert.StartsWith("there is no run", error);
            }

            await served.Refused(HttpMethod.Delete, "/api/run?run=" + id, 404);
            await served.Refused(HttpMethod.Put, "/api/run/tags?run=" + id, 404, new { tags = new[] { "x" } });
            await served.Refused(HttpMethod.Post, "/api/run/pause?run=" + id, 404);
            await served.Refused(HttpMethod.Post, "/api/run/resume?run=" + id, 404);
        }

        await served.Refused(HttpMethod.Get, "/api/run", 400);
        await served.Refused(HttpMethod.Get, "/api/run?run=", 400);
        Assert.Equal(["a"], await served.Ids());
        Assert.Equal(7, Directory.GetFiles(outside).Length); // spec, environment, metrics, summary, log, .lock, .lock-owner
    }

    [Fact]
    public async Task Links_are_followed_nowhere_below_the_folder()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
        {
            folder.Write("a");
            string outside = folder.Write("../outside");
            Directory.CreateSymbolicLink(Path.Combine(folder.Root, "linked"), outside);
            Directory.CreateSymbolicLink(Path.Combine(folder.Root, "up"), folder.Outside);
            Directory.CreateSymbolicLink(Path.Combine(folder.Root, "loop"), folder.Root);
            foreach (string file in new[] { "metrics.jsonl", "log.txt", "environment.json", "summary.json", "spec.json", "tags.json" })
            {
                string run = folder.Write("with-" + file);
                File.Delete(Path.Combine(run, file));
                File.CreateSymbolicLink(Path.Combine(run, file), file.EndsWith("txt", StringComparison.Ordinal) ? "/etc/passwd" : Path.Combine(outside, file));
            }
        });
        await served.Refused(HttpMethod.Get, "/api/run?run=linked", 404);
        await served.Refused(HttpMethod.Get, "/api/run?run=up/outside", 404);
        await served.Refused(HttpMethod.Get, "/api/run?run=loop/a", 404);
        await served.Refused(HttpMethod.Delete, "/api/run?run=linked", 404);
        JsonElement list = (await served.Get("/api/runs")).GetProperty("runs");
        Assert.Equal(7, list.GetArrayLength());
        foreach (JsonElement run in list.EnumerateArray().Where(run => run.GetProperty("id").GetString() != "a"))
        {
            Assert.Equal("broken", run.GetProperty("status").GetString());
            Assert.Contains("is a link", run.GetProperty("problem").GetString());
            JsonElement details = await served.Get("/api/run?run=" + run.GetProperty("id").GetString());
            Assert.Equal(0, details.GetProperty("log").GetArrayLength());
            Assert.DoesNotContain("root:", details.GetRawText());
        }

        JsonElement curves = (await served.Get("/api/curves?run=with-metrics.jsonl&quantity=loss")).GetProperty("runs")[0];
        Assert.Equal(0, curves.GetProperty("lines").GetInt32());
    }

    [Fact]
    public async Task The_folder_that_is_served_may_itself_be_a_link()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        string link = Path.Combine(served.Outside, "link");
        Directory.CreateSymbolicLink(link, served.Root);
        await served.Restart(options => options with { Root = link });
        Assert.Equal(["a"], await served.Ids());
    }

    [Fact]
    public async Task Malformed_run_folders_show_as_broken_and_harm_nothing_else()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
        {
            folder.Write("sound");
            void Spoil(string name, Action<string> how) => how(folder.Write(name));
            Spoil("no-json", run => File.WriteAllText(RunFiles.Specification(run), "{"));
            Spoil("wrong-field", run => File.WriteAllText(RunFiles.Specification(run), "{\"nonsense\": 1}"));
            Spoil("array", run => File.WriteAllText(RunFiles.Specification(run), "[]"));
            Spoil("deep", run => File.WriteAllText(RunFiles.Specification(run), new string('[', 100_000)));
            Spoil("empty", run => File.WriteAllText(RunFiles.Specification(run), string.Empty));
            Spoil("zeros", run => File.WriteAllBytes(RunFiles.Specification(run), new byte[4096]));
            Spoil("not-text", run => File.WriteAllBytes(RunFiles.Specification(run), [0xff, 0xfe, 0x80, 0x00]));
            Spoil("summary", run => File.WriteAllText(RunFiles.Summary(run), "{\"status\": \"flying\"}"));
            Spoil("tags", run => File.WriteAllText(RunFiles.Tags(run), "[\"a,b\"]"));
            Spoil("null-tag", run => File.WriteAllText(RunFiles.Tags(run), "[null]"));
            Spoil("huge", run =>
            {
                using FileStream large = File.OpenWrite(RunFiles.Specification(run));
                large.SetLength(1L << 40); // sparse
            });
            foreach (string file in new[] { "spec.json", "summary.json", "environment.json", "tags.json", ".lock" })
            {
                Spoil("pipe" + file, run =>
                {
                    File.Delete(Path.Combine(run, file));
                    using var made = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(run, file)]);
                    made.WaitForExit();
                    File.Delete(RunFiles.Summary(run) is var summary && file == ".lock" ? summary : "none");
                });
                Spoil("folder" + file, run =>
                {
                    File.Delete(Path.Combine(run, file));
                    Directory.CreateDirectory(Path.Combine(run, file));
                });
            }
        });
        JsonElement list = (await served.Get("/api/runs")).GetProperty("runs");
        Dictionary<string, JsonElement> runs = list.EnumerateArray().ToDictionary(run => run.GetProperty("id").GetString()!);
        Assert.Equal("finished", runs["sound"].GetProperty("status").GetString());

        // A folder in the place of a specification is no run at all; one in the place of a lock is no lock.
        Assert.False(runs.ContainsKey("folderspec.json"));
        foreach ((string id, JsonElement run) in runs.Where(run => run.Key is not ("sound" or "folder.lock")))
        {
            Assert.True("broken" == run.GetProperty("status").GetString(), $"{id}: {run}");
            Assert.DoesNotContain('\n', run.GetProperty("problem").GetString()!);
            JsonElement details = await served.Get("/api/run?run=" + id);
            Assert.Equal("broken", details.GetProperty("status").GetString());
            using HttpResponseMessage curves = await served.Send(HttpMethod.Get, $"/api/curves?quantity=loss&run={id}");
            Assert.Equal(HttpStatusCode.OK, curves.StatusCode);
        }

        Assert.Equal(19, runs.Count(run => run.Value.GetProperty("status").GetString() == "broken"));
        Assert.Empty(served.Reported);
    }

    [Fact]
    public async Task Damaged_metrics_show_what_precedes_the_damage()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
            File.AppendAllText(RunFiles.Metrics(folder.Write("a", 5)), "{\"iteration\":5\0\n{\"iteration\":6,\"loss\":1,\"seconds\":1}\n"));
        JsonElement run = (await served.Get("/api/curves?run=a&quantity=loss")).GetProperty("runs")[0];
        Assert.Equal(5, run.GetProperty("lines").GetInt32());
        Assert.Contains("line 6", run.GetProperty("problem").GetString());
        Assert.Equal(5, run.GetProperty("curves").GetProperty("loss").GetProperty("x").GetArrayLength());
        Assert.Equal(0, (await served.Get("/api/run?run=a")).GetProperty("verdicts").GetArrayLength());
    }

    [Fact]
    public async Task Bodies_are_bounded()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        string large = "{\"tags\": [\"" + new string('x', BrinkServer.LargestBody) + "\"]}";
        Assert.Contains("64 kB", await served.Refused(HttpMethod.Put, "/api/run/tags?run=a", 413, large));
        Assert.Contains("64 kB", await served.Refused(HttpMethod.Post, "/api/runs", 413, large));
        Assert.Contains("64 kB", await served.Refused(HttpMethod.Post, "/api/specification/check", 413, large));

        // Also where no length is told beforehand.
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(served.Server.Url + "api/runs")) { Content = new StreamContent(new Endless()) };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new("application/json");
        try
        {
            using HttpResponseMessage answer = await served.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The server closed while the body was still being sent.
        }

        foreach (string body in new[] { "", "[]", "{", "null", new string('[', 1000), "{\"tags\": 1}", "{\"tags\": [1]}", "{\"a\":1,\"a\":2}" })
        {
            await served.Refused(HttpMethod.Put, "/api/run/tags?run=a", 400, body);
        }

        Assert.Empty(served.Reported);
    }

    [Fact]
    public async Task The_viewers_files_are_all_that_other_paths_give()
    {
        await using ServedFolder served = await ServedFolder.Start();
        foreach (string path in new[] { "/etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../spec.json", "/appsettings.json", "/api", "/api/", "/api/none", "/wwwroot/index.html" })
        {
            await served.Refused(HttpMethod.Get, path, 404);
        }
    }

    private sealed class Endless : Stream
    {
        private int _sent;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            byte[] piece = Encoding.ASCII.GetBytes(_sent == 0 ? "{\"fields\":\"" : new string('x', Math.Min(count, 1000)));
            int length = Math.Min(count, piece.Length);
            piece.AsSpan(0, length).CopyTo(buffer.AsSpan(offset));
            _sent += length;
            return _sent > 1 << 20 ? 0 : length;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
