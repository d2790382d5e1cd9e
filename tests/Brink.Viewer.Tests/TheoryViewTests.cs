using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Brink.Viewer.Tests;

/// <summary>The theory view under a reader's hand, in a real browser against a real server.</summary>
[Collection(Pages.Name)]
public sealed class TheoryViewTests(Browser browser)
{
    private static ILocator Slider(IPage page, string symbol) => page.GetByRole(AriaRole.Slider, new() { Name = symbol, Exact = true });

    private static ILocator Box(IPage page, string symbol) => page.GetByRole(AriaRole.Textbox, new() { Name = $"{symbol}, as a number", Exact = true });

    private static ILocator Diagram(IPage page) => page.Locator("canvas[aria-roledescription='phase diagram']");

    private static async Task<double> NumberAsync(ILocator box) =>
        double.Parse((await box.InputValueAsync()).Replace('−', '-'), CultureInfo.InvariantCulture);

    private static Task<string> PictureAsync(ILocator canvas) => canvas.EvaluateAsync<string>("canvas => canvas.toDataURL()");

    /// <summary>Opens the view and waits until trajectory and diagram are drawn.</summary>
    private async Task<Visit> OpenAsync(string query, int width = 1300, ColorScheme theme = ColorScheme.Light)
    {
        Visit visit = await browser.Visit("#/theory" + query, scheme: theme, width: width);
        visit.Page.SetDefaultTimeout(60_000);
        await visit.Page.GetByRole(AriaRole.Table).WaitForAsync();
        await SettledAsync(visit.Page);
        return visit;
    }

    /// <summary>Waits until nothing is computed any more.</summary>
    private static Task SettledAsync(IPage page) => page.WaitForFunctionAsync(
        "() => document.querySelector('.theory-pictures')?.getAttribute('aria-busy') === 'false' && document.querySelector('.theory-pictures [role=status]')?.textContent === ''");

