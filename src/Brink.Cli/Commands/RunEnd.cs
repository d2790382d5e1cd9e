using Brink.Cli.CommandLine;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary>What a run is called on the screen, and what its end means to a shell.</summary>
internal static class RunEnd
{
    /// <summary>A run in a few words.</summary>
    internal static string Title(Specification specification) =>
        $"{specification.Method} on {specification.Model ?? $"{specification.Data}, {specification.Network}"}";

    /// <summary>What stands on the screen after the line that says how a run ended.</summary>
    internal static void ShowFindings(RunOutcome outcome, TextWriter output)
    {
        bool unicode = ProgressDisplay.IsLive(ProgressDisplay.ConsoleOf(output)) && ProgressDisplay.ShowsUnicode(ProgressDisplay.ConsoleOf(output));
        if (EdgeText.Of(outcome.Summary, unicode) is { } text)
        {
            output.WriteLine(text);
        }

        VerdictText.Write(output, StepVerdicts.OfRun(outcome.Folder, RunRecord.ReadSpecification(outcome.Folder)));
        if (outcome.Status != RunStatus.Failed)
        {
            output.WriteLine($"see it: brink report {outcome.Folder}, or brink serve, which also shows runs while they train");
        }
    }

    /// <summary>0 for a run that ended as runs end, divergence included: it is a result; 130 after Ctrl-C; 1 for a failure.</summary>
    internal static int ExitCode(RunOutcome outcome) => outcome.Status switch
    {
        RunStatus.Interrupted => BrinkCommandLine.Interrupted,
        RunStatus.Failed => throw new BrinkException($"the run in {outcome.Folder} stopped: {outcome.Reason}"),
        _ => 0,
    };
}
