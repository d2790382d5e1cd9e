using System.Globalization;

namespace Brink.Experiments;

/// <summary>
/// Recursive descent over: or = and {"or" and}; and = not {"and" not}; not = "not" not | "(" or ")" | field operator value.
/// </summary>
internal sealed class RunQueryParser
{
    // Longer spellings first, so that "<=" is not read as "<".
    private static readonly (string Text, QueryOperator Operator)[] Operators =
    [
        ("!=", QueryOperator.NotEqual),
        ("<=", QueryOperator.LessOrEqual),
        (">=", QueryOperator.GreaterOrEqual),
        ("=", QueryOperator.Equal),
        ("<", QueryOperator.Less),
        (">", QueryOperator.Greater),
        ("~", QueryOperator.Contains),
    ];

    private static readonly string[] Words = ["and", "or", "not"];
    private readonly string text;
    private readonly List<Token> tokens = [];
    private int next;

    internal RunQueryParser(string text)
    {
        this.text = text;
        Split();
    }

    private Token Current => tokens[next];

    internal static string Spell(QueryOperator value) => Operators.First(o => o.Operator == value).Text;

    /// <summary>A value as it can stand in a query: bare where that is read as one word, else in quotes.</summary>
    internal static string Quote(string value) =>
        value.Length > 0 && value.All(IsWordCharacter) && !Words.Contains(value)
            ? value
            : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    internal RunQuery Parse()
    {
        RunQuery query = ParseOr();
        return Current.Kind == TokenKind.End ? query : throw Unexpected("'and', 'or' or the end");
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '/' or '+' or ',';

    private RunQuery ParseOr()
    {
        RunQuery left = ParseAnd();
        while (TakeWord("or"))
        {
            left = new RunQuery.Or(left, ParseAnd());
        }

        return left;
    }

    private RunQuery ParseAnd()
    {
        RunQuery left = ParseNot();
        while (TakeWord("and"))
        {
            left = new RunQuery.And(left, ParseNot());
        }

        return left;
    }

    private RunQuery ParseNot()
    {
        // Deep nesting is nobody's question and would end in a stack overflow, which no one can catch.
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (TakeWord("not"))
        {
            return new RunQuery.Not(ParseNot());
        }

        if (Current is { Kind: TokenKind.Symbol, Text: "(" })
        {
            next++;
            RunQuery inner = ParseOr();
            if (Current is not { Kind: TokenKind.Symbol, Text: ")" })
            {
                throw Unexpected("')'");
            }

            next++;
            return inner;
        }

        return ParseComparison();
    }

    private RunQuery.Comparison ParseComparison()
    {
        if (Current.Kind != TokenKind.Word || Words.Contains(Current.Text))
        {
            throw Unexpected("a field's name");
        }

        RunField field = RunField.Find(Current.Text);
        next++;
        QueryOperator comparison = Current.Kind == TokenKind.Symbol && Operators.Any(o => o.Text == Current.Text)
            ? Operators.First(o => o.Text == Current.Text).Operator
            : throw Unexpected("one of = != < <= > >= ~");
        next++;
        if (Current.Kind is not (TokenKind.Word or TokenKind.Quoted) || (Current.Kind == TokenKind.Word && Words.Contains(Current.Text)))
        {
            throw Unexpected("a value");
        }

        string value = Current.Text;
        next++;
        CheckValue(field, comparison, value);
        return new RunQuery.Comparison(field, comparison, value);
    }

    private void CheckValue(RunField field, QueryOperator comparison, string value)
    {
        if (comparison == QueryOperator.Contains || value == RunQuery.None)
        {
            return;
        }

        if (field.IsNumber && !(double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)))
        {
            throw new BrinkException($"'{text}': {field.Name} is a number, and '{value}' is none");
        }

        if (comparison is QueryOperator.Equal or QueryOperator.NotEqual && field.Choices is { } choices && !choices.Contains(value))
        {
            string? nearest = NearestName.Suggest(value, choices);
            throw new BrinkException(
                $"'{text}': {field.Name} is never '{value}'; " + (nearest is null ? $"it is one of {string.Join(", ", choices)}" : $"did you mean '{nearest}'?"));
        }
    }

    private bool TakeWord(string word)
    {
        if (Current.Kind == TokenKind.Word && Current.Text == word)
        {
            next++;
            return true;
        }

        return false;
    }

    private BrinkException Unexpected(string wanted) => new(
        $"'{text}': expected {wanted} at character {Current.Position + 1}, not "
        + (Current.Kind == TokenKind.End ? "the end" : $"'{Current.Text}'"));

    private void Split()
    {
        int at = 0;
        while (at < text.Length)
        {
            char c = text[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c is '\'' or '"')
            {
                at = SplitQuoted(at);
            }
            else if (c is '(' or ')')
            {
                tokens.Add(new Token(TokenKind.Symbol, c.ToString(), at++));
            }
            else if (Array.Find(Operators, o => text.AsSpan(at).StartsWith(o.Text)) is { Text: { } symbol })
            {
                tokens.Add(new Token(TokenKind.Symbol, symbol, at));
                at += symbol.Length;
            }
            else if (IsWordCharacter(c))
            {
                int begin = at;
                while (at < text.Length && IsWordCharacter(text[at]))
                {
                    at++;
                }

                tokens.Add(new Token(TokenKind.Word, text[begin..at], begin));
            }
            else
            {
                throw new BrinkException($"'{text}': '{c}' at character {at + 1} has no meaning here; put values with such characters in quotes");
            }
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length));
    }

    private int SplitQuoted(int begin)
    {
        char quote = text[begin];
        System.Text.StringBuilder value = new();
        for (int at = begin + 1; at < text.Length; at++)
        {
            if (text[at] != quote)
            {
                value.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == quote)
            {
                value.Append(quote); // a doubled quote stands for one
                at++;
            }
            else
            {
                tokens.Add(new Token(TokenKind.Quoted, value.ToString(), begin));
                return at + 1;
            }
        }

        throw new BrinkException($"'{text}': the quote at character {begin + 1} is not closed");
    }

    private enum TokenKind
    {
        Word,
        Quoted,
        Symbol,
        End,
    }

    private readonly record struct Token(TokenKind Kind, string Text, int Position);
}