    [Fact]
    public async Task A_slider_moves_the_trajectory_and_the_address()
    {
        await using Visit visit = await OpenAsync("?model=scalar&eta=0.5");
        IPage page = visit.Page;
        ILocator portrait = page.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^w₁ against w₂") });
        string before = await PictureAsync(portrait);
        string diagram = await PictureAsync(Diagram(page));
        Task<IResponse> answered = page.WaitForResponseAsync(response => response.Url.Contains("/theory/trajectory", StringComparison.Ordinal));
        await Slider(page, "η").FocusAsync();
        await page.Keyboard.PressAsync("PageUp");
        JsonElement? answer = await (await answered).JsonAsync();
        double eta = await NumberAsync(Box(page, "η"));
        Assert.Equal(eta, answer!.Value.GetProperty("parameters").GetProperty("eta").GetDouble());
        Assert.True(eta > 0.6);
        await SettledAsync(page);
        Assert.NotEqual(before, await PictureAsync(portrait));

        // η is the diagram's own axis: its mark moves, the cells stay and are not asked for again.
        Assert.NotEqual(diagram, await PictureAsync(Diagram(page)));
        await page.WaitForFunctionAsync($"() => location.hash.includes('eta={eta.ToString(CultureInfo.InvariantCulture)}')");
        Assert.Contains($"--eta {eta.ToString(CultureInfo.InvariantCulture)} --target 1", await page.Locator("pre.command").First.InnerTextAsync());

        // What the address holds is what another reader sees.
        await page.ReloadAsync();
        await Box(page, "η").WaitForAsync();
        Assert.Equal(eta, await NumberAsync(Box(page, "η")));
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_slider_in_motion_is_followed_by_few_requests_and_ends_with_the_last()
    {
        await using Visit visit = await OpenAsync("?model=scalar&eta=0.3&steps=500");
        IPage page = visit.Page;
        List<string> asked = [];
        page.Request += (_, request) =>
        {
            if (request.Url.Contains("/theory/trajectory", StringComparison.Ordinal))
            {
                lock (asked)
                {
                    asked.Add(request.Url);
                }
            }
        };

        // Two hundred positions, one a frame, as a finger gives them.
        await Slider(page, "η").EvaluateAsync("""
            async slider => {
              const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
              for (let k = 1; k <= 200; k++) {
                set.call(slider, String(200 + k));
                slider.dispatchEvent(new Event('input', { bubbles: true }));
                await new Promise(requestAnimationFrame);
              }
            }
            """);
        await SettledAsync(page);
        string last = asked[^1];
        Assert.InRange(asked.Count, 2, 150);
        Assert.Contains($"eta={(await NumberAsync(Box(page, "η"))).ToString(CultureInfo.InvariantCulture)}&", last);
        Assert.Contains($"--eta {(await NumberAsync(Box(page, "η"))).ToString(CultureInfo.InvariantCulture)} ", await page.Locator("pre.command").First.InnerTextAsync());
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_number_is_typed_in_beyond_the_slider_and_a_wrong_one_is_refused_in_place()
    {
        await using Visit visit = await OpenAsync("?model=scalar&steps=500");
        IPage page = visit.Page;
        await Box(page, "D").FillAsync("12");
        await Box(page, "D").PressAsync("Enter");
        await page.WaitForFunctionAsync("() => location.hash.includes('depth=12')");
        Assert.Equal("9", await Slider(page, "D").InputValueAsync());

        await Box(page, "η").FillAsync("-1");
        await Box(page, "η").PressAsync("Enter");
        Assert.Equal("eta must be at least 0", await page.Locator(".theory [role=alert]").InnerTextAsync());
        await Box(page, "η").PressAsync("Escape");
        await Assertions.Expect(Box(page, "η")).ToHaveValueAsync("0.5");
        await Assertions.Expect(page.Locator(".theory [role=alert]")).ToHaveCountAsync(0);

        await Box(page, "D").PressAsync("ArrowDown");
        await page.WaitForFunctionAsync("() => location.hash.includes('depth=9')");
        await SettledAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Defaults" }).ClickAsync();
        await Assertions.Expect(Box(page, "D")).ToHaveValueAsync("2");
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_click_on_the_phase_diagram_shows_that_trajectory_and_so_does_Enter()
    {
        await using Visit visit = await OpenAsync("?model=scalar&steps=1000");
        IPage page = visit.Page;
        LocatorBoundingBoxResult box = (await Diagram(page).BoundingBoxAsync())!;

        // Beyond η_c = 1 no start converges: right of the middle of 0.5 … 2, near the bottom.
        await page.Mouse.ClickAsync(box.X + (box.Width * 0.5f), box.Y + (box.Height * 0.75f));
        await Assertions.Expect(Box(page, "η")).Not.ToHaveValueAsync("0.5");
        double eta = await NumberAsync(Box(page, "η"));
        Assert.InRange(eta, 1.05, 1.4);
        Assert.InRange(await NumberAsync(Box(page, "w₁/w₂ at the start")), 1.1, 2);
        string reading = await page.Locator(".reading").InnerTextAsync();
        Assert.Matches("η 1\\.[0-9]+, w₁/w₂ at the start [0-9.]+: (period 2|period 4|other period|chaotic)", reading);
        await SettledAsync(page);
        Assert.Contains("φ₀η", await page.GetByRole(AriaRole.Table).InnerTextAsync());

        await Diagram(page).FocusAsync();
        for (int k = 0; k < 4; k++)
        {
            await page.Keyboard.PressAsync("Shift+ArrowLeft");
        }

        await Assertions.Expect(page.Locator(".reading")).ToHaveTextAsync(new Regex(": converged$"));
        string chosen = eta.ToString(CultureInfo.InvariantCulture);
        await Assertions.Expect(Box(page, "η")).ToHaveValueAsync(chosen);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Box(page, "η")).Not.ToHaveValueAsync(chosen);
        Assert.Equal(eta - 0.6, await NumberAsync(Box(page, "η")), 1e-3);
        visit.IsQuiet();
    }

    [Fact]
    public async Task A_click_on_the_plane_starts_there()
    {
        await using Visit visit = await OpenAsync("?model=minimalist&iterations=500&steps=500");
        IPage page = visit.Page;
        ILocator portrait = page.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^α against β₂") });
        LocatorBoundingBoxResult box = (await portrait.BoundingBoxAsync())!;
        await page.Mouse.ClickAsync(box.X + (box.Width * 0.6f), box.Y + (box.Height * 0.6f));
        await Assertions.Expect(Box(page, "α₀")).Not.ToHaveValueAsync("0.1");
        await Assertions.Expect(Box(page, "β₂₀")).Not.ToHaveValueAsync("0.1");
        await page.GetByLabel("plane of the phase portrait").SelectOptionAsync("oscillation");
        await page.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^α against \\|β₁\\|") }).WaitForAsync();
        await page.WaitForFunctionAsync("() => location.hash.includes('portrait=oscillation')");
        visit.IsQuiet();
    }

    [Fact]
    public async Task Every_model_is_drawn_and_an_address_that_names_nonsense_shows_the_defaults()
    {
        await using Visit visit = await OpenAsync("?model=nothing&eta=x");
        IPage page = visit.Page;
        foreach (string model in new[] { "minimalist", "scalar", "squared-regression", "linear" })
        {
            await page.GetByLabel("model", new() { Exact = true }).SelectOptionAsync(model);
            await page.WaitForFunctionAsync($"() => document.querySelector('pre.command:last-of-type')?.textContent.startsWith('brink theory phase {model} ')");
            await page.WaitForFunctionAsync("() => document.querySelectorAll('.theory-pictures .chart').length === 3 && document.querySelectorAll('.theory-legend .cell').length > 1");
        }

        Assert.Equal(0, await page.Locator(".theory [role=alert]").CountAsync());
        visit.IsQuiet();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1300)]
    [InlineData(ColorScheme.Dark, 1300)]
    [InlineData(ColorScheme.Light, 390)]
    public async Task Nothing_keeps_a_reader_out_and_a_phone_is_wide_enough(ColorScheme theme, int width)
    {
        await using Visit visit = await OpenAsync("?model=scalar&eta=1.1&steps=500", width, theme);
        IPage page = visit.Page;
        await visit.IsAccessible();
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width);
        visit.IsQuiet();
    }
}
