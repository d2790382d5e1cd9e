using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Brink.Experiments;

namespace Brink.Server.Tests.Curves;

public sealed class CurveEndpointTests
{
    [Fact]
    public async Task Every_quantity_has_what_a_picture_needs()
    {
        await using ServedFolder served = await ServedFolder.Start();
        JsonElement[] quantities = [.. (await served.Get("/api/quantities")).EnumerateArray()];
        Assert.Equal(Quantity.All.Count, quantities.Select(quantity => quantity.GetProperty("name").GetString()).Distinct().Count());
        Assert.All(quantities, quantity =>
        {
            Assert.NotEmpty(quantity.GetProperty("title").GetString()!);
            Assert.NotEmpty(quantity.GetProperty("symbol").GetString()!);
            Assert.NotEmpty(quantity.GetProperty("group").GetString()!);
            Assert.True(quantity.GetProperty("logarithmic").ValueKind is JsonValueKind.True or JsonValueKind.False);
        });
    }

    [Fact]
    public async Task Short_curves_are_the_recorded_numbers_over_any_axis()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", 4));
        JsonElement answer = await served.Get("/api/curves?run=a&quantity=loss,sharpness&quantity=eta_sharpness,trace");
        Assert.Equal("iteration", answer.GetProperty("x").GetString());
        JsonElement run = answer.GetProperty("runs")[0];
        Assert.Equal(4, run.GetProperty("lines").GetInt32());
        Assert.Equal([0, 3], Numbers(run.GetProperty("extent")));
        JsonElement curves = run.GetProperty("curves");
        Assert.Equal([1, 0.5, 0.333333333, 0.25], Numbers(curves.GetProperty("loss").GetProperty("y")));
        Assert.Equal([0, 2], Numbers(curves.GetProperty("sharpness").GetProperty("x")));
        Assert.Equal([10, 12], Numbers(curves.GetProperty("sharpness").GetProperty("y")));
        Assert.Equal([1, 1.2], Numbers(curves.GetProperty("eta_sharpness").GetProperty("y")));
        Assert.False(curves.TryGetProperty("trace", out _));
        Assert.False(curves.GetProperty("loss").TryGetProperty("low", out _));
        Assert.Equal("[0,4,8,12]", (await Axis("evaluations")).GetRawText());
        Assert.Equal("[0,0.5,1,1.5]", (await Axis("seconds")).GetRawText());

