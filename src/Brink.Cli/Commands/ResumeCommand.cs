using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary><c>brink resume</c>: goes on with a run that was interrupted, killed, or is to take more iterations.</summary>
internal static class ResumeCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run folder" };
        var iterations = new Option<long?>("--iterations") { Description = "Steps to take in all, to go on beyond what was asked for", HelpName = "n" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Show only how the run ended" };
        Option<bool> untilInputEnds = InputWatch.Option();
        var command = new DocumentedCommand(
            "resume",
            "Go on with a run from its newest checkpoint. The finished run is the one that was never stopped, bit for bit.",
            "brink resume runs/x",
            "brink resume runs/x --iterations 10000")
        { run, iterations, quiet, untilInputEnds };
        command.SetWork((parsed, cancellation) =>
        {
            string folder = parsed.GetRequiredValue(run);
            long? more = parsed.GetValue(iterations);
            if (more is < 1)
            {
                throw new BrinkException($"--iterations is {more}; it must be at least 1");
            }

            string title = RunEnd.Title(RunRecord.ReadSpecification(folder));
            using InputWatch watch = new(parsed.GetValue(untilInputEnds), cancellation);
            using RunRanks? ranks = RunRanks.FromEnvironment(watch.Token);
            IRunObserver observer = RankObserver.For(ranks, parsed.InvocationConfiguration.Output, parsed.GetValue(quiet), title);
            RunOutcome outcome = Trainer.Resume(folder, observer, more, ranks, watch.Token);
            if (!parsed.GetValue(quiet) && ranks is null or { IsOwner: true })
            {
                RunEnd.ShowFindings(outcome, parsed.InvocationConfiguration.Output);
            }

            return RunEnd.ExitCode(outcome);
        });
        return command;
    }
}
