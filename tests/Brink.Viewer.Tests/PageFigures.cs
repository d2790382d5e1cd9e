using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Brink.Viewer.Tests;

/// <summary>
/// Figures of docs/benchmarks.md that only a browser can tell. They judge nothing, take minutes, and run only when asked for:
/// <c>dotnet artifacts/bin/Brink.Viewer.Tests/release/Brink.Viewer.Tests.dll -explicit only -showLiveOutput</c>.
/// </summary>
[Collection(Pages.Name)]
public sealed class PageFigures(Browser browser)
{
    private const string Many = "/tmp/brink-serve-benchmark/many";
    private const int Repetitions = 5;

    /// <summary>Milliseconds of the page's own clock until something holds, looked at with each picture that the browser draws.</summary>
    private const string Until =
        """
        async (holds) => {
          const from = performance.now();
          const test = new Function('return ' + holds);
          while (!test()) await new Promise(requestAnimationFrame);
          return [performance.now() - from, performance.now()];
        }
        """;

    [Fact(Explicit = true)]
    public async Task A_page_over_a_thousand_runs()
    {
        Assert.SkipUnless(Directory.Exists(Many), $"benchmarks/serve.py makes {Many}");
        List<double> paint = [], list = [], compared = [], zoomed = [];
        string twenty = "#/compare?" + string.Join('&', Enumerable.Range(0, 20).Select(i => $"run=sweep-{i / 2}/run-{50 * i}"));
        for (int i = 0; i < Repetitions; i++)
        {
            await using ServedRuns runs = new(Many);
            await runs.Serve();
            await using Visit visit = await browser.Visit("#/runs", runs);
            list.Add((await visit.Page.EvaluateAsync<double[]>(Until, "document.querySelectorAll('table.list tbody th[scope=row]').length > 10"))[1]);
            paint.Add(await visit.Page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
            await visit.Page.WaitForTimeoutAsync(2_000); // nobody chooses twenty runs sooner
            await visit.Page.EvaluateAsync("(hash) => { location.hash = hash; }", twenty);
            const string Drawn = "[...document.querySelectorAll('[aria-roledescription=chart]')].filter((one) => /, 20 curves/.test(one.ariaLabel)).length >= 4";
            compared.Add((await visit.Page.EvaluateAsync<double[]>(Until, Drawn))[0]);
            await visit.Plot("Training loss").FocusAsync();
            await visit.Page.Keyboard.PressAsync("+");
            await Expect(visit.Page.Locator("[aria-label=charts]")).ToHaveAttributeAsync("aria-busy", "true");
            zoomed.Add((await visit.Page.EvaluateAsync<double[]>(Until, "document.querySelector('[aria-label=charts]').ariaBusy === 'false'"))[0]);
        }

        Show("first contentful paint, new server", paint);
        Show("list of 1,000 runs stands, new server", list);
        Show("20 runs compared, two seconds later: from the list to all curves drawn", compared);
        Show("finer curves after a zoom", zoomed);
    }

    [Fact(Explicit = true)]
    public async Task A_page_that_stays_open_over_a_long_run()
    {
        Assert.SkipWhen(Browser.Program is null, Browser.Missing);
        await using ServedRuns runs = new();
        string folder = Path.Combine(runs.Root, "long");
        using Process train = ServedRuns.Begin("train", "--quiet", "--threads", "1", "--out", folder, "--model", "scalar", "--method", "gd",
            "--eta", "0.01", "--iterations", "1000000000", "--record-every", "100", "--sharpness-every", "10000", "--checkpoint-every", "0");
        await runs.Serve();
        await using Visit visit = await browser.Visit("#/runs", runs);
        await Expect(visit.Page.Locator("table.list tbody th[scope=row]").First).ToBeVisibleAsync();
        await visit.Page.EvaluateAsync("() => { location.hash = '#/run?run=long'; }");
        await visit.HasCurves("Training loss", 1);
        ICDPSession session = await visit.Page.Context.NewCDPSessionAsync(visit.Page);
        for (int i = 0; i <= 9; i++)
        {
            await session.SendAsync("HeapProfiler.collectGarbage");
            JsonElement heap = (await session.SendAsync("Runtime.getHeapUsage"))!.Value;
            int lines = File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Count();
            TestContext.Current.SendDiagnosticMessage($"{lines} lines recorded: {heap.GetProperty("usedSize").GetDouble() / 1e6:0.0} MB of the page's heap in use");
            await visit.Page.WaitForTimeoutAsync(12_000);
        }

        train.Kill();
        await train.WaitForExitAsync(TestContext.Current.CancellationToken);
        visit.IsQuiet();
    }

    private static void Show(string what, List<double> times) =>
        TestContext.Current.SendDiagnosticMessage($"{what}: {times.Order().ElementAt(times.Count / 2):0} ms ({times.Min():0}–{times.Max():0})");
}
