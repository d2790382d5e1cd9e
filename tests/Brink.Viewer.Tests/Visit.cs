using System.Globalization;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Brink.Viewer.Tests;

/// <summary>One page in a context of its own, with everything that it complained of.</summary>
internal sealed partial class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    internal Visit(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add($"{message.Type}: {message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        page.Request += (_, request) => Requested.Add(request.Url);
    }

    internal IPage Page { get; }

    /// <summary>All addresses that the page asked for.</summary>
    internal List<string> Requested { get; } = [];

    /// <summary>The focusable picture of the chart with a title.</summary>
    internal ILocator Plot(string title) => Page.GetByRole(AriaRole.Group, new() { NameRegex = new Regex("^" + Regex.Escape(title) + " over ") });

    /// <summary>Waits until a chart has curves.</summary>
    internal Task HasCurves(string title, int count) =>
        Assertions.Expect(Plot(title)).ToHaveAttributeAsync("aria-label", new Regex($", {count} curves?\\."));

    /// <summary>Moves a chart's cursor to its right end by the keyboard; gives the x and the values that are read out.</summary>
    internal async Task<(double X, Dictionary<string, double> Values)> ReadEnd(string title)
    {
        await Plot(title).FocusAsync();
        await Page.Keyboard.PressAsync("End");
        string spoken = await Page.Locator("figure.chart", new() { Has = Plot(title) }).Locator("[aria-live=polite]").InnerTextAsync();
        Match parts = Spoken().Match(spoken);
        Assert.True(parts.Success, $"'{spoken}' of {title}");
        Dictionary<string, double> values = [];
        foreach (string one in parts.Groups[2].Value.Split(", ").Where(one => one.Contains(' ', StringComparison.Ordinal)))
        {
            int blank = one.LastIndexOf(' ');
            values[one[..blank]] = Number(one[(blank + 1)..]);
        }

        return (Number(parts.Groups[1].Value), values);
    }

    /// <summary>How many pixels of a chart have a colour, which is what can be said of a canvas from outside.</summary>
    internal Task<int> Pixels(string title, string colour) => Plot(title).Locator("canvas").EvaluateAsync<int>(
        """
        (canvas, colour) => {
          const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) count++;
          return count;
        }
        """,
        colour);

    /// <summary>Nothing that axe-core finds is serious.</summary>
    internal async Task IsAccessible()
    {
        AxeResult result = await Page.RunAxe();
        Assert.All(result.Violations.Where(one => one.Impact is "serious" or "critical"), one => Assert.Fail(
            $"{one.Id}: {one.Help} {string.Join("; ", one.Nodes.Select(node => $"{node.Target} {node.Html}"))}"));
    }

    /// <summary>The page's script complained of nothing but what is named here.</summary>
    internal void IsQuiet(string? but = null) =>
        Assert.DoesNotContain(_complaints, line => but is null || !line.Contains(but, StringComparison.Ordinal));

    internal Task Shoot(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Browser.Screenshots, name + ".png"), FullPage = true });

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    /// <summary>A number as the page writes it: 1,234 or −0.5 or 1.2·10⁻⁷.</summary>
    internal static double Number(string text)
    {
        string plain = text.Replace(",", string.Empty).Replace('−', '-');
        int power = plain.IndexOf("·10", StringComparison.Ordinal);
        if (power < 0)
        {
            return double.Parse(plain, CultureInfo.InvariantCulture);
        }

        string exponent = string.Concat(plain[(power + 3)..].Select(c => c == '⁻' ? '-' : (char)('0' + "⁰¹²³⁴⁵⁶⁷⁸⁹".IndexOf(c))));
        return double.Parse(plain[..power] + "e" + exponent, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^\w+ (\S+): (.*)$")]
    private static partial Regex Spoken();
}
