using System.CommandLine;
using System.CommandLine.Parsing;

namespace Brink.Cli.CommandLine;

/// <summary>Says in one line what is wrong with a command line, with the nearest name that would be right.</summary>
internal static class UsageErrors
{
    /// <summary>Finds the mistake that a user should hear of first.</summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <returns>The line, or null when there is no mistake.</returns>
    internal static string? Describe(ParseResult parsed) =>
        UnknownOption(parsed) ?? MissingValue(parsed) ?? UnknownWord(parsed) ?? FirstError(parsed);

    /// <summary>Options a command takes, those of the commands above it that hold below included.</summary>
    /// <param name="command">The command.</param>
    /// <returns>The options; hidden ones left out.</returns>
    internal static IEnumerable<Option> OptionsOf(Command command)
    {
        IEnumerable<Option> options = command.Options;
        for (Command? above = command.Parents.OfType<Command>().FirstOrDefault(); above is not null; above = above.Parents.OfType<Command>().FirstOrDefault())
        {
            options = options.Concat(above.Options.Where(option => option.Recursive));
        }

        return options.Where(option => !option.Hidden);
    }

    private static string? UnknownOption(ParseResult parsed)
    {
        // An unknown option is taken for an argument wherever the command has one to fill, so the parser is silent.
        IEnumerable<string> filled = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Where(token => token.Type == TokenType.Argument)
            .Select(token => token.Value);
        bool escaped = parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash);
        string? unknown = escaped ? null : parsed.UnmatchedTokens.Concat(filled).FirstOrDefault(LooksLikeAnOption);
        if (unknown is null)
        {
            return null;
        }

        string name = unknown.Split('=', ':')[0];
        Command command = parsed.CommandResult.Command;
        string? nearest = NearestName.Suggest(name, OptionsOf(command).SelectMany(option => option.Aliases.Prepend(option.Name)));
        return $"unknown option '{name}'" + (nearest is null
            ? $"; '{CommandLineOf(command)} --help' lists them"
            : $"; did you mean '{nearest}'?");
    }

    private static string? MissingValue(ParseResult parsed)
    {
        foreach (OptionResult option in parsed.CommandResult.Children.OfType<OptionResult>())
        {
            if (option.Option.Arity.MinimumNumberOfValues > 0 && !option.Implicit &&
                (option.Tokens.Count == 0 || LooksLikeAnOption(option.Tokens[0].Value)))
            {
                return $"option '{option.Option.Name}' needs a value";
            }
        }

        return null;
    }

    private static string? UnknownWord(ParseResult parsed)
    {
        string? word = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (word is null)
        {
            return null;
        }

        Command command = parsed.CommandResult.Command;
        string[] verbs = [.. command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)];
        if (verbs.Length == 0 || command.Arguments.Count > 0)
        {
            return $"unexpected argument '{word}'; '{CommandLineOf(command)} --help' shows how it is used";
        }

        string? nearest = NearestName.Suggest(word, verbs);
        return $"unknown command '{word}'" + (nearest is null
            ? $"; there are {string.Join(", ", verbs)}"
            : $"; did you mean '{nearest}'?");
    }

    private static string? FirstError(ParseResult parsed)
    {
        ParseError? error = parsed.Errors.Count > 0 ? parsed.Errors[0] : null;
        if (error is null)
        {
            return null;
        }

        if (parsed.CommandResult.Command.Arguments.FirstOrDefault(IsMissing) is { } missing)
        {
            return $"'{CommandLineOf(parsed.CommandResult.Command)}' needs <{missing.HelpName ?? missing.Name}>: {missing.Description}";
        }

        // System.CommandLine's own message names .NET types and lists choices over many lines.
        if (error.SymbolResult is { } result && result.Tokens.Count > 0)
        {
            string given = result.Tokens[^1].Value;
            (string owner, Type type, IEnumerable<string> choices) = result switch
            {
                OptionResult option => ($"option '{option.Option.Name}'", option.Option.ValueType, ChoicesOf(option.Option)),
                ArgumentResult { Parent: OptionResult option } => ($"option '{option.Option.Name}'", option.Option.ValueType, ChoicesOf(option.Option)),
                ArgumentResult argument => ($"argument <{argument.Argument.Name}>", argument.Argument.ValueType, ChoicesOf(argument.Argument)),
                _ => (string.Empty, typeof(string), []),
            };
            if (error.Message.Contains("not recognized", StringComparison.Ordinal) && choices.Any())
            {
                string? nearest = NearestName.Suggest(given, choices);
                return $"{owner}: unknown value '{given}'; " +
                    (nearest is null ? $"there are {string.Join(", ", choices)}" : $"did you mean '{nearest}'?");
            }

            if (error.Message.StartsWith("Cannot parse", StringComparison.Ordinal))
            {
                return $"{owner}: '{given}' is not {Describe(type)}";
            }
        }

        bool IsMissing(Argument argument) =>
            argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 };

        string message = error.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return char.ToLowerInvariant(message[0]) + message[1..];
    }

    private static bool LooksLikeAnOption(string token) =>
        token.Length > 1 && token[0] == '-' && (char.IsAsciiLetter(token[1]) || (token[1] == '-' && token.Length > 2));

    private static string CommandLineOf(Command command) => HelpPage.FullName(command);

    private static IEnumerable<string> ChoicesOf(Symbol symbol) =>
        symbol.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(item => item.Label);

    private static string Describe(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            _ when plain == typeof(int) || plain == typeof(long) => "a whole number",
            _ when plain == typeof(ulong) || plain == typeof(uint) => "a whole number of zero or more",
            _ when plain == typeof(double) || plain == typeof(float) || plain == typeof(decimal) => "a number",
            _ when plain == typeof(bool) => "true or false",
            _ when plain.IsEnum => $"one of {string.Join(", ", Enum.GetNames(plain))}",
            _ => "what it takes",
        };
    }
}
