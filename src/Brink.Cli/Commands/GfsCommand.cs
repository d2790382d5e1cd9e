using System.CommandLine;
using System.Globalization;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Brink.Flows;
using Spectre.Console;

namespace Brink.Cli.Commands;

/// <summary><c>brink gfs</c>: the gradient-flow-solution sharpness along a run.</summary>
internal static class GfsCommand
{
    private const int MostRows = 40;

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var defaults = new FlowSolutionOptions();
        var run = new Argument<string>("run") { Description = "The run folder" };
        var every = new Option<int>("--every") { Description = "Every so many iterates, counted from iteration 0", DefaultValueFactory = _ => 10, HelpName = "m" };
        var from = new Option<long>("--from-iteration") { Description = "The first iteration that counts", HelpName = "k" };
        var to = new Option<long?>("--to") { Description = "The last iteration that counts (default: the run's last)", HelpName = "k" };
        var integrator = new Option<string>("--integrator") { Description = $"How the flow is followed: {string.Join(", ", FlowIntegrator.Names)}", DefaultValueFactory = _ => defaults.Integrator, HelpName = "name" };
        integrator.CompletionSources.Add([.. FlowIntegrator.Names]);
        var tolerance = new Option<double>("--tolerance") { Description = "Allowed local error of a step, relative to the weights", DefaultValueFactory = _ => defaults.Tolerance, HelpName = "x" };
        var accuracy = new Option<double>("--accuracy") { Description = "Follow the flow until the relative change of λ₁ still to come is estimated to be at most this", DefaultValueFactory = _ => defaults.Accuracy, HelpName = "x" };
        var untilLoss = new Option<double?>("--until-loss") { Description = $"Loss to reach (default: {FlowSolutionOptions.DefaultUntilLoss:G}, unless a gradient norm is given)", HelpName = "x" };
        var untilNorm = new Option<double?>("--until-grad-norm") { Description = "Norm of the gradient to reach", HelpName = "x" };
        var most = new Option<int>("--max-gradients") { Description = "Gradients that one flow may cost", DefaultValueFactory = _ => defaults.MaximumGradients, HelpName = "n" };
        var threads = new Option<int>("--threads") { Description = "Flows followed at a time; ranks follow one at a time together", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "n" };
        Option<bool> json = JsonText.Option();
        Option<bool> untilInputEnds = InputWatch.Option();
        var command = new DocumentedCommand(
            "gfs",
            "Measure where gradient flow would end: φ(w_k) = λ₁ at the end of the flow from w_k, for every m-th iterate of a run, and whether φ ever rose. The run is replayed from its start; results are kept in gfs.jsonl of the run folder, and what is there already is not computed again. docs/gfs.md explains it.",
            "brink gfs runs/x --every 10",
            "brink gfs runs/x --every 50 --until-loss 1e-5 --tolerance 1e-5 --json",
            "brink launch --ranks 4 -- gfs runs/x --every 10")
        { run, every, from, to, integrator, tolerance, accuracy, untilLoss, untilNorm, most, threads, json, untilInputEnds };
        command.SetWork((parsed, cancellation) =>
        {
            bool asJson = parsed.GetValue(json);
            var settings = new FlowSolutionOptions
            {
                Integrator = parsed.GetRequiredValue(integrator),
                Tolerance = Inside("--tolerance", parsed.GetValue(tolerance), 1),
                Accuracy = Inside("--accuracy", parsed.GetValue(accuracy), 1),
                ResidualTolerance = FlowSolutionOptions.ResidualFor(parsed.GetValue(accuracy)),
                UntilLoss = parsed.GetValue(untilLoss) is { } loss ? Inside("--until-loss", loss, double.PositiveInfinity) : null,
                UntilGradNorm = parsed.GetValue(untilNorm) is { } norm ? Inside("--until-grad-norm", norm, double.PositiveInfinity) : null,
                MaximumGradients = (int)AtLeast("--max-gradients", parsed.GetValue(most), 1),
            };
            FlowIntegrator.Named(settings.Integrator, settings.Tolerance).Dispose();
            string folder = parsed.GetRequiredValue(run);
            int step = (int)AtLeast("--every", parsed.GetValue(every), 1);
            long first = AtLeast("--from-iteration", parsed.GetValue(from), 0);
            long? last = parsed.GetValue(to) is { } end ? AtLeast("--to", end, 0) : null;
            int atATime = (int)AtLeast("--threads", parsed.GetValue(threads), 1);
            using InputWatch watch = new(parsed.GetValue(untilInputEnds), cancellation);
            using RunRanks? ranks = RunRanks.FromEnvironment(watch.Token);
            TextWriter output = RankObserver.OutputOf(ranks, parsed.InvocationConfiguration.Output);
            TextWriter words = asJson ? RankObserver.OutputOf(ranks, parsed.InvocationConfiguration.Error) : output;
            FlowSolutionReport report = FlowSolutions.Compute(
                folder,
                step,
                first,
                last,
                settings,
                atATime,
                words.WriteLine,
                (line, done, all) => words.WriteLine(Progress(line, done, all)),
                watch.Token,
                ranks);
            if (asJson)
            {
                JsonText.Write(output, report);
            }
            else
            {
                Print(report, output);
            }

            if (report.Departure is { } departure)
            {
                words.WriteLine($"note: {departure}");
            }

            if (report.Interrupted)
            {
                words.WriteLine($"interrupted with {report.Lines.Count} iterates done; the same command goes on with the rest");
                return BrinkCommandLine.Interrupted;
            }

            return 0;
        });
        return command;
    }

    private static double Inside(string option, double value, double high) =>
        value > 0 && value < high ? value : throw new BrinkException($"{option} is {value}; it must be above 0{(double.IsFinite(high) ? $" and below {high}" : string.Empty)}");

    private static long AtLeast(string option, long value, long low) =>
        value >= low ? value : throw new BrinkException($"{option} is {value}; it must be at least {low}");

    private static string Progress(FlowSolutionLine line, int done, int all) => string.Create(
        CultureInfo.InvariantCulture,
        $"{done}/{all}  iteration {line.Iteration}: φ = {line.Sharpness:G6}, {line.Gradients} gradients, {line.Seconds:F1} s{(line.Converged ? string.Empty : $"  NOT CONVERGED: {string.Join("; ", line.Missed!)}")}");

    private static void Print(FlowSolutionReport report, TextWriter output)
    {
        Table table = new Table().Border(TableBorder.Markdown)
            .AddColumns("k", "loss", "φ", "flow's loss", "‖g‖", "time", "to come", "residual", "gradients", "rejected", "HVPs", "good");

        // Long tables are thinned out; all lines are in gfs.jsonl.
        int stride = (report.Lines.Count + MostRows - 1) / MostRows;
        foreach (FlowSolutionLine line in report.Lines.Where((_, n) => n % Math.Max(1, stride) == 0 || n == report.Lines.Count - 1))
        {
            table.AddRow([.. ((string[])[
                $"{line.Iteration}", Short(line.LossBefore), line.Sharpness.ToString("G6", CultureInfo.InvariantCulture), Short(line.Loss), Short(line.GradNorm),
                Short(line.Time), Short(line.Remaining), Short(line.Residual), $"{line.Gradients}", $"{line.Rejected}", $"{line.Hvps}",
                line.Converged ? "yes" : "NO"]).Select(Markup.Escape)]);
        }

        IAnsiConsole console = ProgressDisplay.ConsoleOf(output);
        console.Profile.Width = Math.Max(console.Profile.Width, 140);
        console.Write(table);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Settings.Integrator} with tolerance {report.Settings.Tolerance:G3}; {report.Lines.Sum(line => (long)line.Gradients)} gradients, {report.Lines.Sum(line => (long)line.Hvps)} Hessian-vector products, {report.Lines.Sum(line => line.Seconds):F1} core seconds in all"));
        output.WriteLine(report.Verdict.InWords());
    }

    private static string Short(double value) => double.IsFinite(value) ? value.ToString("G3", CultureInfo.InvariantCulture) : "?";
}
