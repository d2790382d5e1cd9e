using System.CommandLine;
using Brink.Cli.CommandLine;

namespace Brink.Cli.Commands.Theory;

/// <summary><c>brink theory</c>: the models small enough to prove.</summary>
internal static class TheoryCommand
{
    /// <summary>Creates the command.</summary>
    /// <returns>The command with its verbs.</returns>
    public static Command Create() => new DocumentedCommand(
        "theory",
        "Run the models on which the theory of large steps is proved, and compare each theorem with what is measured.",
        "brink theory minimalist --eta 0.05 --epsilon 1e-3",
        "brink theory linear --widths 1,1,1 --target 1",
        "brink theory phase scalar --x eta:0.5:2:400 --y ratio:1:4:400")
    {
        TheoryMinimalistCommand.Create(),
        TheoryScalarCommand.Create(),
        TheorySquaredRegressionCommand.Create(),
        TheoryLinearCommand.Create(),
        PhaseCommand.Create(),
        BifurcationCommand.Create(),
    };
}
