using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Brink.Viewer.Tests;

/// <summary>The form of a report, filled with what the server says of real runs, opened from disk with the network off.</summary>
[Collection(Pages.Name)]
public sealed class ReportFormTests(Browser browser)
{
    private static readonly string[] Ids = ["scalar/gd", "scalar/nls"];

    [Fact]
    public async Task It_shows_everything_from_a_file_without_a_network()
    {
        Assert.SkipWhen(Browser.Program is null, "no Chromium on this machine");
        string file = Path.Combine(browser.Runs.Root, "report.html");
        await File.WriteAllTextAsync(file, await Fill(), TestContext.Current.CancellationToken);
        foreach ((string kind, ColorScheme scheme) in new[] { ("light", ColorScheme.Light), ("dark", ColorScheme.Dark) })
        {
            await using Visit visit = await browser.VisitFile(file, scheme);
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Steps </script> & edges");
            await visit.HasCurves("Training loss", 2);
            await visit.HasCurves("Trace of the Hessian", 1);
            JsonElement last = RecordedRun.Lines(Path.Combine(browser.Runs.Root, "scalar/gd"))[^1];
            Assert.Equal(last.GetProperty("sharpness").GetDouble(), (await visit.ReadEnd("Sharpness")).Values["gd"], 1e-2);
            await Expect(visit.Page.Locator("table", new() { HasText = "Theorem 1" })).ToContainTextAsync("the claim");
            Assert.True(await visit.Page.Locator("figure.drawn img").EvaluateAsync<bool>("(image) => image.complete && image.naturalWidth > 0"));

            // Nothing that only a server can do.
            await Expect(visit.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Delete|Pause|tag") })).ToHaveCountAsync(0);
            await visit.Page.GetByLabel("seconds").First.CheckAsync();
            await Expect(visit.Plot("Training loss")).ToHaveAttributeAsync("aria-label", new Regex("over seconds, 2 curves"));
            await visit.Page.GetByRole(AriaRole.Link, new() { Name = "gd" }).First.ClickAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "gd", Exact = true })).ToBeVisibleAsync();
            await visit.Page.GoBackAsync();
            await visit.HasCurves("Training loss", 2);
            await visit.Page.WaitForTimeoutAsync(300);
            await visit.Shoot($"report-{kind}");
            await visit.IsAccessible();
            visit.IsQuiet();
            Assert.DoesNotContain(visit.Requested, address => !address.StartsWith("file:", StringComparison.Ordinal) && !address.StartsWith("data:", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task On_paper_it_is_light()
    {
        Assert.SkipWhen(Browser.Program is null, "no Chromium on this machine");
        string file = Path.Combine(browser.Runs.Root, "printed.html");
        await File.WriteAllTextAsync(file, await Fill(), TestContext.Current.CancellationToken);
        await using Visit visit = await browser.VisitFile(file, ColorScheme.Dark);
        await visit.HasCurves("Training loss", 2);
        await visit.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await Expect(visit.Page.Locator(".controls").First).ToBeHiddenAsync();
        await visit.Page.WaitForTimeoutAsync(300);
        await visit.Shoot("report-print");
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_form_without_data_says_what_it_is()
    {
        await using Visit visit = await browser.VisitFile(Path.Combine(Repository.Root, "src/Brink.Server/wwwroot/report.html"));
        await Expect(visit.Page.Locator("#app")).ToContainTextAsync("holds no data");
        visit.IsQuiet();
    }

    /// <summary>The form with the data that the contract of a report names, each part as the server's API gives it.</summary>
    private async Task<string> Fill()
    {
        using HttpClient client = new() { BaseAddress = new Uri(browser.Runs.Url) };
        async Task<JsonNode> Get(string path) => JsonNode.Parse(await client.GetStringAsync("api/" + path, TestContext.Current.CancellationToken))!;
        JsonArray quantities = (JsonArray)await Get("quantities");
        string names = string.Join("&", quantities.Select(one => "quantity=" + one!["name"]));
        string runs = string.Join("&", Ids.Select(id => "run=" + Uri.EscapeDataString(id)));
        JsonObject curves = [];
        foreach (string x in new[] { "iteration", "evaluations", "seconds" })
        {
            curves[x] = (await Get($"curves?{runs}&{names}&x={x}&pixels=1200"))["runs"]!.DeepClone();
        }

        JsonArray details = [];
        foreach (string id in Ids)
        {
            details.Add((await Get($"run?run={Uri.EscapeDataString(id)}")).DeepClone());
        }

        JsonObject data = new()
        {
            ["title"] = "Steps </script> & edges",
            ["subtitle"] = "two runs on the scalar network",
            ["created"] = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture),
            ["version"] = "0.1.0",
            ["info"] = new JsonObject(),
            ["runs"] = details,
            ["quantities"] = quantities,
            ["curves"] = curves,
            ["spectra"] = new JsonObject { [Ids[0]] = (await Get($"spectrum?run={Uri.EscapeDataString(Ids[0])}&columns=200")).DeepClone() },
            ["reproduction"] = new JsonObject
            {
                ["heading"] = "A figure",
                ["title"] = "Large steps",
                ["paper"] = "a paper",
                ["about"] = "what it is about",
                ["claims"] = new JsonArray(new JsonObject { ["outcome"] = "holds", ["theorem"] = "Theorem 1", ["claim"] = "the claim", ["source"] = "§2", ["measured"] = "0.5", ["trajectories"] = new JsonArray() }),
                ["figures"] = new JsonArray(new JsonObject { ["caption"] = "A circle", ["svg"] = "<svg xmlns='http://www.w3.org/2000/svg' width='80' height='40'><circle cx='20' cy='20' r='9' fill='#0072b2'/></svg>" }),
                ["grid"] = new JsonArray(),
                ["trajectories"] = new JsonArray(),
            },
        };
        string json = data.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).Replace("<", "\\u003c", StringComparison.Ordinal);
        string[] form = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "src/Brink.Server/wwwroot/report.html"), TestContext.Current.CancellationToken);
        int place = Array.FindIndex(form, line => line.Trim() == "<!-- brink-report -->");
        Assert.True(place >= 0, "the form has lost the line that data replace");
        form[place] = $"<script type=\"application/json\" id=\"brink-report\">{json}</script>";
        return string.Join('\n', form);
    }
}
