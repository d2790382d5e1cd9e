using System.Text;
using System.Text.Json;
using Brink.Cli.Terminal;

namespace Brink.Cli.Report;

/// <summary>
/// One HTML page that compares runs: curves, table, what was run and on what. It holds everything it needs, so that it
/// can be mailed, archived and opened without a network; without script it only loses the hover texts.
/// </summary>
internal static class ComparisonPage
{
    /// <summary>Fields of the specification that say, when all runs share them, what the page is about.</summary>
    private static readonly string[] s_subject = ["data", "network", "loss", "model", "dtype", "device", "seed"];

    /// <summary>Writes the page; the file is there only once it is complete.</summary>
    /// <param name="path">The <c>.html</c> file; its folder is made when missing.</param>
    /// <param name="runs">The runs, at least one.</param>
    /// <param name="title">The heading.</param>
    internal static void Write(string path, IReadOnlyList<RunView> runs, string title)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        HtmlPage.Write(path, Create(runs, title));
    }

    /// <summary>Builds the page.</summary>
    /// <param name="runs">The runs, at least one.</param>
    /// <param name="title">The heading.</param>
    /// <returns>An HTML document.</returns>
    internal static string Create(IReadOnlyList<RunView> runs, string title)
    {
        var charts = new ComparisonCharts(runs);
        var page = new StringBuilder();
        string colours = string.Concat(runs.Select((_, i) => $".run-{i} {{ --colour: {Palette.Colour(i)}; --dash: {Palette.Dash(i)}; }}\n"));
        page.Append(HtmlPage.Begin(title, HtmlPage.Asset("comparison.css") + colours))
            .Append($"<h1>{Text(title)}</h1>\n<p class=\"subtitle\">{Text(Subtitle(runs))}</p>\n");
        AppendTable(page, runs);
        AppendLegend(page, runs);
        page.Append("<div class=\"charts\">\n");
        foreach ((CurveChart chart, string caption) in charts.All)
        {
            page.Append($"<figure>\n<figcaption>{caption}</figcaption>\n{chart.ToSvg()}\n</figure>\n");
        }

        page.Append("</div>\n");
        AppendFacts(page, "What was run", runs, run => run.Specification);
        AppendFacts(page, "On what", runs, run => run.Environment);
        page.Append("<p class=\"note\">Made by Brink. Run folders: ")
            .AppendJoin(", ", runs.Select(run => $"<code>{Text(run.Folder)}</code>"))
            .Append(".</p>\n<div id=\"hover\" hidden></div>\n</main>\n<script type=\"application/json\" id=\"data\">")
            // The default encoder escapes <, > and &, so that no name of a run can end the element.
            .Append(JsonSerializer.Serialize(new { runs = runs.Select(run => run.Name), charts = charts.All.Select(chart => chart.Chart.ToHoverData()) }))
            .Append($"</script>\n<script>\n{HtmlPage.Asset("comparison.js")}</script>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static string Subtitle(IReadOnlyList<RunView> runs)
    {
        string[] words =
        [
            .. s_subject
                .Select(field => (field, values: runs.Select(run => run.Specification.GetValueOrDefault(field)).Distinct().ToArray()))
                .Where(one => one.values is [not null])
                .Select(one => $"{one.field} {one.values[0]}"),
        ];
        string count = runs.Count == 1 ? "1 run" : $"{runs.Count} runs";
        return string.Join(" · ", words.Prepend(count));
    }

    private static void AppendTable(StringBuilder page, IReadOnlyList<RunView> runs)
    {
        page.Append("<h2>Comparison</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">run</th>")
            .AppendJoin(string.Empty, ComparisonColumns.Headings.Select(heading => $"<th scope=\"col\">{Text(heading)}</th>"))
            .Append("<th scope=\"col\"><abbr title=\"Hessian-vector products\">HVPs</abbr></th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < runs.Count; i++)
        {
            string alarm = runs[i].EndedBadly ? " class=\"alarm\"" : string.Empty;
            page.Append($"<tr{alarm}><th scope=\"row\">{Swatch(i)} {Text(runs[i].Name)}</th>")
                .AppendJoin(string.Empty, ComparisonColumns.CellsOf(runs[i]).Select(cell => $"<td>{Text(cell)}</td>"))
                .Append($"<td>{Quantity.Count(runs[i].HessianVectorProducts)}</td></tr>\n");
        }

        page.Append("</tbody>\n</table></div>\n");
        foreach (RunView run in runs.Where(run => run.Reason is not null))
        {
            page.Append($"<p class=\"reasons\">{Text(run.Name)} {Text(ComparisonColumns.Outcome(run) ?? "finished")}: {Text(run.Reason!)}</p>\n");
        }
    }

    private static void AppendLegend(StringBuilder page, IReadOnlyList<RunView> runs)
    {
        page.Append("<div class=\"legend\" role=\"group\" aria-label=\"Runs shown\">\n");
        for (int i = 0; i < runs.Count; i++)
        {
            page.Append($"<button type=\"button\" aria-pressed=\"true\" data-run=\"{i}\">{Swatch(i)}{Text(runs[i].Name)}</button>\n");
        }

        page.Append("</div>\n");
    }

    private static string Swatch(int run) =>
        $"<svg class=\"swatch\" viewBox=\"0 0 22 10\" aria-hidden=\"true\"><line x1=\"0\" y1=\"5\" x2=\"22\" y2=\"5\" style=\"stroke: {Palette.Colour(run)}; stroke-dasharray: {Palette.Dash(run)}\"/></svg>";

    /// <summary>Named values: those that all runs share in one table, the others run by run in another.</summary>
    private static void AppendFacts(StringBuilder page, string heading, IReadOnlyList<RunView> runs, Func<RunView, IReadOnlyDictionary<string, string>> facts)
    {
        string[] names = [.. runs.SelectMany(run => facts(run).Keys).Distinct().Order(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return;
        }

        string? Value(RunView run, string name) => facts(run).GetValueOrDefault(name);
        ILookup<bool, string> shared = names.ToLookup(name => runs.All(run => Value(run, name) == Value(runs[0], name)));
        page.Append($"<h2>{Text(heading)}</h2>\n");
        if (shared[false].Any())
        {
            page.Append("<div class=\"scroll\"><table class=\"facts\"><caption>Where the runs differ</caption>\n<thead><tr><th></th>")
                .AppendJoin(string.Empty, runs.Select(run => $"<th scope=\"col\">{Text(run.Name)}</th>"))
                .Append("</tr></thead>\n<tbody>\n");
            foreach (string name in shared[false])
            {
                page.Append($"<tr><th scope=\"row\">{Text(name)}</th>")
                    .AppendJoin(string.Empty, runs.Select(run => $"<td>{Text(Value(run, name) ?? Quantity.Absent)}</td>"))
                    .Append("</tr>\n");
            }

            page.Append("</tbody></table></div>\n");
        }

        if (shared[true].Any())
        {
            page.Append($"<details{(runs.Count == 1 ? " open" : string.Empty)}><summary>{(runs.Count == 1 ? "All of it" : "The same in all runs")}</summary>\n<table class=\"facts\"><tbody>\n");
            foreach (string name in shared[true])
            {
                page.Append($"<tr><th scope=\"row\">{Text(name)}</th><td>{Text(Value(runs[0], name)!)}</td></tr>\n");
            }

            page.Append("</tbody></table></details>\n");
        }
    }

    private static string Text(string text) => HtmlPage.Text(text);
}
