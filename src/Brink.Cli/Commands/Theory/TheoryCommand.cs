using System.CommandLine;

namespace Brink.Cli.Commands.Theory;

/// <summary><c>brink theory</c>: models small enough to prove.</summary>
internal static class TheoryCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create() => new("theory", "Models small enough to prove: their trajectories, theorems, phase diagrams and bifurcations.")
    {
        PhaseCommand.Create(),
        BifurcationCommand.Create(),
    };
}
