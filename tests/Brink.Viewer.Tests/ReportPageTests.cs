using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Brink.Viewer.Tests;

/// <summary>A report of real runs, opened from disk with the network off.</summary>
[Collection(Pages.Name)]
public sealed class ReportPageTests(Browser browser)
{
    private const string Title = "Steps </script> & edges";

    [Fact]
    public async Task It_shows_everything_from_a_file_without_a_network()
    {
        string file = await Write("report.html");
        foreach ((string kind, ColorScheme scheme) in new[] { ("light", ColorScheme.Light), ("dark", ColorScheme.Dark) })
        {
            await using Visit visit = await browser.VisitFile(file, scheme);
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Title);
            await visit.HasCurves("Training loss", 2);
            await visit.HasCurves("Trace of the Hessian", 1);
            JsonElement last = RecordedRun.Lines(Path.Combine(browser.Runs.Root, "scalar/gd"))[^1];
            double wanted = last.GetProperty("sharpness").GetDouble();
            Assert.Equal(wanted, (await visit.ReadEnd("Sharpness")).Values["gd"], 1e-3 * wanted);

            // Nothing that only a server can do.
            await Expect(visit.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Delete|Pause|tag") })).ToHaveCountAsync(0);
            await visit.Page.GetByLabel("seconds").First.CheckAsync();
            await Expect(visit.Plot("Training loss")).ToHaveAttributeAsync("aria-label", new Regex("over seconds, 2 curves"));
            await visit.Page.GetByLabel("iteration").First.CheckAsync();
            await visit.Page.GetByRole(AriaRole.Link, new() { Name = "gd", Exact = true }).First.ClickAsync();
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
        string file = await Write("printed.html");
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

    private async Task<string> Write(string name)
    {
        Assert.SkipWhen(Browser.Program is null, Browser.Missing);
        string file = Path.Combine(browser.Runs.Root, name);
        await browser.Runs.Command("report", Path.Combine(browser.Runs.Root, "scalar/gd"), Path.Combine(browser.Runs.Root, "scalar/nls"), "--title", Title, "--out", file);
        return file;
    }
}
