using System.Net;
using System.Text.Json;
using Brink.Experiments;

namespace Brink.Server.Tests.Runs;

public sealed class RunEndpointTests
{
    [Fact]
    public async Task A_list_holds_every_run_below_the_folder_in_natural_order_with_what_lists_need()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
        {
            folder.Write("run-10");
            folder.Write("run-2", status: RunStatus.Diverged);
            folder.Write("group/inner/x");
            Directory.CreateDirectory(Path.Combine(folder.Root, ".hidden"));
            folder.Write(".hidden/y");
            using var theory = TheoryFolder.Create(Path.Combine(folder.Root, "theory"), "minimalist", new { Lambda1 = 1 }, force: false);
        });
        JsonElement answer = await served.Get("/api/runs");
        JsonElement[] runs = [.. answer.GetProperty("runs").EnumerateArray()];
        Assert.Equal(["group/inner/x", "run-2", "run-10"], runs.Select(run => run.GetProperty("id").GetString()));
        Assert.Equal(("x", "group/inner"), (runs[0].GetProperty("name").GetString(), runs[0].GetProperty("group").GetString()));
        Assert.Equal("diverged", runs[1].GetProperty("status").GetString());
        Assert.Equal("0.1", runs[2].GetProperty("specification").GetProperty("eta").GetString());
        Assert.Equal(1.0 / 20, runs[2].GetProperty("summary").GetProperty("final_loss").GetDouble());
        Assert.True(DateTime.UtcNow - runs[2].GetProperty("modified").GetDateTime() < TimeSpan.FromMinutes(1));
        string[] fields = [.. answer.GetProperty("fields").EnumerateArray().Select(field => field.GetProperty("name").GetString()!)];
        Assert.Equal(RunField.All.Select(field => field.Name), fields);
    }

    [Fact]
    public async Task A_list_is_filtered_and_sorted_by_the_language_of_the_command_line()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
        {
            folder.Write("a", 5);
            folder.Write("b", 50);
            folder.Write("c", 20, change: specification => specification.Without("eta").With("method", "nls"));
            RunTags.Write(Path.Combine(folder.Root, "c"), ["paper", "figure 3"]);
        });
        Assert.Equal(["b", "c", "a"], await served.Ids("?sort=final_loss"));
        Assert.Equal(["a", "b"], await served.Ids("?where=method%20%3D%20gd"));
        Assert.Equal(["b"], await served.Ids("?where=method%20%3D%20gd%20and%20final_loss%20%3C%200.1"));
        Assert.Equal(["c"], await served.Ids("?where=tags%20~%20paper"));
        Assert.Equal(["a", "b"], await served.Ids("?where=tags%20%3D%20none"));
        Assert.Equal(["b"], await served.Ids("?where=run%20~%20b"));
        Assert.Contains("did you mean 'method'", await served.Refused(HttpMethod.Get, "/api/runs?where=methd%20%3D%20gd", 400));
        Assert.Contains("is no order", await served.Refused(HttpMethod.Get, "/api/runs?sort=a%20b%20c", 400));
        await served.Refused(HttpMethod.Get, "/api/runs?where=" + string.Concat(Enumerable.Repeat("not%20", 10_000)) + "method%3Dgd", 400);
    }

    [Fact]
    public async Task A_list_follows_what_happens_to_the_folders()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        Assert.Equal(["a"], await served.Ids());
        served.Write("b/c");
        RunTags.Write(Path.Combine(served.Root, "a"), ["new"]);
        await Eventually(async () => (await served.Ids()).SequenceEqual(["a", "b/c"]));
        await Eventually(async () => (await served.Ids("?where=tags%20~%20new")).SequenceEqual(["a"]));
        Directory.Move(Path.Combine(served.Root, "a"), Path.Combine(served.Root, "d"));
        Directory.Delete(Path.Combine(served.Root, "b"), recursive: true);
        await Eventually(async () => (await served.Ids()).SequenceEqual(["d"]));
        File.Delete(Path.Combine(served.Root, "d", "spec.json"));
        await Eventually(async () => (await served.Ids()).Length == 0);
    }

    [Fact]
    public async Task A_run_tells_its_environment_log_levels_and_verdicts()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
        {
            folder.Write("a");
            folder.Write(
                "search",
                change: s => new Specification { Data = "fashion-mnist", Network = "mlp", Method = "nls", Loss = "mse", SegmentSmoothnessEvery = 1, Out = s.Out }.Resolve(10),
                line: k => ServedFolder.Line(k) with { SegmentSmoothness = [1, 2, 3, 4, 5, 6, 7, 8, 9], StepSmoothness = 12, SegmentResolution = 1e-9, GradientCurvature = 3 },
                summarise: s => s with { Outputs = 10, EdgeThreshold = null });
        });
        JsonElement run = await served.Get("/api/run?run=a");
        Assert.Equal("test", run.GetProperty("environment").GetProperty("brink").GetString());
        Assert.EndsWith("begun", Assert.Single(run.GetProperty("log").EnumerateArray().ToArray()).GetString());
        JsonElement edge = run.GetProperty("levels").GetProperty("edge");
        Assert.Equal(("sharpness", 20.0, "2/η"), (edge.GetProperty("quantity").GetString(), edge.GetProperty("value").GetDouble(), edge.GetProperty("formula").GetString()));
        Assert.False(run.GetProperty("levels").TryGetProperty("flattest_sharpness", out _));
        Assert.Equal(0, run.GetProperty("verdicts").GetArrayLength());

        JsonElement search = await served.Get("/api/run?run=search");
        JsonElement levels = search.GetProperty("levels");
        Assert.Equal(0.2, levels.GetProperty("flattest_sharpness").GetDouble(), 1e-9); // 2/K
        Assert.Equal(1e-4, levels.GetProperty("sufficient_decrease").GetDouble(), 1e-12);
        Assert.False(levels.TryGetProperty("edge", out _));
        IReadOnlyList<Brink.Theory.Verdict> expected = StepVerdicts.OfRun(Path.Combine(served.Root, "search"), RunRecord.ReadSpecification(Path.Combine(served.Root, "search")));
        Assert.NotEmpty(expected);
        Assert.Equal(
            expected.Select(verdict => (verdict.Theorem, verdict.Claim, verdict.Measured)),
            search.GetProperty("verdicts").EnumerateArray().Select(v => (v.GetProperty("theorem").GetString()!, v.GetProperty("claim").GetString()!, v.GetProperty("measured").GetString()!)));
    }

    [Fact]
    public async Task Tags_are_set_kept_in_the_folder_and_refused_where_they_are_none()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        using HttpResponseMessage set = await served.Send(HttpMethod.Put, "/api/run/tags?run=a", new { tags = new[] { "b", "a", "b", "größer als λ₁" } });
        JsonElement row = await ServedFolder.Json(set, HttpStatusCode.OK);
        Assert.Equal(["a", "b", "größer als λ₁"], row.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal(["a", "b", "größer als λ₁"], RunTags.Read(Path.Combine(served.Root, "a")));
        foreach (string tag in new[] { "", " a", "a,b", "a\nb", new string('x', 65) })
        {
            Assert.Contains("can be no tag", await served.Refused(HttpMethod.Put, "/api/run/tags?run=a", 400, new { tags = new[] { tag } }));
        }

        await served.Refused(HttpMethod.Put, "/api/run/tags?run=a", 400, new { tags = Enumerable.Range(0, 33).Select(i => $"{i}").ToArray() });
        Assert.Equal(3, RunTags.Read(Path.Combine(served.Root, "a")).Count);
        using HttpResponseMessage none = await served.Send(HttpMethod.Put, "/api/run/tags?run=a", new { tags = Array.Empty<string>() });
        Assert.Equal(HttpStatusCode.OK, none.StatusCode);
        Assert.Empty(RunTags.Read(Path.Combine(served.Root, "a")));
    }

    [Fact]
    public async Task A_run_is_deleted_with_its_own_files_and_no_others_and_not_while_it_goes_on()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
        {
            folder.Write("a");
            string b = folder.Write("b");
            RunTags.Write(b, ["x"]);
            Directory.CreateDirectory(RunFiles.Checkpoints(b));
            File.WriteAllText(Path.Combine(RunFiles.Checkpoints(b), "step-000000001.safetensors"), "x");
            File.WriteAllText(Path.Combine(folder.Write("c"), "notes.md"), "mine");
        });
        using (RunFolder.Open(Path.Combine(served.Root, "a")))
        {
            Assert.Contains("is in use", await served.Refused(HttpMethod.Delete, "/api/run?run=a", 409));
        }

        foreach (string id in new[] { "b", "c" })
        {
            using HttpResponseMessage answer = await served.Send(HttpMethod.Delete, "/api/run?run=" + id);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        Assert.False(Directory.Exists(Path.Combine(served.Root, "b")));
        Assert.Equal(["notes.md"], Directory.GetFileSystemEntries(Path.Combine(served.Root, "c")).Select(Path.GetFileName));
        Assert.Equal(["a"], await served.Ids());
        await served.Refused(HttpMethod.Delete, "/api/run?run=b", 404);
    }

    [Fact]
    public async Task One_run_folder_can_be_served_by_itself()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        await served.Restart(options => options with { Root = Path.Combine(served.Root, "a") });
        Assert.Equal(["a"], await served.Ids());
        Assert.Equal("a", (await served.Get("/api/run?run=a")).GetProperty("id").GetString());
        await served.Refused(HttpMethod.Get, "/api/run?run=b", 404);
        Assert.False((await served.Get("/api/info")).GetProperty("can_start").GetBoolean());
    }

    [Fact]
    public async Task A_server_that_is_killed_and_started_again_knows_all_that_it_knew()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
        {
            folder.Write("a");
            folder.Write("b/c");
            RunTags.Write(Path.Combine(folder.Root, "a"), ["kept"]);
        });
        string list = (await served.Get("/api/runs")).GetRawText();
        string details = (await served.Get("/api/run?run=a")).GetRawText();
        string curves = (await served.Get("/api/curves?run=a&run=b/c&quantity=loss,sharpness")).GetProperty("runs")[0].GetProperty("curves").GetRawText();
        await served.Restart();
        Assert.Equal(list, (await served.Get("/api/runs")).GetRawText());
        Assert.Equal(details, (await served.Get("/api/run?run=a")).GetRawText());
        Assert.Equal(curves, (await served.Get("/api/curves?run=a&run=b/c&quantity=loss,sharpness")).GetProperty("runs")[0].GetProperty("curves").GetRawText());
    }

    internal static async Task Eventually(Func<Task<bool>> holds, int seconds = 20)
    {
        for (int i = 0; i < seconds * 10; i++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail("it never came to be");
    }
}