        async Task<JsonElement> Axis(string axis) =>
            (await served.Get($"/api/curves?run=a&quantity=loss&x={axis}")).GetProperty("runs")[0].GetProperty("curves").GetProperty("loss").GetProperty("x");
    }

    [Fact]
    public async Task A_range_is_given_with_one_point_on_either_side_and_finer_than_the_whole()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", 5000, k => ServedFolder.Line(k) with { Loss = k % 2 == 0 ? -k : k }));
        JsonElement whole = Loss(await served.Get("/api/curves?run=a&quantity=loss&pixels=100"));
        Assert.Equal(100, whole.GetProperty("x").GetArrayLength());
        Assert.Equal(-4998, Numbers(whole.GetProperty("low")).Min());
        Assert.Equal(4999, Numbers(whole.GetProperty("high")).Max());
        JsonElement part = Loss(await served.Get("/api/curves?run=a&quantity=loss&pixels=100&from=1000&to=1010"));
        Assert.Equal([.. Enumerable.Range(999, 13).Select(k => (double)k)], Numbers(part.GetProperty("x")));
        Assert.Empty(Numbers(Loss(await served.Get("/api/curves?run=a&quantity=loss&from=6000&to=5000")).GetProperty("x")).Skip(2));

        static JsonElement Loss(JsonElement answer) => answer.GetProperty("runs")[0].GetProperty("curves").GetProperty("loss");
    }

    [Fact]
    public async Task A_tail_continues_what_is_known_and_a_resumed_run_has_another_revision()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", 10));
        JsonElement first = (await served.Get("/api/curves?run=a&quantity=loss")).GetProperty("runs")[0];
        using RunFolder run = RunFolder.Open(Path.Combine(served.Root, "a"));
        for (int k = 10; k < 15; k++)
        {
            run.Append(ServedFolder.Line(k));
        }

        JsonElement tail = (await served.Get($"/api/tail?run=a&quantity=loss,sharpness&after={first.GetProperty("lines").GetInt32()}")).GetProperty("runs")[0];
        Assert.Equal(15, tail.GetProperty("lines").GetInt32());
        Assert.Equal(first.GetProperty("revision").GetInt32(), tail.GetProperty("revision").GetInt32());
        Assert.Equal([10, 11, 12, 13, 14], Numbers(tail.GetProperty("curves").GetProperty("loss").GetProperty("x")));
        Assert.Equal([10, 12, 14], Numbers(tail.GetProperty("curves").GetProperty("sharpness").GetProperty("x")));
        run.CutBackTo(5);
        tail = (await served.Get("/api/tail?run=a&quantity=loss&after=15")).GetProperty("runs")[0];
        Assert.Equal(5, tail.GetProperty("lines").GetInt32());
        Assert.NotEqual(first.GetProperty("revision").GetInt32(), tail.GetProperty("revision").GetInt32());
        Assert.Empty(Numbers(tail.GetProperty("curves").GetProperty("loss").GetProperty("x")));
    }

    [Fact]
    public async Task What_is_not_finite_is_null()
    {
        await using ServedFolder served = await ServedFolder.Start(folder =>
            folder.Write("a", 3, k => ServedFolder.Line(k) with { Loss = k == 1 ? double.NaN : k == 2 ? double.PositiveInfinity : 1 }));
        JsonElement y = (await served.Get("/api/curves?run=a&quantity=loss")).GetProperty("runs")[0].GetProperty("curves").GetProperty("loss").GetProperty("y");
        Assert.Equal("[1,null,null]", y.GetRawText());
    }

    [Theory]
    [InlineData("/api/curves?run=a", "at least one quantity")]
    [InlineData("/api/curves?quantity=loss", "at least one run")]
    [InlineData("/api/curves?run=a&quantity=los", "did you mean 'loss'")]
    [InlineData("/api/curves?run=a&quantity=loss&x=y", "iteration, evaluations or seconds")]
    [InlineData("/api/curves?run=a&quantity=loss&pixels=0", "pixels must be")]
    [InlineData("/api/curves?run=a&quantity=loss&pixels=1e9", "pixels must be")]
    [InlineData("/api/curves?run=a&quantity=loss&from=NaN", "from must be a number")]
    [InlineData("/api/tail?run=a&quantity=loss&after=-1", "after must be")]
    [InlineData("/api/spectrum?run=a&columns=x", "columns must be")]
    public async Task A_request_that_makes_no_sense_is_one_line(string path, string says)
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a"));
        Assert.Contains(says, await served.Refused(HttpMethod.Get, path, 400));
    }

    [Fact]
    public async Task A_spectrum_is_thinned_and_holds_what_the_lines_hold()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write(
            "a",
            100,
            k => ServedFolder.Line(k) with
            {
                Eigenvalues = k % 2 == 0 ? [k, k - 1] : null,
                SmallestEigenvalues = k % 4 == 0 ? [-k] : null,
                Trace = k % 10 == 0 ? 3 * k : null,
                TraceStandardError = k % 10 == 0 ? 0.5 : null,
                GradientNorms = k % 5 == 0 ? new Dictionary<string, double> { ["0.weight"] = 3, ["0.bias"] = 4, ["2.weight"] = k, ["2.bias"] = 7 } : null,
                LastBiasGradientNorm = k % 5 == 0 ? 7 : null,
                LastBiasGradientRatio = k % 5 == 0 ? 1.4 : null,
            },
            summarise: summary => summary with { Outputs = 10 }));
        JsonElement all = await served.Get("/api/spectrum?run=a&columns=1000");
        Assert.Equal([.. Enumerable.Range(0, 50).Select(i => 2.0 * i)], Numbers(all.GetProperty("iterations")));
        Assert.Equal([10, 9], Numbers(all.GetProperty("eigenvalues")[5]));
        Assert.Equal([-8], Numbers(all.GetProperty("smallest")[4]));
        Assert.Empty(Numbers(all.GetProperty("smallest")[5]));
        Assert.Equal([0, 30, 60, 90, 120, 150, 180, 210, 240, 270], Numbers(all.GetProperty("trace").GetProperty("values")));
        JsonElement layers = all.GetProperty("layers");
        Assert.Equal("[\"0\",\"2\"]", layers.GetProperty("names").GetRawText());
        Assert.All(Numbers(layers.GetProperty("norms")[0]), norm => Assert.Equal(5, norm)); // √(3² + 4²)
        Assert.Equal(Numbers(layers.GetProperty("iterations")), Numbers(layers.GetProperty("norms")[1])); // the last bias is apart
        Assert.All(Numbers(layers.GetProperty("last_bias")), norm => Assert.Equal(7, norm));
        JsonElement few = await served.Get("/api/spectrum?run=a&columns=7");
        Assert.Equal(7, few.GetProperty("iterations").GetArrayLength());
        Assert.Equal(98, Numbers(few.GetProperty("iterations"))[^1]);
        Assert.Equal(7, few.GetProperty("eigenvalues").GetArrayLength());
    }

    [Fact]
    public async Task The_density_comes_with_the_edges_of_its_rows()
    {
        // Of one bin a decade from 0.1 to 1 on both sides: three rows; a line of four was written by another specification.
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write(
            "a",
            9,
            k => ServedFolder.Line(k) with { Density = k switch { 0 or 4 => [0.25, 0.5, 0.25], 8 => [0, 1, 0], 6 => [0.25, 0.25, 0.25, 0.25], _ => null } },
            change: specification => specification with { DensityEvery = 4, DensityRange = [0.1, 0.2], DensityBins = 1 }));
        JsonElement density = (await served.Get("/api/spectrum?run=a")).GetProperty("density");
        Assert.Equal([0, 4, 8], Numbers(density.GetProperty("iterations")));
        Assert.Equal("[[0.25,0.5,0.25],[0.25,0.5,0.25],[0,1,0]]", density.GetProperty("values").GetRawText());
        Assert.Equal(0.1, density.GetProperty("least").GetDouble());
        double half = 0.2 * Math.Sinh(0.5 * Math.Log(10));
        Assert.Equal([-half, half], Numbers(density.GetProperty("edges"))[1..3], (a, b) => Math.Abs(a - b) < 1e-8);
        Assert.Equal(4, density.GetProperty("edges").GetArrayLength());
    }

    [Fact]
    public async Task Where_no_eigenvalues_were_followed_the_sharpness_is_the_fan()
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", 5));
        JsonElement spectrum = await served.Get("/api/spectrum?run=a");
        Assert.Equal([0, 2, 4], Numbers(spectrum.GetProperty("iterations")));
        Assert.Equal("[[10],[12],[14]]", spectrum.GetProperty("eigenvalues").GetRawText());
        Assert.False(spectrum.TryGetProperty("layers", out _));
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Answers_are_compressed(string encoding)
    {
        await using ServedFolder served = await ServedFolder.Start(folder => folder.Write("a", 1000));
        string plain = (await served.Get("/api/curves?run=a&quantity=loss&pixels=500")).GetRawText();
        using HttpResponseMessage answer = await served.Send(HttpMethod.Get, "/api/curves?run=a&quantity=loss&pixels=500", null, ("Accept-Encoding", encoding));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(bytes.Length < 0.75 * plain.Length, $"{bytes.Length} of {plain.Length}");
        await using Stream stream = encoding == "br" ? new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress) : new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        Assert.Equal(plain, await new StreamReader(stream).ReadToEndAsync());

        // What a page asks for four times a second is short, and goes as it is.
        using HttpResponseMessage tail = await served.Send(HttpMethod.Get, "/api/tail?run=a&quantity=loss&after=990", null, ("Accept-Encoding", encoding));
        Assert.Empty(tail.Content.Headers.ContentEncoding);
        Assert.Equal(1000, (await ServedFolder.Json(tail, HttpStatusCode.OK)).GetProperty("runs")[0].GetProperty("lines").GetInt32());

        // A failure is one too, and says so rightly.
        using HttpResponseMessage error = await served.Send(HttpMethod.Get, "/api/run?run=none", null, ("Accept-Encoding", encoding));
        Assert.Equal(HttpStatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Many_requests_leave_the_memory_as_it_was()
    {
        await using ServedFolder served = await ServedFolder.Start(
            folder =>
            {
                for (int n = 0; n < 8; n++)
                {
                    folder.Write($"{n}", 2000);
                }
            },
            options => options with { CacheBytes = 1 << 20 });
        async Task Ask(int times)
        {
            for (int i = 0; i < times; i++)
            {
                string all = string.Concat(Enumerable.Range(0, 8).Select(n => $"&run={n}"));
                foreach (string path in new[] { "/api/runs", $"/api/run?run={i % 8}", $"/api/curves?quantity=loss,sharpness{all}", $"/api/spectrum?run={i % 8}" })
                {
                    using HttpResponseMessage answer = await served.Send(HttpMethod.Get, path);
                    await answer.Content.CopyToAsync(Stream.Null);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                }
            }
        }

        await Ask(30);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await Ask(150);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.True(after - before < 4 << 20, $"{before >> 10} kB before, {after >> 10} kB after 600 requests more");
        Assert.InRange(served.Server.Cache.Bytes, 1, 1 << 20);
    }

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];
}
