using Brink.Server;
using Microsoft.Playwright;

namespace Brink.Viewer.Tests;

/// <summary>A server over an empty folder, and a browser that opens its theory view.</summary>
public sealed class TheoryPage : IAsyncLifetime
{
    private static readonly string[] s_flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("brink-theory-view-").FullName;
    private BrinkServer? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Browser.Program is null)
        {
            return;
        }

        _server = await BrinkServer.StartAsync(new ServerOptions { Root = _root, Port = 0 }, line => Assert.Fail(line));
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Browser.Program, Args = s_flags });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }

    /// <summary>Opens the view and waits until trajectory and diagram are drawn.</summary>
    /// <param name="query">What stands after <c>#/theory</c>.</param>
    /// <param name="problems">Filled with what the browser's console holds of errors and warnings.</param>
    /// <param name="width">Of the window, in CSS pixels.</param>
    /// <param name="theme">The colours.</param>
    public async Task<IPage> OpenAsync(string query, List<string> problems, int width = 1300, ColorScheme theme = ColorScheme.Light)
    {
        Assert.SkipWhen(Browser.Program is null, Browser.Missing);
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 850 },
            ColorScheme = theme,
        });
        context.SetDefaultTimeout(60_000);
        IPage page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                problems.Add(message.Text);
            }
        };
        page.PageError += (_, error) => problems.Add(error);
        await page.GotoAsync($"{_server!.Url}#/theory{query}");
        await page.GetByRole(AriaRole.Table).WaitForAsync();
        await SettledAsync(page);
        return page;
    }

    /// <summary>Waits until nothing is computed any more.</summary>
    public static Task SettledAsync(IPage page) => page.WaitForFunctionAsync(
        "() => document.querySelector('.theory-pictures')?.getAttribute('aria-busy') === 'false' && document.querySelector('.theory-pictures [role=status]')?.textContent === ''");
}
