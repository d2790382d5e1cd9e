using System.CommandLine;
using System.Diagnostics;
using Brink.Cli.CommandLine;
using Brink.Cli.Figures;
using Brink.Cli.Terminal;
using Brink.Experiments.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Cli.Commands.Theory;

/// <summary><c>brink theory phase</c>: what becomes of gradient descent, over two parameters.</summary>
internal static class PhaseCommand
{
    private const int CellsASide = 200;

    /// <summary>Creates the command.</summary>
    /// <returns>The command, with one subcommand a model.</returns>
    public static Command Create()
    {
        var command = new Command("phase", "Phase diagram over two parameters: converged, edge, period, chaotic, diverged, told by Lyapunov exponent and recurrence.");
        foreach (SweptModel model in SweptModel.All)
        {
            command.Add(Create(model));
        }

        return command;
    }

    private static DocumentedCommand Create(SweptModel model)
    {
        string defaultX = (model.Axes.X with { Count = CellsASide }).ToString();
        string defaultY = (model.Axes.Y with { Count = CellsASide }).ToString();
        var options = new SweepOptions(model);
        var x = new Option<string>("--x") { Description = "Columns: parameter:from:to:count, and :log after it for even ratios", DefaultValueFactory = _ => defaultX, HelpName = "axis" };
        var y = new Option<string>("--y") { Description = "Rows, written likewise", DefaultValueFactory = _ => defaultY, HelpName = "axis" };
        var folder = new Option<string>("--out") { Description = "Folder of the results; a diagram that was cut short there is gone on with", DefaultValueFactory = _ => $"phase-{model.Name}", HelpName = "dir" };
        var threads = new Option<int>("--threads") { Description = "Threads", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "n" };
        var csv = new Option<bool>("--csv") { Description = "Write the cells as CSV, too" };
        var quiet = new Option<bool>("--quiet") { Description = "No progress" };
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand(
            model.Name,
            $"Phase diagram of {model.Description}. Ctrl-C keeps what is done; the same command goes on.",
            $"brink theory phase {model.Name}",
            $"brink theory phase {model.Name} --x {defaultX} --y {defaultY} --format png,pdf --csv --out diagram")
        { x, y, folder, threads, csv, quiet, json };
        foreach (Option option in options.All)
        {
            command.Add(option);
        }

        command.SetWork((parsed, cancellation) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            bool asJson = parsed.GetValue(json);
            TextWriter words = asJson ? parsed.InvocationConfiguration.Error : output;
            ParameterPlane plane = options.Plane(parsed, SweepAxis.Parse(parsed.GetRequiredValue(x)), SweepAxis.Parse(parsed.GetRequiredValue(y)));
            OrbitRules rules = options.Rules(parsed);
            string[] formats = options.Formats(parsed);
            int workers = parsed.GetValue(threads) is >= 1 and var given ? given : throw new BrinkException($"--threads is {parsed.GetValue(threads)}; it must be at least 1");
            using PhaseFolder results = PhaseFolder.Open(parsed.GetRequiredValue(folder), plane, rules);
            var watch = Stopwatch.StartNew();
            bool interrupted = Run(plane, rules, workers, results, new SweepProgress(words, parsed.GetValue(quiet), results.MissingLines().Length), cancellation);
            PhaseSummary summary = PhaseSummary.Of(results, plane, watch.Elapsed.TotalSeconds);
            File.WriteAllText(Path.Combine(results.Path, "summary.json"), summary.ToJson());
            if (parsed.GetValue(csv))
            {
                words.WriteLine($"cells: {results.WriteCsv()}");
            }

            if (asJson)
            {
                JsonText.Write(output, summary);
            }
            else
            {
                summary.Print(output);
            }

            if (formats.Length > 0)
            {
                words.WriteLine($"picture: {string.Join(", ", Gnuplot.Draw(PhaseFigure.Create(plane, results.Cells), Path.Combine(results.Path, "phase"), formats))}");
            }

            if (interrupted)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"brink: interrupted; what is done is in {results.Path}, and the same command goes on");
            }

            return interrupted ? BrinkCommandLine.Interrupted : 0;
        });
        return command;
    }

    /// <summary>Computes what is missing; true when it was cut short.</summary>
    private static bool Run(
        ParameterPlane plane, OrbitRules rules, int threads, PhaseFolder results, SweepProgress progress, CancellationToken cancellation)
    {
        try
        {
            PhaseSweep.Run(plane, rules, threads, results.MissingLines(), Keep, cancellation);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }

        void Keep(int line, OrbitSummary[] cells)
        {
            results.Write(line, cells);
            progress.Advance();
        }
    }
}
