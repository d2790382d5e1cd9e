using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Brink.Cli.Commands;
using Brink.Cli.Commands.Theory;
using Brink.Experiments;
using Brink.Experiments.Sweeps;
using Brink.Torch;

namespace Brink.Cli.CommandLine;

/// <summary>The command line as a whole: its commands, and what a failure looks like.</summary>
internal static class BrinkCommandLine
{
    /// <summary>Exit code of a run that failed.</summary>
    internal const int RunError = 1;

    /// <summary>Exit code of a command line that makes no sense.</summary>
    internal const int UsageError = 2;

    /// <summary>Exit code where another process is at work in the folder (EX_TEMPFAIL of sysexits.h).</summary>
    internal const int InUse = JobEnd.InUse;

    /// <summary>Exit code after Ctrl-C, as shells count it (128 + SIGINT).</summary>
    internal const int Interrupted = 130;

    /// <summary>Set to 1 to see the stack trace of a failure.</summary>
    internal const string DebugVariable = "BRINK_DEBUG";

    /// <summary>
    /// How long a command may go on after Ctrl-C or SIGTERM. System.CommandLine's own two seconds would kill the
    /// saving of a checkpoint.
    /// </summary>
    private static readonly TimeSpan s_terminationTimeout = TimeSpan.FromMinutes(10);

    /// <summary>How command lines are read.</summary>
    internal static ParserConfiguration Parser { get; } = new()
    {
        EnablePosixBundling = false,
        ResponseFileTokenReplacer = null,
    };

    /// <summary>Builds the tree of commands.</summary>
    /// <returns>The root.</returns>
    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand("Gradient descent with large steps: train at the edge of stability, and see it.")
        {
            TrainCommand.Create(),
            ResumeCommand.Create(),
            LaunchCommand.Create(),
            SweepCommand.Create(),
            PlanCommand.Create(),
            MeasureCommand.Create(),
            SpectrumCommand.Create(),
            FlowCommand.Create(),
            GfsCommand.Create(),
            DataCommand.Create(),
            NetworksCommand.Create(),
            BenchCommand.Create(),
            QuickstartCommand.Create(Quickstart),
            DoctorCommand.Create(),
            TheoryCommand.Create(),
            ReproduceCommand.Create(),
            RunsCommand.Create(),
            ReportCommand.Create(),
            ServeCommand.Create(),
            ExportCommand.Create(),
            CompletionCommand.Create(),
            LauncherCommands.CreateSetup(),
            LauncherCommands.CreateTest(),
            LauncherCommands.CreatePackage(),
        };
        // The library's own help option also answers to /? and /h, which are paths here.
        root.Options.Remove(root.Options.First(option => option is HelpOption));
        root.Options.Insert(0, new HelpOption("--help", "-h") { Description = "Show this page", Action = new HelpPage() });
        root.Options.First(option => option is VersionOption).Description = "Show the version and the revision it was built from";
        return root;
    }

    private static RunStatus Quickstart(
        IReadOnlyDictionary<string, string> fields, IRunObserver observer, CancellationToken cancellation)
    {
        Specification specification = fields.Aggregate(new Specification(), (built, field) => built.With(field.Key, field.Value));
        return Trainer.Train(specification, observer, cancellation: cancellation).Status;
    }

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">What stands after <c>brink</c>.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where the one line about a failure goes.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        RootCommand root = CreateRoot();
        ParseResult parsed = root.Parse(arguments, Parser);
        try
        {
            if (arguments.Length == 0)
            {
                HelpPage.Write(root, output);
                return 0;
            }

            // Help, version and completion answer whatever else is on the line.
            bool answersAnyway = parsed.Action is { ClearsParseErrors: true } || parsed.RootCommandResult.Children.OfType<DirectiveResult>().Any();
            if (!answersAnyway && UsageErrors.Describe(parsed) is { } mistake)
            {
                await error.WriteLineAsync($"brink: {mistake}");
                return UsageError;
            }

            if (parsed.Action is null && parsed.CommandResult.Command.Subcommands.Count > 0)
            {
                HelpPage.Write(parsed.CommandResult.Command, output);
                return 0;
            }

            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = s_terminationTimeout,
                Output = output,
                Error = error,
            });
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("brink: interrupted");
            return Interrupted;
        }
        catch (BrinkException failure) when (failure.IsToldElsewhere && Environment.GetEnvironmentVariable(DebugVariable) != "1")
        {
            return RunError;
        }
        catch (Exception failure)
        {
            await error.WriteLineAsync(Report(failure));
            return failure switch
            {
                BrinkException { IsTemporary: true } => InUse,
                BrinkException { IsInterruption: true } => Interrupted,
                _ => RunError,
            };
        }
    }

    /// <summary>What a user reads of a failure: one line, or everything when <c>BRINK_DEBUG=1</c>.</summary>
    /// <param name="failure">The failure.</param>
    /// <returns>The text, without a line end.</returns>
    internal static string Report(Exception failure)
    {
        // A type initialiser's and a task's failure say nothing; what they wrap does.
        Exception cause = failure;
        while (cause is TypeInitializationException or AggregateException && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        string line = cause switch
        {
            BrinkException or TorchException => OneLine(cause.Message),
            IOException or UnauthorizedAccessException => OneLine(cause.Message),
            _ => $"{cause.GetType().Name}: {OneLine(cause.Message)} (this is a bug: please report it with 'brink doctor' and the output under {DebugVariable}=1)",
        };
        return Environment.GetEnvironmentVariable(DebugVariable) == "1"
            ? $"brink: {line}{Environment.NewLine}{failure}"
            : $"brink: {line}";
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
