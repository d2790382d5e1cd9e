using System.CommandLine;
using System.Globalization;
using Brink.Cli.CommandLine;
using Brink.Cli.Report;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Spectre.Console;

namespace Brink.Cli.Commands;

/// <summary>Carries out one run.</summary>
/// <param name="specification">Option names without dashes and their values, as a user would spell them; <c>out</c> is the folder.</param>
/// <param name="observer">Told what happens.</param>
/// <param name="cancellation">Ends the run after a checkpoint.</param>
/// <returns>How the run ended.</returns>
internal delegate RunStatus Train(IReadOnlyDictionary<string, string> specification, IRunObserver observer, CancellationToken cancellation);

/// <summary>
/// <c>brink quickstart</c>: seven methods from the same start on real images, then what distinguishes them, as a table and
/// as a report. Nothing here that <c>brink train</c> could not do: each run is an ordinary run folder.
/// </summary>
internal static class QuickstartCommand
{
    /// <summary>The methods in the order of math.md §2, with the options that its table leaves to a search.</summary>
    private static readonly (string Method, (string Option, string Value)[] Options)[] s_methods =
    [
        ("gd", [("eta", "0.5")]),
        ("ls", []),
        ("nls", []),
        ("nls-ub", []),
        ("ponls", []),
        ("cdat", []),
        ("sam", [("eta", "0.1")]),
    ];

    /// <summary>Creates the command.</summary>
    /// <param name="train">Carries out one run.</param>
    /// <returns>The command.</returns>
    public static Command Create(Train train)
    {
        var output = new Option<string>("--out") { Description = "Folder for the run folders and the report", DefaultValueFactory = _ => "runs/quickstart", HelpName = "folder" };
        var iterations = new Option<int>("--iterations") { Description = "Steps of each run", DefaultValueFactory = _ => 500, HelpName = "n" };
        var count = new Option<int>("--count") { Description = "Training images, the same number of each class", DefaultValueFactory = _ => 5000, HelpName = "n" };
        var seed = new Option<long>("--seed") { Description = "Seed of the start weights and of the choice of images", DefaultValueFactory = _ => 0, HelpName = "n" };
        var methods = new Option<string[]>("--methods") { Description = "Methods to compare", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. s_methods.Select(one => one.Method)], HelpName = "name,name,…" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Show only how each run ended, and the table" };
        var command = new DocumentedCommand(
            "quickstart",
            "Train one network on 5,000 real images with seven methods from the same start, and compare them. Takes a few minutes on two cores and ends with a table and a report, one HTML file.",
            "brink quickstart",
            "brink quickstart --methods nls,nls-ub --iterations 2000")
        { output, iterations, count, seed, methods, quiet };
        command.SetWork((parsed, cancellation) =>
        {
            TextWriter writer = parsed.InvocationConfiguration.Output;
            string folder = FreeFolder(parsed.GetRequiredValue(output));
            string[] chosen = Chosen(parsed.GetRequiredValue(methods));
            var folders = new List<string>();
            for (int i = 0; i < chosen.Length; i++)
            {
                var specification = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["data"] = "fashion-mnist",
                    ["count"] = parsed.GetValue(count).ToString(CultureInfo.InvariantCulture),
                    ["network"] = "mlp",
                    ["loss"] = "mse",
                    ["method"] = chosen[i],
                    ["iterations"] = parsed.GetValue(iterations).ToString(CultureInfo.InvariantCulture),
                    ["sharpness-every"] = "20",
                    ["seed"] = parsed.GetValue(seed).ToString(CultureInfo.InvariantCulture),
                    ["out"] = Path.Combine(folder, chosen[i]),
                };
                foreach ((string option, string value) in s_methods.Single(one => one.Method == chosen[i]).Options)
                {
                    specification[option] = value;
                }

                string title = $"{chosen[i]} ({i + 1} of {chosen.Length})";
                RunStatus status = train(specification, ProgressDisplay.For(writer, parsed.GetValue(quiet), title), cancellation);
                folders.Add(specification["out"]);
                if (status == RunStatus.Interrupted)
                {
                    break;
                }
            }

            // A quickstart cut short still shows what it has.
            Compare(folders, folder, writer);
            return cancellation.IsCancellationRequested ? BrinkCommandLine.Interrupted : 0;
        });
        return command;
    }

    private static void Compare(IReadOnlyList<string> folders, string folder, TextWriter writer)
    {
        IReadOnlyList<RunView> runs = RunViewReader.ReadAll(folders);
        IAnsiConsole console = ProgressDisplay.ConsoleOf(writer);
        console.Write(ComparisonTable.Create(runs, ProgressDisplay.ShowsUnicode(console)));
        string page = Path.Combine(folder, "index.html");
        ReportPage.Write(page, ReportContents.Of([.. folders.Select(RunEntry.Read)], "Large steps on Fashion-MNIST"));
        writer.WriteLine($"Report: {Path.GetFullPath(page)}");
        writer.WriteLine($"Your own: brink train --data fashion-mnist --method nls --network mlp   (brink train --help)");
    }

    /// <summary>The folder itself when nothing lies in it, else the first of folder-2, folder-3, … that is free: nothing is overwritten.</summary>
    private static string FreeFolder(string folder)
    {
        string free = folder;
        for (int i = 2; File.Exists(free) || (Directory.Exists(free) && Directory.EnumerateFileSystemEntries(free).Any()); i++)
        {
            free = $"{folder}-{i}";
        }

        return free;
    }

    private static string[] Chosen(string[] given)
    {
        string[] known = [.. s_methods.Select(one => one.Method)];
        string[] chosen = [.. given.SelectMany(one => one.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];
        if (chosen.Except(known).FirstOrDefault() is { } unknown)
        {
            throw NearestName.Unknown("method of the quickstart", unknown, known);
        }

        return chosen.Length > 0 ? chosen : throw new BrinkException($"--methods names none; there are {string.Join(", ", known)}");
    }
}
