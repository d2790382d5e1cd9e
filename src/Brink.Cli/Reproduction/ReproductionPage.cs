using System.Text;
using Brink.Cli.Report;
using Brink.Cli.Terminal;
using Brink.Experiments.Reproduction;
using Brink.Theory;

namespace Brink.Cli.Reproduction;

/// <summary>The page of a reproduced figure: the pictures, each claim with its source and verdict, and what was run.</summary>
internal static class ReproductionPage
{
    /// <summary>Builds the page.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="pictures">The pictures in the order of the panels: an SVG file each, or null where none could be drawn.</param>
    /// <param name="claims">The verdicts.</param>
    /// <param name="trajectories">The trajectories.</param>
    /// <returns>An HTML document that holds all it needs.</returns>
    internal static string Create(
        Experiment experiment, IReadOnlyList<string?> pictures, IReadOnlyList<ClaimVerdict> claims, IReadOnlyList<ExperimentTrajectory> trajectories)
    {
        var page = new StringBuilder(HtmlPage.Begin($"{Heading(experiment)}: {experiment.Title}", HtmlPage.Asset("comparison.css") + HtmlPage.Asset("reproduction.css")));
        page.Append($"<h1>{Text(Heading(experiment))}: {Text(experiment.Title)}</h1>\n<p class=\"subtitle\">{Text(experiment.Paper)}</p>\n")
            .Append(experiment.Reduction is { } reduction ? $"<p class=\"reduced\"><b>Reduced.</b> {Text(reduction)}</p>\n" : string.Empty)
            .Append($"<p>{Text(experiment.About)}</p>\n<p class=\"numbering\">{Text(Numbering(experiment))}</p>\n<div class=\"panels\">\n");
        for (int k = 0; k < experiment.Panels.Count; k++)
        {
            page.Append("<figure>").Append(pictures[k] is { } svg
                    ? $"<img alt=\"{Text(experiment.Panels[k].Caption)}\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(File.ReadAllBytes(svg))}\">"
                    : "<p class=\"reasons\">Not drawn: what it shows was not measured, or gnuplot failed, and then its script and data are in the folder.</p>")
                .Append($"<figcaption><b>({(char)('a' + k)})</b> {Text(experiment.Panels[k].Caption)}</figcaption></figure>\n");
        }

        page.Append("</div>\n<h2>Claims and verdicts</h2>\n<div class=\"scroll\"><table class=\"verdicts\">\n")
            .Append("<thead><tr><th scope=\"col\">verdict</th><th scope=\"col\">of</th><th scope=\"col\">claim</th><th scope=\"col\">measured</th></tr></thead>\n<tbody>\n");
        foreach (ClaimVerdict claim in claims)
        {
            string source = claim.Source is null ? string.Empty : $"<span class=\"source\">{Text(claim.Source)}</span>";
            page.Append($"<tr><td>{Badge(claim.Overall.Outcome)}</td><td>{Text(claim.Overall.Theorem)}</td><td>{Text(claim.Overall.Claim)}{source}</td><td>{Measured(claim.Overall)}</td></tr>\n");
        }

        page.Append("</tbody></table></div>\n");
        AppendTrajectories(page, trajectories, claims);
        page.Append("<h2>What was run</h2>\n<table class=\"facts\"><tbody>\n");
        foreach (GridField field in experiment.Grid)
        {
            AppendFact(page, field.Field, string.Join("; ", field.Values.Select(StudyField.Show)));
        }

        foreach ((string name, string value) in experiment.Overrides)
        {
            AppendFact(page, experiment.Study.Fields.Single(field => field.Name == name), $"{StudyField.Show(value)} (set from outside the file)");
        }

        page.Append($"</tbody></table>\n<details><summary>The experiment's file</summary><pre>{Text(experiment.Text)}</pre></details>\n")
            .Append("<p class=\"note\">Made by Brink. Beside this page: the pictures as SVG, PNG and PDF with their gnuplot scripts and data, verdicts.json, and a folder for each trajectory.</p>\n</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    /// <summary>What stands above the page: the figure, and whether it is the reduced one.</summary>
    /// <param name="experiment">The experiment.</param>
    internal static string Heading(Experiment experiment) => experiment.IsReduced ? $"{experiment.Heading}, reduced" : experiment.Heading;

    /// <summary>What the number of the figure means, in a sentence.</summary>
    /// <param name="experiment">The experiment.</param>
    internal static string Numbering(Experiment experiment) => experiment.Numbering == FigureNumbering.Paper
        ? "The number is the paper's."
        : "The number is ours: what is shown is from the paper, but which of its figures shows it is not known here.";

    private static void AppendFact(StringBuilder page, StudyField field, string value) =>
        page.Append($"<tr><th scope=\"row\">{Text(field.Symbol.Length == 0 ? field.Name : field.Symbol)}</th><td>{Text(value)}</td></tr>\n");

    private static void AppendTrajectories(StringBuilder page, IReadOnlyList<ExperimentTrajectory> trajectories, IReadOnlyList<ClaimVerdict> claims)
    {
        page.Append("<h2>Trajectories</h2>\n<div class=\"scroll\"><table class=\"facts\">\n<thead><tr><th scope=\"col\">trajectory</th><th scope=\"col\">outcome</th></tr></thead>\n<tbody>\n");
        foreach (ExperimentTrajectory one in trajectories)
        {
            page.Append($"<tr><td>{Text(one.Plan.Title)}</td><td>{Text(one.Outcome)}</td></tr>\n");
        }

        page.Append("</tbody></table></div>\n");
        ClaimVerdict[] several = [.. claims.Where(claim => claim.Trajectories.Count > 1)];
        if (several.Length == 0)
        {
            return;
        }

        page.Append("<details><summary>Every claim on every trajectory</summary>\n<table class=\"verdicts\"><tbody>\n");
        foreach (ClaimVerdict claim in several)
        {
            page.Append($"<tr><th scope=\"rowgroup\" colspan=\"3\">{Text(claim.Overall.Theorem)}: {Text(claim.Overall.Claim)}</th></tr>\n");
            foreach (TrajectoryVerdict one in claim.Trajectories)
            {
                page.Append($"<tr><td>{Badge(one.Verdict.Outcome)}</td><td>{Text(one.Trajectory)}</td><td>{Measured(one.Verdict)}</td></tr>\n");
            }
        }

        page.Append("</tbody></table></details>\n");
    }

    private static string Measured(Verdict verdict) => Text(verdict.UnmetHypothesis is { } unmet ? $"because {unmet}" : verdict.Measured);

    private static string Badge(VerdictOutcome outcome)
    {
        string word = VerdictText.Of(outcome).ToLowerInvariant();
        return $"<span class=\"outcome {word.Replace(' ', '-')}\">{word}</span>";
    }

    private static string Text(string text) => HtmlPage.Text(text);
}
