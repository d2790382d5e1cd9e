using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Brink.Viewer.Tests;

/// <summary>Runs over each other: what is drawn, zoom, cursor, keys.</summary>
[Collection(Pages.Name)]
public sealed class ComparePageTests(Browser browser)
{
    private const string TwoRuns = "#/compare?run=scalar/gd&run=scalar/nls";
    private const string FirstColour = "#0072b2";
    private const string SecondColour = "#d55e00";

    [Fact]
    public async Task Chosen_runs_are_drawn_with_the_values_of_their_files()
    {
        await using Visit visit = await browser.Visit();
        IPage page = visit.Page;
        await page.GetByLabel("choose scalar/gd").CheckAsync();
        await page.GetByLabel("choose scalar/nls").CheckAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare 2" }).Last.ClickAsync();
        await visit.HasCurves("Training loss", 2);
        await visit.HasCurves("Step size times sharpness", 2);
        Assert.True(await visit.Pixels("Sharpness", FirstColour) > 50);
        Assert.True(await visit.Pixels("Step size times sharpness", SecondColour) > 50);

        foreach (string method in new[] { "gd", "nls" })
        {
            JsonElement last = RecordedRun.Lines(Path.Combine(browser.Runs.Root, "scalar", method))[^1];
            (double x, Dictionary<string, double> values) = await visit.ReadEnd("Sharpness");
            Assert.Equal(last.GetProperty("iteration").GetInt32(), x);
            double wanted = last.GetProperty("sharpness").GetDouble();
            Assert.Equal(wanted, values[method], 1e-3 * wanted);
        }

        await Expect(page.Locator("table").Filter(new() { HasText = "where the runs differ" }).First).ToContainTextAsync("nls");
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_run_is_taken_off_the_charts_and_put_back_by_the_legend()
    {
        await using Visit visit = await browser.Visit(TwoRuns);
        await visit.HasCurves("Training loss", 2);
        ILocator nls = visit.Page.GetByRole(AriaRole.List, new() { Name = "runs" }).GetByRole(AriaRole.Button, new() { Name = "nls", Exact = true });
        await nls.ClickAsync();
        await visit.HasCurves("Training loss", 1);
        await Expect(nls).ToHaveAttributeAsync("aria-pressed", "false");
        await nls.ClickAsync();
        await visit.HasCurves("Training loss", 2);
        visit.IsQuiet();
    }

    [Fact]
    public async Task Zooming_one_chart_zooms_all_and_the_address_keeps_it()
    {
        await using Visit visit = await browser.Visit(TwoRuns);
        IPage page = visit.Page;
        await visit.HasCurves("Training loss", 2);
        LocatorBoundingBoxResult box = (await visit.Plot("Training loss").Locator(".u-over").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (0.25f * box.Width), box.Y + 60);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (0.5f * box.Width), box.Y + 60, new() { Steps = 5 });
        await page.Mouse.UpAsync();
        await Expect(page).ToHaveURLAsync(new Regex("from=3[67]\\.?\\d*&to=7[45]"));
        (double x, _) = await visit.ReadEnd("Sharpness");
        Assert.InRange(x, 70, 80);

        await using (Visit shared = await browser.Visit(new Uri(page.Url).Fragment))
        {
            await shared.HasCurves("Sharpness", 2);
            Assert.InRange((await shared.ReadEnd("Sharpness")).X, 70, 80);
        }

        await page.Mouse.DblClickAsync(box.X + 100, box.Y + 60);
        await Expect(page).Not.ToHaveURLAsync(new Regex("from="));
        Assert.Equal(150, (await visit.ReadEnd("Sharpness")).X);
        visit.IsQuiet();
    }

    [Fact]
    public async Task The_cursor_is_shared_and_its_readout_names_every_run()
    {
        await using Visit visit = await browser.Visit(TwoRuns);
        await visit.HasCurves("Sharpness", 2);
        await visit.Plot("Sharpness").Locator(".u-over").HoverAsync(new() { Position = new Position { X = 150, Y = 80 } });
        ILocator readout = visit.Page.Locator(".readout");
        await Expect(readout).ToHaveCountAsync(1);
        await Expect(readout).ToContainTextAsync("iteration");
        await Expect(readout).ToContainTextAsync("gd");
        await Expect(readout).ToContainTextAsync("nls");
        await Expect(readout).ToContainTextAsync("2/η");
        Assert.True(await visit.Page.Locator(".crosshair").CountAsync() > 3);
        visit.IsQuiet();
    }

