using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Brink.Viewer.Tests;

/// <summary>Every view, in light and dark, wide and narrow: it renders, is accessible, and is photographed for people to look at.</summary>
[Collection(Pages.Name)]
public sealed partial class EveryPageTests(Browser browser)
{
    public static TheoryData<string, string, string> Views { get; } = new()
    {
        { "runs", "#/runs", "table.list tbody th[scope=row]" },
        { "compare", "#/compare?run=scalar/gd&run=scalar/nls&run=minimalist/gd", "figure.chart canvas" },
        { "run", "#/run?run=scalar/gd", "figure.chart canvas" },
        { "spectrum", "#/run?run=scalar/gd&tab=spectrum", "figure.chart canvas" },
        { "start", "#/start", "#field-method" },
        { "theory", "#/theory", ".theory-pictures[aria-busy=false] canvas" },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Renders_accessibly_in_light_and_dark_and_on_a_phone(string name, string hash, string shows)
    {
        foreach ((string kind, ColorScheme scheme, int width) in new[] { ("light", ColorScheme.Light, 1280), ("dark", ColorScheme.Dark, 1280), ("phone", ColorScheme.Light, 390) })
        {
            await using Visit visit = await browser.Visit(hash, null, scheme, width, width < 500 ? 844 : 900);
            await Expect(visit.Page.Locator(shows).First).ToBeVisibleAsync();
            await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", kind == "dark" ? "dark" : "light");
            await visit.Page.WaitForLoadStateAsync(LoadState.Load);
            await visit.Page.WaitForTimeoutAsync(400);
            await visit.Shoot($"{name}-{kind}");
            await visit.IsAccessible();
            int wide = await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            Assert.True(wide <= width, $"{name} is {wide} pixels wide on a screen of {width}");
            visit.IsQuiet();
        }
    }

    [Fact]
    public async Task The_spectrum_shows_the_eigenvalues_of_the_file()
    {
        await using Visit visit = await browser.Visit("#/run?run=scalar/gd&tab=spectrum");
        await visit.HasCurves("Trace of the Hessian", 1);
        double[] last = [.. RecordedRun.Lines(Path.Combine(browser.Runs.Root, "scalar/gd"))[^1].GetProperty("eigenvalues").EnumerateArray().Select(value => value.GetDouble())];
        (double x, Dictionary<string, double> values) = await visit.ReadEnd("Eigenvalues");
        Assert.Equal(150, x);
        Assert.Equal(last[0], values["λ₁"], 1e-3 * last[0]);
        visit.IsQuiet();
    }

    [Fact]
    public async Task The_density_is_a_map_whose_readout_is_the_share_of_the_file()
    {
        await using Visit visit = await browser.Visit("#/run?run=scalar/gd&tab=spectrum");
        ILocator plot = visit.Plot("Density of eigenvalues");
        await Expect(plot.Locator("canvas")).ToBeVisibleAsync();
        await plot.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await plot.Locator(".u-over").BoundingBoxAsync())!;
        double[] shares = [.. RecordedRun.Lines(Path.Combine(browser.Runs.Root, "scalar/gd"))[^1].GetProperty("density").EnumerateArray().Select(value => value.GetDouble())];

        // Down the last column, every row that is read out has the share of its interval.
        ILocator readout = visit.Page.Locator(".readout p");
        HashSet<double> read = [];
        for (float y = 1; y < box.Height; y += box.Height / 40)
        {
            await visit.Page.Mouse.MoveAsync(box.X + box.Width - 2, box.Y + y);
            await visit.Page.EvaluateAsync("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
            Match found = Share().Match(await readout.Last.InnerTextAsync());
            if (found.Success)
            {
                read.Add(Viewer.Tests.Visit.Number(found.Groups[1].Value));
            }
        }

        Assert.True(read.Count > 2, $"only {string.Join(' ', read)} were read");
        Assert.All(read, share => Assert.Contains(shares, value => Math.Abs(value - share) <= 0.04 * value)); // two digits are shown
        visit.IsQuiet();
    }

    [Fact]
    public async Task Colours_are_switched_by_hand_and_stay_so()
    {
        await using Visit visit = await browser.Visit();
        await visit.Page.GetByLabel("Colours").SelectOptionAsync("dark");
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        visit.IsQuiet();
    }

    [Fact]
    public async Task The_first_paint_takes_less_than_a_hundred_kilobytes()
    {
        await using Visit visit = await browser.Visit();
        await Expect(visit.Page.Locator("table.list tbody th[scope=row]").First).ToBeVisibleAsync();
        double bytes = await visit.Page.EvaluateAsync<double>(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter((one) => !one.name.includes('/api/')).reduce((sum, one) => sum + one.encodedBodySize, 0)");
        double paint = await visit.Page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime");
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes / 1000:0.0} kB until the list stands, first paint after {paint:0} ms");
        Assert.InRange(bytes, 10_000, 100_000);
        Assert.DoesNotContain(visit.Requested, address => !address.StartsWith(browser.Runs.Url, StringComparison.Ordinal));
    }

    [GeneratedRegex(@": (\S+) of the eigenvalues")]
    private static partial Regex Share();
}
