using Brink.Experiments;
using Spectre.Console;

namespace Brink.Cli.Terminal;

/// <summary>Chooses how a run is shown.</summary>
internal static class ProgressDisplay
{
    /// <summary>What decides the locale, first come first served.</summary>
    private static readonly string[] s_localeVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Set by Open MPI's mpirun, which gives every process a terminal of its own, wherever its own output goes.</summary>
    private const string OpenMpiVariable = "OMPI_COMM_WORLD_RANK";

    /// <summary>A live view on a terminal, plain lines elsewhere, only the end when quiet.</summary>
    /// <param name="output">Standard output, or standard error where standard output carries JSON.</param>
    /// <param name="quiet"><c>--quiet</c>.</param>
    /// <param name="title">What is trained, in a few words.</param>
    /// <returns>The observer to give to the run.</returns>
    internal static IRunObserver For(TextWriter output, bool quiet, string title)
    {
        if (quiet)
        {
            return new QuietProgress(output);
        }

        IAnsiConsole console = ConsoleOf(output);
        return IsLive(console) ? new LiveProgress(console, title) : new PlainProgress(output);
    }

    /// <summary>A Spectre console over a writer.</summary>
    /// <param name="output">The writer.</param>
    /// <returns>The console; 100 columns wide where there is no terminal to ask.</returns>
    internal static IAnsiConsole ConsoleOf(TextWriter output)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!console.Profile.Out.IsTerminal || Environment.GetEnvironmentVariable(OpenMpiVariable) is not null)
        {
            // A file gets no colours, and its tables keep their shape whatever terminal the command was started from.
            console.Profile.Width = 100;
            console.Profile.Capabilities.Ansi = false;
            console.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        }

        string? locale = s_localeVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        if (locale is "C" or "POSIX")
        {
            console.Profile.Capabilities.Unicode = false;
        }

        return console;
    }

    /// <summary>Whether lines can be redrawn.</summary>
    /// <param name="console">The console.</param>
    /// <returns>True for a terminal that understands cursor movement.</returns>
    internal static bool IsLive(IAnsiConsole console) =>
        console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether λ, η and block characters can be shown.</summary>
    /// <param name="console">A console of <see cref="ConsoleOf"/>.</param>
    /// <returns>True when the encoding holds them and the locale does not say C.</returns>
    internal static bool ShowsUnicode(IAnsiConsole console) => console.Profile.Capabilities.Unicode;
}
