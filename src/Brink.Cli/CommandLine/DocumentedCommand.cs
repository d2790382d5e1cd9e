using System.CommandLine;

namespace Brink.Cli.CommandLine;

/// <summary>A command that comes with examples, which its help page ends with.</summary>
internal sealed class DocumentedCommand : Command
{
    /// <summary>Creates a command.</summary>
    /// <param name="name">The verb.</param>
    /// <param name="description">One sentence for lists of commands, then what else a reader of its page should know.</param>
    /// <param name="examples">Complete command lines, each optionally followed by two spaces and <c># why</c>.</param>
    internal DocumentedCommand(string name, string description, params string[] examples)
        : base(name, description) => Examples = examples;

    /// <summary>Complete command lines.</summary>
    internal IReadOnlyList<string> Examples { get; }

    /// <summary>Heading under which an option stands on the help page; options that give null stand under "Options".</summary>
    internal Func<Option, string?> GroupOf { get; init; } = static _ => null;

    /// <summary>
    /// Sets what the command does, so that Ctrl-C and SIGTERM cancel the token and the work may still save a
    /// checkpoint. The work gets a thread of its own and stays on it: libtorch's grad mode and thread counts belong
    /// to a thread, and the signal handlers are installed only once the action has returned its task.
    /// </summary>
    /// <param name="action">The work; returns the exit code.</param>
    internal void SetWork(Func<ParseResult, CancellationToken, int> action) =>
        SetAction((parsed, cancellation) => Task.Factory.StartNew(
            () => action(parsed, cancellation),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
}
