using System.CommandLine;
using Brink.Cli.CommandLine;

namespace Brink.Cli.Commands;

/// <summary>What the launcher <c>./brink</c> does itself; here so that help and completion know of it.</summary>
internal static class LauncherCommands
{
    /// <summary><c>brink setup</c>.</summary>
    /// <returns>The command.</returns>
    public static Command CreateSetup() => Create(
        "setup",
        "Install what is missing and build, without running anything. Every other command of ./brink does the same first.",
        "./brink setup");

    /// <summary><c>brink test</c>.</summary>
    /// <returns>The command.</returns>
    public static Command CreateTest()
    {
        DocumentedCommand command = Create(
            "test",
            "Run the tests of this checkout. The last line is 'N passed, N failed' and the exit code tells whether all is well.",
            "./brink test",
            "./brink test Brink.Tests  # only the projects whose name contains it");
        command.Add(new Argument<string[]>("project")
        {
            Description = "Parts of the names of test projects; all of them when none is given",
            Arity = ArgumentArity.ZeroOrMore,
        });
        return command;
    }

    /// <summary><c>brink package</c>.</summary>
    /// <returns>The command.</returns>
    public static Command CreatePackage()
    {
        DocumentedCommand command = Create(
            "package",
            "Make what is released: an archive for linux-x64 that needs no .NET, the .NET tool, and the NuGet packages of the library.",
            "./brink package",
            "./brink package --out /tmp/release");
        command.Add(new Option<string>("--out") { Description = "The folder they are written to (default: artifacts/packages)", HelpName = "folder" });
        return command;
    }

    private static DocumentedCommand Create(string name, string description, params string[] examples)
    {
        var command = new DocumentedCommand(name, description, examples);
        command.SetAction(int (_) => throw new BrinkException($"'{name}' is the launcher's: call ./brink {name} at the root of a checkout"));
        return command;
    }
}
