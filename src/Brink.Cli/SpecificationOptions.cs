using System.CommandLine;
using Brink.Experiments;

namespace Brink.Cli;

/// <summary>
/// The options of a command that takes a specification: one for each field of the table, and an argument for a file that
/// they are laid over.
/// </summary>
internal sealed class SpecificationOptions
{
    private readonly Dictionary<Option, SpecificationField> _fields = [];

    /// <summary>Makes the options.</summary>
    /// <param name="without">Names of fields that get none: the command has an option of its own by that name.</param>
    internal SpecificationOptions(params string[] without)
    {
        foreach (SpecificationField field in SpecificationFields.All.Where(field => !without.Contains(field.Name)))
        {
            _fields.Add(field.IsFlag ? Flag(field) : Valued(field), field);
        }
    }

    /// <summary>The file of a specification, YAML or JSON; optional.</summary>
    internal Argument<string?> File { get; } = new("spec")
    {
        Description = "File of a specification (YAML, or JSON where the name ends in .json); options are laid over it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The options, in the order of the table.</summary>
    internal IEnumerable<Option> Options => _fields.Keys;

    /// <summary>Adds the argument and the options to a command.</summary>
    /// <param name="command">The command.</param>
    internal void AddTo(Command command)
    {
        command.Add(File);
        foreach (Option option in Options)
        {
            command.Add(option);
        }
    }

    /// <summary>Heading under which a help page shows an option; null for an option that is no field.</summary>
    /// <param name="option">The option.</param>
    internal string? GroupOf(Option option) =>
        _fields.TryGetValue(option, out SpecificationField? field) ? SpecificationDocument.TitleOf(field.Group) : null;

    /// <summary>The specification that a command line gives.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="BrinkException">The file or an option is not right; one line that names it.</exception>
    internal Specification Read(ParseResult parsed) => Read(
        parsed,
        parsed.GetValue(File) is { } path ? Specification.ReaderOf(path).NextLayer() : new SpecificationReader(new Specification()));

    /// <summary>The specification that the options give, laid over another.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="reader">What they are laid over.</param>
    /// <exception cref="BrinkException">An option is not right; one line that names it.</exception>
    internal Specification Read(ParseResult parsed, SpecificationReader reader)
    {
        foreach ((Option option, SpecificationField field) in _fields)
        {
            if (parsed.GetResult(option) is { Implicit: false } result)
            {
                // A flag may stand alone; it then means true.
                string text = result.Tokens.Count == 0 ? "true" : result.Tokens[^1].Value;
                reader.Set(field.Name, text, option.Name);
            }
        }

        return reader.Read();
    }

    private static Option<string> Valued(SpecificationField field)
    {
        Option<string> option = new("--" + field.Name) { Description = Describe(field), Arity = ArgumentArity.ExactlyOne };
        if (field.Choices is { } choices)
        {
            // For completion and the help page; the check itself, with its message, is the field's.
            option.CompletionSources.Add([.. choices]);
        }
        else
        {
            option.HelpName = Placeholder(field);
        }

        return option;
    }

    private static Option<bool> Flag(SpecificationField field) =>
        new("--" + field.Name) { Description = Describe(field), Arity = ArgumentArity.ZeroOrOne };

    private static string Describe(SpecificationField field)
    {
        string text = field.Help;
        if (!field.IsFlag)
        {
            text += $" (default {field.DefaultText})";
        }

        foreach (FieldCondition condition in field.Conditions)
        {
            text += $" [{(condition.Field == "method" ? "" : condition.Field + " ")}{string.Join(", ", condition.Values)}]";
        }

        return text;
    }

    private static string Placeholder(SpecificationField field) => field.ValueType switch
    {
        { } type when type == typeof(double) => "x",
        { } type when type == typeof(int) || type == typeof(long) => "n",
        { } type when type == typeof(IReadOnlyList<int>) => "n,n,…",
        _ when field.Legal.EndsWith("folder", StringComparison.Ordinal) => "dir",
        _ when field.Legal.EndsWith("file", StringComparison.Ordinal) => "file",
        _ => field.Name,
    };
}
