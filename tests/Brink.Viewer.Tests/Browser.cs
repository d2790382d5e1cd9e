using Microsoft.Playwright;

namespace Brink.Viewer.Tests;

/// <summary>Chromium, driven by Playwright's own driver, and runs behind a server; shared by the tests of the pages.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser's program: BRINK_CHROMIUM, or where systems have it; null where there is none.</summary>
    internal static string? Program { get; } =
        Environment.GetEnvironmentVariable("BRINK_CHROMIUM") is { Length: > 0 } given ? given : Places.FirstOrDefault(File.Exists);

    /// <summary>Why a test is skipped where there is none.</summary>
    internal const string Missing = "no Chromium on this machine (apt-get install chromium, or set BRINK_CHROMIUM): the pages were not tested";

    /// <summary>The folder into which screenshots go: artifacts/screenshots.</summary>
    internal static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "screenshots")).FullName;

    internal ServedRuns Runs { get; } = new();

    public async ValueTask InitializeAsync()
    {
        if (Program is null)
        {
            return;
        }

        // The machine may be training at the same time.
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        await Runs.Train("scalar/gd", "--model scalar --method gd --eta 0.55 --iterations 150 --sharpness-every 1 --eigenvalues 3 --smallest 1 --trace-every 5 --density-every 10");
        await Runs.Train("scalar/nls", "--model scalar --method nls --iterations 150 --sharpness-every 1");
        await Runs.Train("minimalist/gd", "--model minimalist --method gd --eta 0.05 --iterations 150 --sharpness-every 1");
        await Runs.Serve();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await Runs.DisposeAsync();
    }

    /// <summary>Opens a page of the served viewer.</summary>
    internal async Task<Visit> Visit(string hash = "", ServedRuns? runs = null, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 900)
    {
        Visit visit = await Open(scheme, width, height, offline: false);
        await visit.Page.GotoAsync((runs ?? Runs).Url + hash);
        return visit;
    }

    /// <summary>Opens a file with the network off.</summary>
    internal async Task<Visit> VisitFile(string path, ColorScheme scheme = ColorScheme.Light)
    {
        Visit visit = await Open(scheme, 1280, 900, offline: true);
        await visit.Page.GotoAsync(new Uri(path).AbsoluteUri);
        return visit;
    }

    private async Task<Visit> Open(ColorScheme scheme, int width, int height, bool offline)
    {
        Assert.SkipWhen(Program is null, Missing);
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            Offline = offline,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        return new Visit(context, await context.NewPageAsync());
    }
}

/// <summary>All tests of pages share one browser and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class Pages : ICollectionFixture<Browser>
{
    internal const string Name = "pages";
}
