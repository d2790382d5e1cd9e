using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Report;
using Brink.Cli.Reproduction;
using Brink.Cli.Terminal;
using Brink.Experiments.Reproduction;

namespace Brink.Cli.Commands;

/// <summary><c>brink reproduce</c>: a paper's figure from the file that declares it, with a verdict for each claim.</summary>
internal static class ReproduceCommand
{
    private static readonly string[] s_formats = ["svg", "png", "pdf"];

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var name = new Argument<string?>("experiment") { Description = "A name of the list, or the path of your own file, ending in .yaml", Arity = ArgumentArity.ZeroOrOne, HelpName = "name or file" };
        name.CompletionSources.Add(_ => ExperimentCatalogue.Names.Select(one => new System.CommandLine.Completions.CompletionItem(one)));
        var list = new Option<bool>("--list") { Description = "List the experiments that come with Brink, which is also what no name does" };
        var reduced = new Option<bool>("--reduced") { Description = "Run the reduced setting that the experiment states, for a laptop; report and terminal say so" };
        var set = new Option<string[]>("--set")
        {
            Description = "Set a field for every trajectory: --set device=cuda, --set from=FOLDER for the data, --set iterations=100. Not one that varies in the experiment",
            HelpName = "field=value",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        var folder = new Option<string>("--out") { Description = "Folder of the results; default: runs/reproduce/ and the name, with -reduced. What was cut short there is gone on with", HelpName = "folder" };
        var force = new Option<bool>("--force") { Description = "Begin anew, in place of the results that are in the folder" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Show only the verdicts" };
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand(
            "reproduce",
            "Make a paper's figure anew and hold it against the paper's claims. Writes the pictures as SVG, PNG and PDF, a verdict for each claim, and a report that shows both and the runs, one HTML file. Ctrl-C keeps what is done; the same command goes on.",
            "brink reproduce",
            "brink reproduce minimalist/fig-1",
            "brink reproduce flatland/fig-3 --reduced",
            "brink reproduce flatland/fig-3 --set device=cuda",
            "brink reproduce path/to/mine.yaml --out runs/mine  # a copy of experiments/minimalist/fig-1.yaml, changed")
        { name, list, reduced, set, folder, force, quiet, json };
        command.SetWork((parsed, cancellation) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(name) is not { } given || parsed.GetValue(list))
            {
                List(output, parsed.GetValue(json));
                return 0;
            }

            var experiment = ExperimentCatalogue.Open(given, parsed.GetValue(reduced), Overrides(parsed.GetValue(set) ?? []));
            using var results = ReproductionFolder.Open(parsed.GetValue(folder) ?? DefaultFolder(experiment), experiment, parsed.GetValue(force));
            TextWriter words = parsed.GetValue(quiet) ? TextWriter.Null : parsed.GetValue(json) ? parsed.InvocationConfiguration.Error : output;
            List<ExperimentTrajectory> trajectories = [];
            try
            {
                Obtain(experiment, results, trajectories, words, cancellation);
            }
            catch (OperationCanceledException)
            {
                parsed.InvocationConfiguration.Error.WriteLine(
                    $"brink: interrupted; {results.Stored} of {experiment.Trajectories.Count} trajectories are in {results.Path}, and the same command goes on");
                return BrinkCommandLine.Interrupted;
            }

            IReadOnlyList<ClaimVerdict> claims = ClaimVerdict.JudgeAll(experiment, trajectories);
            (string[][] pictures, BrinkException? undrawn) = Draw(experiment, results, trajectories);
            var summary = ReproductionSummary.Of(experiment, claims, trajectories, pictures);
            results.WriteJson("verdicts.json", summary);
            string report = results.File("index.html");
            ReportPage.Write(report, ReportContents.Of(results.Path, summary));
            if (parsed.GetValue(json))
            {
                JsonText.Write(output, summary);
            }
            else
            {
                words.WriteLine();
                VerdictText.Write(output, claims.Select(claim => claim.Overall));
                output.WriteLine();
                output.WriteLine(ReproductionSummary.InWords(experiment.Numbering));
                if (experiment.Reduction is { } reduction)
                {
                    output.WriteLine($"Reduced: {reduction}");
                }

                output.WriteLine($"report: {report}");
            }

            return undrawn is null ? 0 : throw undrawn;
        });
        return command;
    }

    private static string DefaultFolder(Experiment experiment) =>
        Path.Combine(["runs", "reproduce", .. experiment.Name.Split('/')]) + (experiment.IsReduced ? "-reduced" : string.Empty);

    private static Dictionary<string, string> Overrides(string[] given)
    {
        Dictionary<string, string> overrides = new(StringComparer.Ordinal);
        foreach (string text in given)
        {
            string[] parts = text.Split('=', 2);
            overrides[parts[0].Trim()] = parts.Length == 2 ? parts[1].Trim() : throw new BrinkException($"--set {text}: it must be field=value, as in --set device=cuda");
        }

        return overrides;
    }

    private static void List(TextWriter output, bool json)
    {
        Experiment[] all = [.. ExperimentCatalogue.Names.Select(name => ExperimentCatalogue.Open(name))];
        if (json)
        {
            JsonText.Write(output, all.Select(one => new { one.Name, one.Title, one.Paper, one.Numbering, Trajectories = one.Trajectories.Count, Claims = one.Claims.Count }));
            return;
        }

        int width = all.Max(one => one.Name.Length);
        foreach (Experiment one in all)
        {
            output.WriteLine($"{one.Name.PadRight(width)}  {one.Title}");
        }

        output.WriteLine();
        output.WriteLine($"brink reproduce {all[0].Name} makes one; the files are in {ExperimentCatalogue.Folder}, and a copy of one with other numbers can be given in place of a name");
    }

    private static void Obtain(
        Experiment experiment, ReproductionFolder results, List<ExperimentTrajectory> trajectories, TextWriter words, CancellationToken cancellation)
    {
        words.WriteLine($"{ReproductionSummary.HeadingOf(experiment)}: {experiment.Title}");
        words.WriteLine($"{experiment.Paper}");
        words.WriteLine($"{(experiment.Trajectories.Count == 1 ? "1 trajectory" : $"{experiment.Trajectories.Count} trajectories")}{(results.Stored is > 0 and var stored ? $", {stored} there already" : string.Empty)}, in {results.Path}");
        foreach ((ExperimentTrajectory trajectory, bool wasThere) in results.Obtain(plan => ReproductionProgress.For(words, plan.Title), cancellation))
        {
            trajectories.Add(trajectory);
            words.WriteLine($"{trajectories.Count,3} of {experiment.Trajectories.Count}  {trajectory.Plan.Title}: {trajectory.Outcome}{(wasThere ? " (was there)" : string.Empty)}");
            words.Flush();
        }
    }

    /// <summary>Draws every panel. Where gnuplot cannot, the scripts and data of all are written nevertheless, and the first problem is handed back.</summary>
    private static (string[][] Pictures, BrinkException? Undrawn) Draw(Experiment experiment, ReproductionFolder results, List<ExperimentTrajectory> trajectories)
    {
        BrinkException? undrawn = null;
        List<string[]> pictures = [];
        for (int k = 0; k < experiment.Panels.Count; k++)
        {
            ExperimentPanel panel = experiment.Panels[k];
            Figure figure = StudyPanels.Draw(experiment, panel, [.. trajectories.Where(one => one.Plan.IsIn(panel.Where))]);
            if (!figure.HasRange)
            {
                pictures.Add([]);
                continue;
            }

            try
            {
                pictures.Add([.. Gnuplot.Draw(figure, results.File($"{experiment.ShortName}-{(char)('a' + k)}-{panel.Kind}"), s_formats)]);
            }
            catch (BrinkException problem)
            {
                undrawn ??= problem;
                pictures.Add([]);
            }
        }

        return ([.. pictures], undrawn);
    }
}
