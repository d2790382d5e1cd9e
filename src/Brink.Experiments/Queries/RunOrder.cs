namespace Brink.Experiments;

/// <summary>An order of runs: <c>method, final_loss desc</c>. Runs that lack a field come last, whichever the direction.</summary>
public sealed class RunOrder
{
    private readonly List<(RunField Field, bool Descending)> _keys;

    private RunOrder(List<(RunField Field, bool Descending)> keys) => _keys = keys;

    /// <summary>Reads an order.</summary>
    /// <param name="text">Fields joined by commas, each optionally followed by <c>asc</c> or <c>desc</c>.</param>
    /// <exception cref="BrinkException">A field is unknown, or a direction is neither.</exception>
    public static RunOrder Parse(string text)
    {
        List<(RunField Field, bool Descending)> found = [];
        foreach (string part in text.Split(','))
        {
            string[] words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length is 0 or > 2 || (words.Length == 2 && words[1] is not ("asc" or "desc")))
            {
                throw new BrinkException($"'{text}' is no order; write e.g. 'final_loss' or 'method, final_loss desc'");
            }

            found.Add((RunField.Find(words[0]), words.Length == 2 && words[1] == "desc"));
        }

        return new RunOrder(found);
    }

    /// <summary>The runs in this order; equal ones stay as they were.</summary>
    /// <param name="runs">The runs.</param>
    public IReadOnlyList<RunEntry> Apply(IEnumerable<RunEntry> runs) =>
        [.. runs.Order(Comparer<RunEntry>.Create(Compare))];

    private int Compare(RunEntry? a, RunEntry? b)
    {
        foreach ((RunField field, bool descending) in _keys)
        {
            string? left = field.TextOf(a!);
            string? right = field.TextOf(b!);
            int order = (left, right) switch
            {
                (null, null) => 0,
                (null, _) => 1,
                (_, null) => -1,
                _ => (descending ? -1 : 1) * (field.NumberOf(a!) is { } x && field.NumberOf(b!) is { } y
                    ? x.CompareTo(y)
                    : string.CompareOrdinal(left, right)),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
