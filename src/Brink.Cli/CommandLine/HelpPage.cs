using System.CommandLine;
using System.CommandLine.Invocation;

namespace Brink.Cli.CommandLine;

/// <summary>
/// The help page of a command: what it does, how it is called, its commands, arguments and options, and examples.
/// Written here because System.CommandLine's own page names the program's file and has no place for examples.
/// </summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int WidestName = 34;
    private const int PageWidth = 100;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return 0;
    }

    /// <summary>How a user spells a command, e.g. <c>brink data get</c>.</summary>
    /// <param name="command">The command.</param>
    /// <returns>The words.</returns>
    internal static string FullName(Command command)
    {
        string name = command is RootCommand ? "brink" : command.Name;
        Command? above = command.Parents.OfType<Command>().FirstOrDefault();
        return above is null ? name : $"{FullName(above)} {name}";
    }

    /// <summary>Writes the page.</summary>
    /// <param name="command">The command.</param>
    /// <param name="output">Where to.</param>
    internal static void Write(Command command, TextWriter output)
    {
        Wrap(output, command.Description ?? string.Empty, 0);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine($"  {Usage(command)}");

        List("Commands", [.. command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, FirstSentence(sub.Description)))], output);
        List("Arguments", [.. command.Arguments.Where(argument => !argument.Hidden).Select(argument => (Placeholder(argument), Describe(argument)))], output);
        Func<Option, string?> groupOf = (command as DocumentedCommand)?.GroupOf ?? (_ => null);
        foreach (IGrouping<string, Option> group in UsageErrors.OptionsOf(command).GroupBy(option => groupOf(option) ?? "Options").OrderBy(group => group.Key == "Options"))
        {
            List(group.Key, [.. group.Select(option => (Names(option), Describe(option)))], output);
        }

        string[] examples = command switch
        {
            DocumentedCommand documented => [.. documented.Examples],
            RootCommand => ["brink quickstart", "brink train --help", "brink doctor"],
            _ => [],
        };
        if (examples.Length > 0)
        {
            output.WriteLine();
            output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
            foreach (string example in examples)
            {
                output.WriteLine($"  {example}");
            }
        }
    }

    private static string Usage(Command command)
    {
        string usage = FullName(command);
        if (command.Subcommands.Any(sub => !sub.Hidden))
        {
            usage += " <command>";
        }

        foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            string more = argument.Arity.MaximumNumberOfValues > 1 ? "…" : string.Empty;
            usage += argument.Arity.MinimumNumberOfValues == 0
                ? $" [{Placeholder(argument)}{more}]"
                : $" {Placeholder(argument)}{more}";
        }

        return usage + " [options]";
    }

    private static void List(string heading, IReadOnlyList<(string Name, string Text)> rows, TextWriter output)
    {
        if (rows.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{heading}:");
        int width = Math.Min(WidestName, rows.Max(row => row.Name.Length));
        foreach ((string name, string text) in rows)
        {
            if (name.Length > width)
            {
                output.WriteLine($"  {name}");
                output.Write(new string(' ', width + 4));
            }
            else
            {
                output.Write($"  {name.PadRight(width)}  ");
            }

            Wrap(output, text, width + 4);
        }
    }

    /// <summary>Writes text of which the first line is already indented.</summary>
    private static void Wrap(TextWriter output, string text, int indent)
    {
        int column = indent;
        bool first = true;
        foreach (string paragraph in text.Split('\n'))
        {
            if (!first)
            {
                output.WriteLine();
                output.Write(new string(' ', indent));
                column = indent;
            }

            bool start = true;
            foreach (string word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!start && column + word.Length + 1 > PageWidth)
                {
                    output.WriteLine();
                    output.Write(new string(' ', indent));
                    column = indent;
                    start = true;
                }

                if (!start)
                {
                    output.Write(' ');
                    column++;
                }

                output.Write(word);
                column += word.Length;
                start = false;
            }

            first = false;
        }

        output.WriteLine();
    }

    private static string FirstSentence(string? text)
    {
        string line = (text ?? string.Empty).Split('\n')[0];
        int end = line.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? line : line[..end]).TrimEnd('.');
    }

    private static string Placeholder(Argument argument) => $"<{argument.HelpName ?? argument.Name}>";

    private static string Names(Option option)
    {
        string names = string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).OrderBy(alias => alias.Length).Append(option.Name).Distinct());
        if (option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool))
        {
            return names;
        }

        string[] choices = Choices(option);
        string value = option.HelpName ??
            (choices.Length > 0 && string.Join('|', choices).Length <= WidestName - option.Name.Length
                ? string.Join('|', choices)
                : option.Name.TrimStart('-'));
        return $"{names} <{value}>";
    }

    private static string Describe(Option option)
    {
        string text = option.Description ?? string.Empty;
        string[] choices = option.ValueType == typeof(bool) ? [] : Choices(option);
        if (choices.Length > 0 && !Names(option).Contains(choices[0], StringComparison.Ordinal) && !text.Contains(choices[0], StringComparison.Ordinal))
        {
            text += $": {string.Join(", ", choices)}";
        }

        if (option.Required)
        {
            return $"{text} (required)";
        }

        if (option.HasDefaultValue && option.ValueType != typeof(bool) && option.GetDefaultValue() is { } value)
        {
            string shown = value is System.Collections.IEnumerable many and not string
                ? string.Join(',', many.Cast<object>())
                : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty;
            if (shown.Length > 0)
            {
                text += $" (default {shown})";
            }
        }

        return text;
    }

    private static string Describe(Argument argument)
    {
        string text = argument.Description ?? string.Empty;
        return argument.HasDefaultValue && argument.GetDefaultValue() is { } value and not System.Collections.ICollection
            ? $"{text} (default {value})"
            : text;
    }

    private static string[] Choices(Option option) =>
        [.. option.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(item => item.Label)];
}
