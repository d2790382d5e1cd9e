using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Brink.Experiments;
using Brink.Server.Tests.Runs;

namespace Brink.Server.Tests.Jobs;

/// <summary>Runs that are started, paused and resumed over HTTP, with the real program.</summary>
public sealed class JobTests
{
    private const string Endless = "100000000";

    [Fact]
    public async Task A_run_that_is_started_over_HTTP_is_the_one_that_the_command_line_starts()
    {
        await using ServedFolder served = await ServedFolder.Start();
        string id = await Start(served, new() { ["model"] = "scalar", ["start"] = "-1.4,-0.9,0.8", ["method"] = "gd", ["eta"] = "0.1", ["iterations"] = "50", ["threads"] = "1" });
        Assert.Equal("scalar-gd-1", id);
        await RunEndpointTests.Eventually(async () => Status(await served.Get("/api/run?run=" + id)) == "finished");
        Specification stored = RunRecord.ReadSpecification(Path.Combine(served.Root, id));
        Specification same = new Specification().With("model", "scalar").With("start", "-1.4,-0.9,0.8").With("method", "gd").With("eta", "0.1").With("iterations", "50").With("threads", "1");
        Assert.Equal(same.Resolve(1).Fingerprint, stored.Fingerprint);
        Assert.Equal(51, RunRecord.ReadMetrics(Path.Combine(served.Root, id)).Count);
        Assert.Equal("scalar-gd-2", await Start(served, new() { ["model"] = "scalar", ["method"] = "gd", ["iterations"] = "1", ["threads"] = "1" }));
        Assert.Equal("mine_1.2", await Start(served, new() { ["model"] = "scalar", ["iterations"] = "1", ["threads"] = "1", ["out"] = "mine_1.2" }));
        Assert.Contains("there is a mine_1.2 already", await Refusal(served, new() { ["model"] = "scalar", ["out"] = "mine_1.2" }, "out", 409));
    }

