using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Brink.Viewer.Tests;

/// <summary>Runs that are started from the page and move while they train, and a page whose server goes away.</summary>
[Collection(Pages.Name)]
public sealed class LiveTests(Browser browser)
{
    [Fact]
    public async Task A_run_started_from_the_page_moves_while_it_trains_pauses_resumes_and_finishes()
    {
        Assert.SkipWhen(Browser.Program is null, Browser.Missing);
        await using ServedRuns own = new();
        await own.Serve();
        await using Visit visit = await browser.Visit("#/start", own);
        IPage page = visit.Page;
        await page.Locator("#field-model").SelectOptionAsync("scalar");
        await page.Locator("#field-method").SelectOptionAsync("gd");
        await Expect(page.Locator("#field-data")).ToHaveCountAsync(0);

        // The message of the command line, beside the field.
        await page.Locator("#field-eta").FillAsync("-1");
        await Expect(page.Locator("#field-eta-error")).ToContainTextAsync("above 0");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true })).ToBeDisabledAsync();
        await page.Locator("#field-eta").FillAsync("0.3");
        await Expect(page.Locator("#field-eta-error")).ToHaveCountAsync(0);

        await page.Locator("#field-iterations").FillAsync("40000");
        await page.Locator("#field-checkpoint-every").FillAsync("500");
        await page.Locator("summary", new() { HasText = "Measurements" }).ClickAsync();
        await page.Locator("#field-sharpness-every").FillAsync("1");
        await Expect(page.Locator("code.command")).ToHaveTextAsync(new Regex("--model scalar .*--iterations 40000"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("#/run\\?run="), new() { Timeout = 60_000 });
        string id = Uri.UnescapeDataString(new Regex("run=([^&]+)").Match(page.Url).Groups[1].Value);
        string folder = Path.Combine(own.Root, id);
        await Expect(page.Locator(".status.running").First).ToBeVisibleAsync();
        await visit.HasCurves("Sharpness", 1);
        double first = (await visit.ReadEnd("Sharpness")).X;

        // What is recorded now is on the page soon; how soon is said, and judged generously: the machine trains beside it.
        int recorded = RecordedRun.Lines(folder).Count;
        Stopwatch watch = Stopwatch.StartNew();
        double shown = first;
        while (shown < recorded - 1 && watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            shown = (await visit.ReadEnd("Sharpness")).X;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"line {recorded} was on the page {watch.Elapsed.TotalSeconds:0.00} s after it was read from the file");
        Assert.True(shown >= recorded - 1, $"the page shows iteration {shown} of {recorded} recorded lines");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        await Expect(page.GetByText(new Regex("^iteration [1-9]\\d*")).First).ToBeVisibleAsync(); // no checkpoint's, the last line's

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator(".status.interrupted").First).ToBeVisibleAsync();
        Assert.Equal("interrupted", RecordedRun.Status(folder));
        await visit.Shoot("paused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.Locator(".status.running").First).ToBeVisibleAsync();
        await Expect(page.Locator(".status.finished").First).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pause" })).ToHaveCountAsync(0);
        await Expect(page.Locator("figure.chart").First).ToBeVisibleAsync();
        Assert.Equal(40000, (await visit.ReadEnd("Sharpness")).X);
        Assert.Equal(40001, RecordedRun.Lines(folder).Count);
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_page_whose_server_is_killed_says_so_and_comes_back_by_itself()
    {
        Assert.SkipWhen(Browser.Program is null, Browser.Missing);
        await using ServedRuns own = new();
        await own.Train("before", "--model scalar --method gd --eta 0.1 --iterations 5");
        await own.Serve();
        await using Visit visit = await browser.Visit("#/runs", own);
        ILocator rows = visit.Page.Locator("table.list tbody th[scope=row]");
        await Expect(rows).ToHaveTextAsync(["before"]);
        await Expect(visit.Page.Locator(".connection.connected")).ToBeVisibleAsync();
        own.Kill();
        await Expect(visit.Page.Locator(".connection.disconnected")).ToBeVisibleAsync();
        await own.Train("meanwhile", "--model scalar --method gd --eta 0.2 --iterations 5");
        await own.Serve();
        await Expect(visit.Page.Locator(".connection.connected")).ToBeVisibleAsync();
        await Expect(rows.Filter(new() { HasText = "meanwhile" })).ToBeVisibleAsync();
        visit.IsQuiet("ERR_");
    }
}
