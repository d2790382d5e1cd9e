using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Report;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary><c>brink report</c>: runs, a sweep or a reproduced figure as one file that opens anywhere.</summary>
internal static class ReportCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        RunSelection selection = new();
        Option<string> file = new("--out") { Description = "File to write", DefaultValueFactory = _ => "report.html", HelpName = "file" };
        Option<string?> title = new("--title") { Description = "Heading of the report", HelpName = "text" };
        Option<bool> pdf = new("--pdf") { Description = "Also draw the figures for a paper, as the pages of one PDF beside the report (needs gnuplot)" };
        Option<bool> svg = new("--svg") { Description = "Also draw each as an SVG, in a folder beside the report (needs gnuplot)" };
        DocumentedCommand command = new(
            "report",
            "Write one HTML file with everything about some runs: curves, spectra, tables, specifications and environments, the verdicts of a reproduced figure. It needs no network, no server and no other file. docs/report.md describes it.",
            "brink report runs/a runs/b",
            "brink report runs --where 'method = nls' --title 'Nonmonotone searches' --out nls.html",
            "brink report runs/sweeps/steps --out steps.html --pdf --svg",
            "brink report runs/reproduce/flatland/fig-3-reduced");
        selection.AddTo(command);
        command.Add(file);
        command.Add(title);
        command.Add(pdf);
        command.Add(svg);
        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            string path = parsed.GetRequiredValue(file);
            ReportContents contents = Contents(parsed, selection);
            contents = parsed.GetValue(title) is { } given ? contents with { Title = given } : contents;
            ReportPage.Write(path, contents);
            output.WriteLine($"{path}: {(contents.Runs.Count == 1 ? "1 run" : $"{contents.Runs.Count} runs")}, {Quantity.Count((new FileInfo(path).Length + 999) / 1000)} kB");
            foreach (string drawn in ReportPictures.Draw(path, contents.Runs, parsed.GetValue(pdf), parsed.GetValue(svg)))
            {
                output.WriteLine(drawn);
            }

            return 0;
        });
        return command;
    }

    private static ReportContents Contents(ParseResult parsed, RunSelection selection)
    {
        if (selection.OnlyFolder(parsed) is { } folder)
        {
            if (ReportContents.ReproductionIn(folder) is { } reproduction)
            {
                return ReportContents.Of(folder, reproduction);
            }

            if (SweepReport.ContentsOf(folder) is { } sweep)
            {
                return sweep;
            }
        }

        IReadOnlyList<RunEntry> runs = selection.Read(parsed);
        foreach (RunEntry broken in runs.Where(run => run.Specification is null))
        {
            parsed.InvocationConfiguration.Error.WriteLine($"brink: left out: {broken.Problem}");
        }

        return runs.Any(run => run.Specification is not null)
            ? ReportContents.Of(runs)
            : throw new BrinkException("there is no run to report on; 'brink runs list' shows those below runs/");
    }
}
