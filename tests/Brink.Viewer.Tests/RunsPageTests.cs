using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Brink.Viewer.Tests;

/// <summary>The list of runs.</summary>
[Collection(Pages.Name)]
public sealed class RunsPageTests(Browser browser)
{
    [Fact]
    public async Task Every_run_is_listed_and_search_where_sort_and_groups_say_which_come_where()
    {
        await using Visit visit = await browser.Visit();
        IPage page = visit.Page;
        ILocator rows = page.Locator("table.list tbody th[scope=row]");
        foreach (string id in new[] { "scalar/gd", "scalar/nls", "minimalist/gd" })
        {
            await Expect(rows.Filter(new() { HasText = id })).ToHaveCountAsync(1);
        }

        await page.GetByLabel("search").FillAsync("minimalist");
        await Expect(rows).ToHaveTextAsync(["minimalist/gd"]);
        await page.GetByLabel("search").FillAsync("");

        ILocator where = page.Locator("input[list=where-fields]");
        await where.FillAsync("method = nls");
        await where.PressAsync("Enter");
        await Expect(rows).ToHaveTextAsync(["scalar/nls"]);
        await where.FillAsync("mehtod = nls");
        await where.PressAsync("Enter");
        await Expect(page.Locator("#where-problem")).ToContainTextAsync("mehtod");
        await Expect(page.Locator("#where-problem")).ToContainTextAsync("method");
        await where.FillAsync("model = scalar");
        await where.PressAsync("Enter");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(page.Locator("#where-problem")).ToBeEmptyAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "method" }).ClickAsync();
        await Expect(rows).ToHaveTextAsync(["scalar/gd", "scalar/nls"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "method" }).ClickAsync();
        await Expect(rows).ToHaveTextAsync(["scalar/nls", "scalar/gd"]);

        await page.GetByLabel("group by").SelectOptionAsync("method");
        await Expect(page.Locator("tr.group")).ToHaveCountAsync(2);

        // All of it stands in the address: the page as another reader gets it.
        await using Visit shared = await browser.Visit(new Uri(page.Url).Fragment);
        await Expect(shared.Page.Locator("table.list tbody th[scope=row]")).ToHaveTextAsync(["scalar/gd", "scalar/nls"], new() { Timeout = 10_000 });
        visit.IsQuiet("400");
        shared.IsQuiet();
    }

    [Fact]
    public async Task Tags_are_kept_in_the_run_folder()
    {
        await using Visit visit = await browser.Visit();
        await visit.Page.GetByLabel("edit the tags of minimalist/gd").ClickAsync();
        ILocator field = visit.Page.GetByLabel("tags of minimalist/gd, joined by commas");
        await field.FillAsync("paper, good, paper");
        await field.PressAsync("Enter");
        await Expect(visit.Page.Locator("tr", new() { HasText = "minimalist/gd" }).Locator(".tag")).ToHaveTextAsync(["good", "paper"]);
        using JsonDocument tags = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(browser.Runs.Root, "minimalist/gd/tags.json"), TestContext.Current.CancellationToken));
        Assert.Contains("paper", tags.RootElement.ToString(), StringComparison.Ordinal);
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_run_that_is_trained_elsewhere_appears_and_deleting_asks_first()
    {
        await using Visit visit = await browser.Visit();
        IPage page = visit.Page;
        ILocator row = page.Locator("table.list tbody th[scope=row]", new() { HasText = "short/lived" });
        await Expect(page.Locator("table.list tbody th[scope=row]").First).ToBeVisibleAsync();
        await Expect(row).ToHaveCountAsync(0);
        await browser.Runs.Train("short/lived", "--model scalar --method gd --eta 0.1 --iterations 5");
        await Expect(page.Locator("table.list tr", new() { HasText = "short/lived" }).Locator(".status.finished")).ToBeVisibleAsync();

        await page.GetByLabel("choose short/lived").CheckAsync();
        string asked = string.Empty;
        void Refuse(object? sender, IDialog dialog) => (asked, _) = (dialog.Message, dialog.DismissAsync());
        page.Dialog += Refuse;
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        Assert.Contains("short/lived", asked, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(browser.Runs.Root, "short/lived")));
        page.Dialog -= Refuse;
        page.Dialog += (_, dialog) => dialog.AcceptAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        Assert.False(Directory.Exists(Path.Combine(browser.Runs.Root, "short/lived")));
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_thousand_runs_scroll_with_few_rows_in_the_page()
    {
        Assert.SkipWhen(Browser.Program is null, Browser.Missing);
        await using ServedRuns many = new();
        await many.Train("run-0000", "--model scalar --method gd --eta 0.1 --iterations 3");
        for (int i = 1; i < 1000; i++)
        {
            string folder = Directory.CreateDirectory(Path.Combine(many.Root, $"run-{i:0000}")).FullName;
            foreach (string file in new[] { "spec.json", "summary.json", "environment.json", "metrics.jsonl", "log.txt" })
            {
                File.Copy(Path.Combine(many.Root, "run-0000", file), Path.Combine(folder, file));
            }
        }

        await many.Serve();
        await using Visit visit = await browser.Visit("#/runs?sort=name", many);
        IPage page = visit.Page;
        ILocator rows = page.Locator("table.list tbody th[scope=row]");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "1000 of 1000 runs" })).ToBeVisibleAsync();
        await Expect(rows.First).ToHaveTextAsync("run-0000");
        Assert.InRange(await rows.CountAsync(), 20, 100);
        await page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
        await Expect(rows.Last).ToHaveTextAsync("run-0999");
        Assert.InRange(await rows.CountAsync(), 20, 100);
        await page.GetByLabel("choose all runs shown").CheckAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^Compare 1000") }).Last).ToBeVisibleAsync();
        visit.IsQuiet();
    }
}