    [Fact]
    public async Task What_a_start_says_is_read_and_leaves_no_file()
    {
        RunProcess process = RunProcess.Start("x", ["/bin/sh", "-c", "echo one >&2; echo brink: two >&2; exit 3"]);
        string file = process.MessageFile;
        await RunEndpointTests.Eventually(() => Task.FromResult(process.HasEnded));
        Assert.False(process.Succeeded);
        Assert.Equal("two", process.Message());
        Assert.True(File.Exists(file));
        process.Dispose();
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task What_the_command_line_refuses_is_refused_with_its_line_and_leaves_nothing()
    {
        await using ServedFolder served = await ServedFolder.Start();
        Assert.Equal("eta must be a number above 0, not '-1'", await Refusal(served, new() { ["model"] = "scalar", ["eta"] = "-1" }, "eta"));
        Assert.Contains("did you mean 'method'", await Refusal(served, new() { ["metod"] = "gd" }, "metod"));
        Assert.Contains("applies only where", await Refusal(served, new() { ["method"] = "nls", ["dampening"] = "0.5" }, "dampening"));
        Assert.Contains("must not exceed", await Refusal(served, new() { ["method"] = "nls", ["min-eta"] = "2", ["max-eta"] = "1" }, "min-eta"));

        // Only the process itself can know these.
        Assert.Contains("no-data", await Refusal(served, new() { ["data"] = "fashion-mnist", ["from"] = Path.Combine(served.Outside, "no-data"), ["init"] = "none.safetensors", ["count"] = "10" }, null));
        foreach (string name in new[] { "../x", "/tmp/x", "a/b", "..", ".", "", ".hidden", "a b", "a\\b", "x\0", new string('x', 101), "runs/../../x", "é" })
        {
            await Refusal(served, new() { ["model"] = "scalar", ["out"] = name }, "out");
        }

        // Nothing in a value is read by a shell or taken for an option.
        foreach (string value in new[] { "$(touch pwned)", "`touch pwned`", "; touch pwned", "--force", "@/etc/passwd", "-1 --out /tmp/x" })
        {
            await Refusal(served, new() { ["model"] = "scalar", ["method"] = value }, "method");
            await Refusal(served, new() { ["init"] = value, ["data"] = "fashion-mnist", ["count"] = "10" }, null);
        }

        await served.Refused(HttpMethod.Post, "/api/runs", 400, new { fields = new { eta = 0.1 } });
        await served.Refused(HttpMethod.Post, "/api/runs", 400, new { field = new { eta = "0.1" } });
        Assert.Empty(Directory.GetFileSystemEntries(served.Root));
        Assert.False(File.Exists("pwned"));
        Assert.Equal(["runs"], Directory.GetFileSystemEntries(served.Outside).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_run_is_paused_and_resumed_to_the_trajectory_of_one_that_never_stopped()
    {
        await using ServedFolder served = await ServedFolder.Start();
        Dictionary<string, string> fields = new() { ["model"] = "scalar", ["method"] = "nls", ["iterations"] = Endless, ["sharpness-every"] = "10", ["threads"] = "1", ["checkpoint-every"] = "100000", ["out"] = "a" };
        string folder = Path.Combine(served.Root, await Start(served, fields));
        await RunEndpointTests.Eventually(async () => Lines(await served.Get("/api/curves?run=a&quantity=loss")) > 50);
        Assert.Equal("running", Status(await served.Get("/api/run?run=a")));
        Assert.Contains("going on", await served.Refused(HttpMethod.Post, "/api/run/resume?run=a", 409));
        await served.Refused(HttpMethod.Delete, "/api/run?run=a", 409);
        await Accepted(served, "/api/run/pause?run=a");
        await RunEndpointTests.Eventually(async () => Status(await served.Get("/api/run?run=a")) == "interrupted");
        await RunEndpointTests.Eventually(() => Task.FromResult(!RunRecord.IsInUse(folder)));
        Assert.Contains("not going on", await served.Refused(HttpMethod.Post, "/api/run/pause?run=a", 409));

        long paused = RunRecord.ReadSummary(folder)!.IterationsDone;
        await Accepted(served, $"/api/run/resume?run=a&iterations={paused + 200}");
        await RunEndpointTests.Eventually(async () => Status(await served.Get("/api/run?run=a")) == "finished");
        string whole = Path.Combine(served.Root, await Start(served, new(fields) { ["iterations"] = $"{paused + 200}", ["out"] = "whole" }));
        await RunEndpointTests.Eventually(async () => Status(await served.Get("/api/run?run=whole")) == "finished");
        IReadOnlyList<MetricsLine> expected = RunRecord.ReadMetrics(whole);
        IReadOnlyList<MetricsLine> got = RunRecord.ReadMetrics(folder);
        Assert.Equal(expected.Select(line => (line.Iteration, line.Loss, line.StepSize)), got.Select(line => (line.Iteration, line.Loss, line.StepSize)));
        Assert.Contains("is finished", await served.Refused(HttpMethod.Post, "/api/run/resume?run=a", 400));
        Assert.Equal("finished", Status(await served.Get("/api/run?run=a")));
    }

    [Fact]
    public async Task A_run_outlives_the_server_and_the_next_server_shows_and_pauses_it()
    {
        await using ServedFolder served = await ServedFolder.Start();
        await Start(served, new() { ["model"] = "scalar", ["method"] = "gd", ["eta"] = "0.01", ["iterations"] = Endless, ["threads"] = "1", ["record-every"] = "1000", ["out"] = "a" });
        string folder = Path.Combine(served.Root, "a");
        int process = RunRecord.ProcessAtWork(folder)!.Value;
        Assert.Equal(process, SessionOf(process)); // no terminal's Ctrl-C reaches it
        Assert.NotEqual(SessionOf(Environment.ProcessId), SessionOf(process));
        await served.Restart();
        Assert.True(RunRecord.IsInUse(folder));
        int before = Lines(await served.Get("/api/curves?run=a&quantity=loss"));
        await RunEndpointTests.Eventually(async () => Lines(await served.Get("/api/curves?run=a&quantity=loss")) > before);
        await Accepted(served, "/api/run/pause?run=a");
        await RunEndpointTests.Eventually(async () => Status(await served.Get("/api/run?run=a")) == "interrupted");
    }

    [Fact]
    public async Task A_folder_that_names_another_process_gets_no_signal_sent()
    {
        using Process bystander = Process.Start("sleep", ["60"]);
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        string run = Path.Combine(served.Root, "a");
        using (RunFolder.Open(run))
        {
            foreach (string owner in new[] { $"{bystander.Id}\n", "1\n", "0\n", "-1\n", $"-{bystander.Id}\n", "x\n", string.Empty, "4194304\n" })
            {
                File.WriteAllText(Path.Combine(run, ".lock-owner"), owner);
                Assert.Contains("not one of this machine", await served.Refused(HttpMethod.Post, "/api/run/pause?run=a", 409));
            }
        }

        Assert.False(bystander.HasExited);
        bystander.Kill();
    }

    [Fact]
    public async Task A_killed_run_shows_as_killed_and_is_resumed()
    {
        await using ServedFolder served = await ServedFolder.Start();
        await Start(served, new() { ["model"] = "scalar", ["method"] = "gd", ["eta"] = "0.01", ["iterations"] = Endless, ["threads"] = "1", ["record-every"] = "100", ["checkpoint-every"] = "1000", ["out"] = "a" });
        string folder = Path.Combine(served.Root, "a");
        await RunEndpointTests.Eventually(async () => Lines(await served.Get("/api/curves?run=a&quantity=loss")) > 20);
        using (var process = Process.GetProcessById(RunRecord.ProcessAtWork(folder)!.Value))
        {
            process.Kill();
        }

        await RunEndpointTests.Eventually(async () => (await served.Ids("?where=status%20%3D%20killed")).SequenceEqual(["a"]));
        long end = 100 * (RunRecord.ReadMetrics(folder).Count + 100);
        await Accepted(served, $"/api/run/resume?run=a&iterations={end}");
        await RunEndpointTests.Eventually(async () => Status(await served.Get("/api/run?run=a")) == "finished", 120);

        // What was cut off and written again is not what was read before: the seconds tell.
        JsonElement run = (await served.Get("/api/tail?run=a&quantity=seconds&after=0")).GetProperty("runs")[0];
        Assert.Equal((end / 100) + 1, run.GetProperty("lines").GetInt32());
        double[] seconds = [.. run.GetProperty("curves").GetProperty("seconds").GetProperty("y").EnumerateArray().Select(value => value.GetDouble())];
        double[] expected = [.. RunRecord.ReadMetrics(folder).Select(line => line.Seconds)];
        Assert.Equal(expected.Length, seconds.Length);
        Assert.All(seconds.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-8 * (1 + pair.Second)));
    }

    [Fact]
    public async Task A_form_is_checked_as_it_is_filled_in()
    {
        await using ServedFolder served = await ServedFolder.Start();
        JsonElement table = await served.Get("/api/specification");
        JsonElement[] fields = [.. table.GetProperty("fields").EnumerateArray()];
        Assert.Equal(SpecificationFields.All.Select(field => field.Name), fields.Select(field => field.GetProperty("name").GetString()));
        Assert.Equal(Enum.GetValues<FieldGroup>().Length, table.GetProperty("groups").GetArrayLength());
        Assert.Contains(fields, field => field.GetProperty("name").GetString() == "eta" && field.GetProperty("legal").GetString() == "a number above 0");
        Assert.Equal(
            ["from", "labels", "data-dir", "init", "data-file", "out"],
            fields.Where(field => field.GetProperty("path").GetBoolean()).Select(field => field.GetProperty("name").GetString()));

        JsonElement good = await Check(new() { ["method"] = "nls", ["iterations"] = "7" });
        Assert.True(good.GetProperty("ok").GetBoolean());
        Assert.Equal("7", good.GetProperty("resolved").GetProperty("iterations").GetString());
        Assert.Equal("0.0001", good.GetProperty("resolved").GetProperty("c").GetString());
        Assert.Contains("delta", good.GetProperty("applies").EnumerateArray().Select(name => name.GetString()));
        JsonElement bad = await Check(new() { ["method"] = "gd", ["eta"] = "x", ["iterations"] = "7" });
        Assert.False(bad.GetProperty("ok").GetBoolean());
        Assert.Equal("eta", bad.GetProperty("field").GetString());
        Assert.Equal("eta must be a number above 0, not 'x'", bad.GetProperty("error").GetString());
        Assert.DoesNotContain("delta", bad.GetProperty("applies").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("7", bad.GetProperty("resolved").GetProperty("iterations").GetString());

        async Task<JsonElement> Check(Dictionary<string, string> form)
        {
            using HttpResponseMessage answer = await served.Send(HttpMethod.Post, "/api/specification/check", new { fields = form });
            return await ServedFolder.Json(answer, HttpStatusCode.OK);
        }
    }

    private static async Task<string> Start(ServedFolder served, Dictionary<string, string> fields)
    {
        using HttpResponseMessage answer = await served.Send(HttpMethod.Post, "/api/runs", new { fields });
        return (await ServedFolder.Json(answer, HttpStatusCode.Created)).GetProperty("id").GetString()!;
    }

    private static async Task<string> Refusal(ServedFolder served, Dictionary<string, string> fields, string? blamed, int status = 400)
    {
        using HttpResponseMessage answer = await served.Send(HttpMethod.Post, "/api/runs", new { fields });
        JsonElement json = await ServedFolder.Json(answer, (HttpStatusCode)status);
        if (blamed is not null)
        {
            Assert.Equal(blamed, json.GetProperty("field").GetString());
        }

        string error = json.GetProperty("error").GetString()!;
        Assert.DoesNotContain('\n', error);
        return error;
    }

    private static async Task Accepted(ServedFolder served, string path)
    {
        using HttpResponseMessage answer = await served.Send(HttpMethod.Post, path);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
    }

    private static string Status(JsonElement run) => run.GetProperty("status").GetString()!;

    private static int Lines(JsonElement curves) => curves.GetProperty("runs")[0].GetProperty("lines").GetInt32();

    /// <summary>The session of a process: the fourth field after its name in /proc.</summary>
    private static int SessionOf(int process)
    {
        string status = File.ReadAllText($"/proc/{process}/stat");
        return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture);
    }
}
