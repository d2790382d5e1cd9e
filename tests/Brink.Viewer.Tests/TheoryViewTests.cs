using System.Globalization;
using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Brink.Viewer.Tests;

/// <summary>The theory view under a reader's hand, in a real browser against a real server.</summary>
public sealed class TheoryViewTests(TheoryPage view) : IClassFixture<TheoryPage>
{
    private static ILocator Slider(IPage page, string symbol) => page.GetByRole(AriaRole.Slider, new() { Name = symbol, Exact = true });

    private static ILocator Box(IPage page, string symbol) => page.GetByRole(AriaRole.Textbox, new() { Name = $"{symbol}, as a number", Exact = true });

    private static ILocator Diagram(IPage page) => page.Locator("canvas[aria-roledescription='phase diagram']");

    private static async Task<double> NumberAsync(ILocator box) =>
        double.Parse((await box.InputValueAsync()).Replace('−', '-'), CultureInfo.InvariantCulture);

    private static Task<string> PictureAsync(ILocator canvas) => canvas.EvaluateAsync<string>("canvas => canvas.toDataURL()");

    [Fact]
    public async Task A_slider_moves_the_trajectory_and_the_address()
    {
        List<string> problems = [];
        IPage page = await view.OpenAsync("?model=scalar&eta=0.5", problems);
        ILocator portrait = page.GetByRole(AriaRole.Img, new() { NameRegex = new("^w₁ against w₂") });
        string before = await PictureAsync(portrait);
        string diagram = await PictureAsync(Diagram(page));
        Task<IResponse> answered = page.WaitForResponseAsync(response => response.Url.Contains("/theory/trajectory", StringComparison.Ordinal));
        await Slider(page, "η").FocusAsync();
        await page.Keyboard.PressAsync("PageUp");
        JsonElement? answer = await (await answered).JsonAsync();
        double eta = await NumberAsync(Box(page, "η"));
        Assert.Equal(eta, answer!.Value.GetProperty("parameters").GetProperty("eta").GetDouble());
        Assert.True(eta > 0.6);
        await TheoryPage.SettledAsync(page);
        Assert.NotEqual(before, await PictureAsync(portrait));

        // η is the diagram's own axis: its mark moves, the cells stay and are not asked for again.
        Assert.NotEqual(diagram, await PictureAsync(Diagram(page)));
        await page.WaitForFunctionAsync($"() => location.hash.includes('eta={eta.ToString(CultureInfo.InvariantCulture)}')");
        Assert.Contains($"--eta {eta.ToString(CultureInfo.InvariantCulture)} --target 1", await page.Locator("pre.command").First.InnerTextAsync());

        // What the address holds is what another reader sees.
        await page.ReloadAsync();
        await Box(page, "η").WaitForAsync();
        Assert.Equal(eta, await NumberAsync(Box(page, "η")));
        Assert.Empty(problems);
    }

    [Fact]
    public async Task A_slider_in_motion_is_followed_by_few_requests_and_ends_with_the_last()
    {
        List<string> problems = [];
        IPage page = await view.OpenAsync("?model=scalar&eta=0.3&steps=500", problems);
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
        await TheoryPage.SettledAsync(page);
        string last = asked[^1];
        Assert.InRange(asked.Count, 2, 150);
        Assert.Contains($"eta={(await NumberAsync(Box(page, "η"))).ToString(CultureInfo.InvariantCulture)}&", last);
        Assert.Contains($"--eta {(await NumberAsync(Box(page, "η"))).ToString(CultureInfo.InvariantCulture)} ", await page.Locator("pre.command").First.InnerTextAsync());
        Assert.Empty(problems);
    }

    [Fact]
    public async Task A_number_is_typed_in_beyond_the_slider_and_a_wrong_one_is_refused_in_place()
    {
        List<string> problems = [];
        IPage page = await view.OpenAsync("?model=scalar&steps=500", problems);
        await Box(page, "D").FillAsync("12");
        await Box(page, "D").PressAsync("Enter");
        await page.WaitForFunctionAsync("() => location.hash.includes('depth=12')");
        Assert.Equal("9", await Slider(page, "D").InputValueAsync());

        await Box(page, "η").FillAsync("-1");
        await Box(page, "η").PressAsync("Enter");
        Assert.Equal("eta must be at least 0", await page.Locator(".theory [role=alert]").InnerTextAsync());
        await Box(page, "η").PressAsync("Escape");
        Assert.Equal(0.5, await NumberAsync(Box(page, "η")));
        Assert.Equal(0, await page.Locator(".theory [role=alert]").CountAsync());

        await Box(page, "D").PressAsync("ArrowDown");
        await page.WaitForFunctionAsync("() => location.hash.includes('depth=9')");
        await TheoryPage.SettledAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Defaults" }).ClickAsync();
        Assert.Equal(2, await NumberAsync(Box(page, "D")));
        Assert.Empty(problems);
    }

