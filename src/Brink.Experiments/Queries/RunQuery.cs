using System.Globalization;

namespace Brink.Experiments;

/// <summary>How a field is compared with a value.</summary>
public enum QueryOperator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c>, the negation of <c>=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>~</c>: the field's text contains the value, case apart</summary>
    Contains,
}

/// <summary>
/// A condition on runs, such as <c>method = nls and final_loss &lt; 0.01</c>: comparisons joined by <c>and</c>,
/// <c>or</c>, <c>not</c> and parentheses. A run that lacks the field fails every comparison but <c>!=</c>; the value
/// <c>none</c> equals what is lacking.
/// </summary>
public abstract record RunQuery
{
    /// <summary>The value that stands for a lacking one.</summary>
    internal const string None = "none";

    private RunQuery()
    {
    }

    /// <summary>Reads a condition.</summary>
    /// <param name="text">The condition.</param>
    /// <exception cref="BrinkException">It is not one, or names an unknown field; one line that says where.</exception>
    public static RunQuery Parse(string text) => new RunQueryParser(text).Parse();

    /// <summary>Whether a run meets the condition.</summary>
    /// <param name="run">The run.</param>
    public abstract bool Matches(RunEntry run);

    /// <summary>The condition as text that <see cref="Parse"/> reads as the same condition.</summary>
    public sealed override string ToString() => Print(0);

    /// <summary>Prints with parentheses where the surroundings bind more tightly: 0 or, 1 and, 2 not.</summary>
    private protected abstract string Print(int binding);

    /// <summary>Both conditions.</summary>
    /// <param name="Left">One.</param>
    /// <param name="Right">The other.</param>
    public sealed record And(RunQuery Left, RunQuery Right) : RunQuery
    {
        /// <inheritdoc/>
        public override bool Matches(RunEntry run) => Left.Matches(run) && Right.Matches(run);

        private protected override string Print(int binding) => Enclose($"{Left.Print(1)} and {Right.Print(2)}", binding > 1);
    }

    /// <summary>At least one of two conditions.</summary>
    /// <param name="Left">One.</param>
    /// <param name="Right">The other.</param>
    public sealed record Or(RunQuery Left, RunQuery Right) : RunQuery
    {
        /// <inheritdoc/>
        public override bool Matches(RunEntry run) => Left.Matches(run) || Right.Matches(run);

        private protected override string Print(int binding) => Enclose($"{Left.Print(0)} or {Right.Print(1)}", binding > 0);
    }

    /// <summary>Not the condition.</summary>
    /// <param name="Inner">The condition.</param>
    public sealed record Not(RunQuery Inner) : RunQuery
    {
        /// <inheritdoc/>
        public override bool Matches(RunEntry run) => !Inner.Matches(run);

        private protected override string Print(int binding) => $"not {Inner.Print(2)}";
    }

    /// <summary>A field compared with a value.</summary>
    /// <param name="Field">The field.</param>
    /// <param name="Operator">How.</param>
    /// <param name="Value">The value, as text.</param>
    public sealed record Comparison(RunField Field, QueryOperator Operator, string Value) : RunQuery
    {
        /// <inheritdoc/>
        public override bool Matches(RunEntry run)
        {
            if (Operator == QueryOperator.NotEqual)
            {
                return !(this with { Operator = QueryOperator.Equal }).Matches(run);
            }

            string? text = Field.TextOf(run);
            if (text is null)
            {
                return Operator == QueryOperator.Equal && Value == None;
            }

            if (Operator == QueryOperator.Contains)
            {
                return text.Contains(Value, StringComparison.OrdinalIgnoreCase);
            }

            int order = Field.NumberOf(run) is { } number
                && double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double other)
                    ? number.CompareTo(other)
                    : string.CompareOrdinal(text, Value);
            return Operator switch
            {
                QueryOperator.Equal => order == 0,
                QueryOperator.Less => order < 0,
                QueryOperator.LessOrEqual => order <= 0,
                QueryOperator.Greater => order > 0,
                _ => order >= 0,
            };
        }

        private protected override string Print(int binding) =>
            $"{Field.Name} {RunQueryParser.Spell(Operator)} {RunQueryParser.Quote(Value)}";
    }

    private static string Enclose(string text, bool needed) => needed ? $"({text})" : text;
}
