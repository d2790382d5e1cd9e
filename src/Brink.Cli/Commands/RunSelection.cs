using System.CommandLine;
using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary>The part of a command line that chooses runs: folders, a condition and an order.</summary>
internal sealed class RunSelection
{
    private const string DefaultFolder = "runs";

    private readonly Argument<string[]> _folders = new("folder")
    {
        Description = $"Run folders, or folders below which they lie (default {DefaultFolder})",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _where = new("--where")
    {
        Description = "Only runs that meet a condition, e.g. 'method = nls and final_loss < 0.01'; = != < <= > >= ~ (contains), and, or, not, ( )",
        HelpName = "condition",
    };

    private readonly Option<string?> _sort = new("--sort")
    {
        Description = "Fields to sort by, e.g. 'final_loss' or 'method, final_loss desc'",
        HelpName = "fields",
    };

    /// <summary>Adds the argument and the options to a command.</summary>
    /// <param name="command">The command.</param>
    internal void AddTo(Command command)
    {
        command.Add(_folders);
        command.Add(_where);
        command.Add(_sort);
    }

    /// <summary>The folder, where only that is given and neither a condition nor an order; else null.</summary>
    /// <param name="parsed">The command line.</param>
    internal string? OnlyFolder(ParseResult parsed) =>
        parsed.GetValue(_folders) is [var only] && parsed.GetValue(_where) is null && parsed.GetValue(_sort) is null ? only : null;

    /// <summary>The runs chosen.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="BrinkException">A folder is not there, or the condition or the order is not right.</exception>
    internal IReadOnlyList<RunEntry> Read(ParseResult parsed)
    {
        // The condition first: a mistake in it should not wait for a thousand folders.
        RunQuery? query = parsed.GetValue(_where) is { } condition ? RunQuery.Parse(condition) : null;
        RunOrder? order = parsed.GetValue(_sort) is { } fields ? RunOrder.Parse(fields) : null;
        string[] given = parsed.GetValue(_folders) is { Length: > 0 } named ? named : [DefaultFolder];
        if (given is [DefaultFolder] && !Directory.Exists(DefaultFolder))
        {
            throw new BrinkException($"there is no folder {DefaultFolder} here; 'brink train' makes one, or name the folder of your runs");
        }

        IEnumerable<RunEntry> runs = given.SelectMany(RunCatalogue.List).DistinctBy(run => Path.GetFullPath(run.Path));
        if (query is not null)
        {
            runs = runs.Where(query.Matches);
        }

        return order is null ? [.. runs] : order.Apply(runs);
    }
}
