using System.Globalization;

namespace Brink.Experiments;

/// <summary>
/// Recursive descent over: or = and {"or" and}; and = not {"and" not}; not = "not" not | "(" or ")" | field operator value.
/// </summary>
internal sealed class RunQueryParser
{
    // Longer spellings first, so that "<=" is not read as "<".
    private static readonly (string Text, QueryOperator Operator)[] s_operators =
    [
        ("!=", QueryOperator.NotEqual),
        ("<=", QueryOperator.LessOrEqual),
        (">=", QueryOperator.GreaterOrEqual),
        ("=", QueryOperator.Equal),
        ("<", QueryOperator.Less),
        (">", QueryOperator.Greater),
        ("~", QueryOperator.Contains),
    ];

    private static readonly string[] s_words = ["and", "or", "not"];
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _next;

    internal RunQueryParser(string text)
    {
        _text = text;
        Split();
    }

    private Token Current => _tokens[_next];

    internal static string Spell(QueryOperator value) => s_operators.First(o => o.Operator == value).Text;

    /// <summary>A value as it can stand in a query: bare where that is read as one word, else in quotes.</summary>
    internal static string Quote(string value) =>
        value.Length > 0 && value.All(IsWordCharacter) && !s_words.Contains(value)
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
            _next++;
            RunQuery inner = ParseOr();
            if (Current is not { Kind: TokenKind.Symbol, Text: ")" })
            {
                throw Unexpected("')'");
            }

            _next++;
            return inner;
        }

        return ParseComparison();
    }

    private RunQuery.Comparison ParseComparison()
    {
        if (Current.Kind != TokenKind.Word || s_words.Contains(Current.Text))
        {
            throw Unexpected("a field's name");
        }

        RunField field = RunField.Find(Current.Text);
        _next++;
        QueryOperator comparison = Current.Kind == TokenKind.Symbol && s_operators.Any(o => o.Text == Current.Text)
            ? s_operators.First(o => o.Text == Current.Text).Operator
            : throw Unexpected("one of = != < <= > >= ~");
        _next++;
        if (Current.Kind is not (TokenKind.Word or TokenKind.Quoted) || (Current.Kind == TokenKind.Word && s_words.Contains(Current.Text)))
        {
            throw Unexpected("a value");
        }

        string value = Current.Text;
        _next++;
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
            throw new BrinkException($"'{_text}': {field.Name} is a number, and '{value}' is none");
        }

        if (comparison is QueryOperator.Equal or QueryOperator.NotEqual && field.Choices is { } choices && !choices.Contains(value))
        {
            string? nearest = NearestName.Suggest(value, choices);
            throw new BrinkException(
                $"'{_text}': {field.Name} is never '{value}'; " + (nearest is null ? $"it is one of {string.Join(", ", choices)}" : $"did you mean '{nearest}'?"));
        }
    }

    private bool TakeWord(string word)
    {
        if (Current.Kind == TokenKind.Word && Current.Text == word)
        {
            _next++;
            return true;
        }

        return false;
    }

    private BrinkException Unexpected(string wanted) => new(
        $"'{_text}': expected {wanted} at character {Current.Position + 1}, not "
        + (Current.Kind == TokenKind.End ? "the end" : $"'{Current.Text}'"));

    private void Split()
    {
        int at = 0;
        while (at < _text.Length)
        {
            char c = _text[at];
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
                _tokens.Add(new Token(TokenKind.Symbol, c.ToString(), at++));
            }
            else if (Array.Find(s_operators, o => _text.AsSpan(at).StartsWith(o.Text)) is { Text: { } symbol })
            {
                _tokens.Add(new Token(TokenKind.Symbol, symbol, at));
                at += symbol.Length;
            }
            else if (IsWordCharacter(c))
            {
                int begin = at;
                while (at < _text.Length && IsWordCharacter(_text[at]))
                {
                    at++;
                }

                _tokens.Add(new Token(TokenKind.Word, _text[begin..at], begin));
            }
            else
            {
                throw new BrinkException($"'{_text}': '{c}' at character {at + 1} has no meaning here; put values with such characters in quotes");
            }
        }

        _tokens.Add(new Token(TokenKind.End, "", _text.Length));
    }

    private int SplitQuoted(int begin)
    {
        char quote = _text[begin];
        System.Text.StringBuilder value = new();
        for (int at = begin + 1; at < _text.Length; at++)
        {
            if (_text[at] != quote)
            {
                value.Append(_text[at]);
            }
            else if (at + 1 < _text.Length && _text[at + 1] == quote)
            {
                value.Append(quote); // a doubled quote stands for one
                at++;
            }
            else
            {
                _tokens.Add(new Token(TokenKind.Quoted, value.ToString(), begin));
                return at + 1;
            }
        }

        throw new BrinkException($"'{_text}': the quote at character {begin + 1} is not closed");
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