    [Fact]
    public async Task A_click_on_the_phase_diagram_shows_that_trajectory_and_so_does_Enter()
    {
        List<string> problems = [];
        IPage page = await view.OpenAsync("?model=scalar&steps=1000", problems);
        LocatorBoundingBoxResult box = (await Diagram(page).BoundingBoxAsync())!;

        // Beyond η_c = 1 no start converges: right of the middle of 0.5 … 2, near the bottom.
        await page.Mouse.ClickAsync(box.X + (box.Width * 0.5f), box.Y + (box.Height * 0.75f));
        double eta = await NumberAsync(Box(page, "η"));
        Assert.InRange(eta, 1.05, 1.4);
        Assert.InRange(await NumberAsync(Box(page, "w₁/w₂ at the start")), 1.1, 2);
        string reading = await page.Locator(".reading").InnerTextAsync();
        Assert.Matches("η 1\\.[0-9]+, w₁/w₂ at the start [0-9.]+: (period 2|period 4|other period|chaotic)", reading);
        await TheoryPage.SettledAsync(page);
        Assert.Contains("φ₀η", await page.GetByRole(AriaRole.Table).InnerTextAsync());

        await Diagram(page).FocusAsync();
        for (int k = 0; k < 4; k++)
        {
            await page.Keyboard.PressAsync("Shift+ArrowLeft");
        }

        Assert.Equal(eta, await NumberAsync(Box(page, "η")));
        Assert.EndsWith(": converged", await page.Locator(".reading").InnerTextAsync());
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(eta - 0.6, await NumberAsync(Box(page, "η")), 1e-3);
        Assert.Empty(problems);
    }

    [Fact]
    public async Task A_click_on_the_plane_starts_there()
    {
        List<string> problems = [];
        IPage page = await view.OpenAsync("?model=minimalist&iterations=500&steps=500", problems);
        ILocator portrait = page.GetByRole(AriaRole.Img, new() { NameRegex = new("^α against β₂") });
        LocatorBoundingBoxResult box = (await portrait.BoundingBoxAsync())!;
        await page.Mouse.ClickAsync(box.X + (box.Width * 0.6f), box.Y + (box.Height * 0.6f));
        Assert.NotEqual(0.1, await NumberAsync(Box(page, "α₀")));
        Assert.NotEqual(0.1, await NumberAsync(Box(page, "β₂₀")));
        await page.GetByLabel("plane of the phase portrait").SelectOptionAsync("oscillation");
        await page.GetByRole(AriaRole.Img, new() { NameRegex = new("^α against \\|β₁\\|") }).WaitForAsync();
        await page.WaitForFunctionAsync("() => location.hash.includes('portrait=oscillation')");
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Every_model_is_drawn_and_an_address_that_names_nonsense_shows_the_defaults()
    {
        List<string> problems = [];
        IPage page = await view.OpenAsync("?model=nothing&eta=x", problems);
        foreach (string model in new[] { "minimalist", "scalar", "squared-regression", "linear" })
        {
            await page.GetByLabel("model", new() { Exact = true }).SelectOptionAsync(model);
            await page.WaitForFunctionAsync($"() => document.querySelector('pre.command:last-of-type')?.textContent.startsWith('brink theory phase {model} ')");
            await page.WaitForFunctionAsync("() => document.querySelectorAll('.theory-pictures .chart').length === 3 && document.querySelectorAll('.theory-legend .cell').length > 1");
        }

        Assert.Equal(0, await page.Locator(".theory [role=alert]").CountAsync());
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1300)]
    [InlineData(ColorScheme.Dark, 1300)]
    [InlineData(ColorScheme.Light, 390)]
    public async Task Nothing_keeps_a_reader_out_and_a_phone_is_wide_enough(ColorScheme theme, int width)
    {
        List<string> problems = [];
        IPage page = await view.OpenAsync("?model=scalar&eta=1.1&steps=500", problems, width, theme);
        AxeResult found = await page.RunAxe();
        Assert.DoesNotContain(found.Violations, violation => violation.Impact is "serious" or "critical");
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width);
        Assert.Empty(problems);
    }
}
