using System.CommandLine;
using System.Text.Json;
using Brink.Cli.CommandLine;
using Brink.Cli.Diagnosis;
using Brink.Cli.Terminal;
using Brink.Data;
using Spectre.Console;

namespace Brink.Cli.Commands;

/// <summary><c>brink doctor</c>: what Brink runs on here, and what is wrong with it.</summary>
internal static class DoctorCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON value instead of the list" };
        var command = new DocumentedCommand(
            "doctor",
            "Show what Brink runs on here and what is wrong with it: versions, BLAS, threads, memory, GPU, data. Ends with code 1 when something keeps Brink from working.",
            "brink doctor",
            "brink doctor --json | jq '.findings[] | select(.health != \"good\")'")
        { json };
        command.SetAction(parsed =>
        {
            Finding[] findings = [.. Machine.Look(), .. Engine.Look(), .. DataAtHand.Look(new DataStore())];
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonSerializer.Serialize(new { works = Works(findings), findings }, JsonText.Options));
            }
            else
            {
                Show(findings, output);
            }

            return Works(findings) ? 0 : BrinkCommandLine.RunError;
        });
        return command;
    }

    private static bool Works(Finding[] findings) => findings.All(finding => finding.Health != Health.Broken);

    private static void Show(Finding[] findings, TextWriter output)
    {
        IAnsiConsole console = ProgressDisplay.ConsoleOf(output);
        bool unicode = ProgressDisplay.ShowsUnicode(console);
        int width = findings.Max(finding => finding.Name.Length);
        foreach (Finding finding in findings)
        {
            (string mark, Style style) = finding.Health switch
            {
                Health.Good => (unicode ? "✓" : "ok  ", new Style(new Color(0, 158, 115))),
                Health.Poor => (unicode ? "!" : "poor", new Style(new Color(230, 159, 0))),
                _ => (unicode ? "✗" : "FAIL", new Style(new Color(213, 94, 0))),
            };
            console.Write(new Text(mark, style));
            // Written past the console's own wrapping: a path or a command must stay in one piece to be copied.
            output.WriteLine($" {finding.Name.PadRight(width)}  {finding.Value}");
            if (finding.Advice is not null)
            {
                output.WriteLine($"{new string(' ', mark.Length + width + 3)}{(unicode ? "→" : "->")} {finding.Advice}");
            }
        }

        int poor = findings.Count(finding => finding.Health == Health.Poor);
        output.WriteLine();
        output.WriteLine(!Works(findings)
            ? "Brink does not work here yet; see what is marked above."
            : poor > 0 ? $"Brink works here; {poor} thing{(poor == 1 ? string.Empty : "s")} could be better." : "All is well.");
    }
}