    [Fact]
    public async Task Keys_move_the_cursor_zoom_and_change_the_axis()
    {
        await using Visit visit = await browser.Visit(TwoRuns);
        IPage page = visit.Page;
        await visit.HasCurves("Sharpness", 2);
        double end = (await visit.ReadEnd("Sharpness")).X;
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("Shift+ArrowRight");
        await Expect(page.Locator("figure.chart", new() { Has = visit.Plot("Sharpness") }).Locator("[aria-live=polite]")).ToContainTextAsync($"iteration {end / 10:0}");
        await page.Keyboard.PressAsync("+");
        await Expect(page).ToHaveURLAsync(new Regex("from=.*to="));
        await page.Keyboard.PressAsync("0");
        await Expect(page).Not.ToHaveURLAsync(new Regex("from="));
        await page.Keyboard.PressAsync("l");
        await Expect(page).ToHaveURLAsync(new Regex("log=sharpness"));
        await Expect(page.GetByLabel("logarithmic axis of Sharpness")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        visit.IsQuiet();
    }

    /// <summary>The address follows the zoom and may be a step behind; what the page wrote itself must not throw the zoom back.</summary>
    [Fact]
    public async Task A_zoom_that_is_left_while_it_enters_the_address_stays_left()
    {
        await using Visit visit = await browser.Visit(TwoRuns);
        IPage page = visit.Page;
        await visit.HasCurves("Sharpness", 2);
        await page.EvaluateAsync("""
            () => {
              const replace = history.replaceState.bind(history);
              window.addresses = [];
              history.replaceState = (state, title, hash) => {
                replace(state, title, hash);
                window.addresses.push(hash);
                if (window.addresses.length === 1) document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '0', bubbles: true }));
              };
            }
            """);
        await visit.ReadEnd("Sharpness");
        await page.Keyboard.PressAsync("+");
        await page.WaitForFunctionAsync("() => window.addresses.length >= 2");
        await page.WaitForTimeoutAsync(200);
        string[] addresses = await page.EvaluateAsync<string[]>("() => window.addresses");
        Assert.Equal(2, addresses.Length);
        Assert.Contains("from=", addresses[0], StringComparison.Ordinal);
        Assert.DoesNotContain("from=", addresses[1], StringComparison.Ordinal);
        Assert.DoesNotContain("from=", page.Url, StringComparison.Ordinal);
        visit.IsQuiet();
    }

    /// <summary>Charts out of view are not drawn on the screen; on paper they must be.</summary>
    [Fact]
    public async Task A_page_is_printed_with_the_charts_that_were_out_of_view()
    {
        await using Visit visit = await browser.Visit(TwoRuns, null, ColorScheme.Light, 700, 300);
        await visit.HasCurves("Gradient norm", 2);
        int whole = await visit.Pixels("Gradient norm", SecondColour);
        await visit.Plot("Training loss").FocusAsync();
        await visit.Page.Keyboard.PressAsync("+");
        await Expect(visit.Page).ToHaveURLAsync(new Regex("from="));
        await visit.Page.WaitForTimeoutAsync(500);
        Assert.Equal(whole, await visit.Pixels("Gradient norm", SecondColour));
        await visit.Page.EvaluateAsync("() => dispatchEvent(new Event('beforeprint'))");
        await visit.Page.WaitForTimeoutAsync(300);
        Assert.NotEqual(whole, await visit.Pixels("Gradient norm", SecondColour));
        visit.IsQuiet(but: "willReadFrequently"); // the canvas is read three times, by this test
    }

    [Fact]
    public async Task The_axis_can_be_evaluations_or_seconds_and_smoothing_draws_a_band()
    {
        await using Visit visit = await browser.Visit(TwoRuns);
        IPage page = visit.Page;
        await visit.HasCurves("Step size", 2);
        int before = await visit.Pixels("Step size", SecondColour);
        await page.GetByLabel("evaluations").First.CheckAsync();
        List<JsonElement> lines = RecordedRun.Lines(Path.Combine(browser.Runs.Root, "scalar/gd"));
        await Expect(visit.Plot("Training loss")).ToHaveAttributeAsync("aria-label", new Regex("over evaluations"));
        await visit.HasCurves("Training loss", 2);
        double spent = lines.Sum(line => Count(line, "function_evaluations") + Count(line, "gradient_evaluations"));
        Assert.True((await visit.ReadEnd("Training loss")).X >= spent);

        await page.GetByLabel("seconds").First.CheckAsync();
        await Expect(visit.Plot("Training loss")).ToHaveAttributeAsync("aria-label", new Regex("over seconds"));
        await page.GetByLabel("iteration").First.CheckAsync();
        await page.GetByLabel("smoothing").SelectOptionAsync("10");
        await Expect(page).ToHaveURLAsync(new Regex("smooth=10"));
        await visit.HasCurves("Step size", 2);
        Assert.NotEqual(before, await visit.Pixels("Step size", SecondColour));
        visit.IsQuiet();

        static double Count(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : 0;
    }

    [Fact]
    public async Task A_quantity_is_added_and_a_chart_taken_away()
    {
        await using Visit visit = await browser.Visit("#/compare?run=scalar/gd");
        await visit.HasCurves("Training loss", 1);
        await visit.Page.Locator("label", new() { HasText = "add" }).Locator("select").SelectOptionAsync("trace");
        await visit.HasCurves("Trace of the Hessian", 1);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "remove Training loss" }).ClickAsync();
        await Expect(visit.Plot("Training loss")).ToHaveCountAsync(0);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "usual charts" }).ClickAsync();
        await visit.HasCurves("Training loss", 1);
        visit.IsQuiet();
    }
}
