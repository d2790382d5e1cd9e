namespace Brink.Theory.Sweeps;

/// <summary>Even values of one parameter.</summary>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="From">First value.</param>
/// <param name="To">Last value.</param>
/// <param name="Count">How many values, at least 1.</param>
/// <param name="Logarithmic">Whether equal ratios, not equal differences, lie between neighbours.</param>
public sealed record SweepAxis(string Parameter, double From, double To, int Count, bool Logarithmic = false)
{
    private const int MostValues = 100_000;

    /// <summary>Reads an axis as it is written on the command line.</summary>
    /// <param name="text"><c>parameter:from:to:count</c>, with <c>:log</c> after it for even ratios.</param>
    /// <returns>The axis.</returns>
    /// <exception cref="BrinkException">The text is not an axis.</exception>
    public static SweepAxis Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':');
        bool logarithmic = parts.Length == 5 && parts[4] == "log";
        if ((parts.Length != 4 && !logarithmic)
            || !double.TryParse(parts[1], out double from) || !double.TryParse(parts[2], out double to)
            || !double.IsFinite(from) || !double.IsFinite(to)
            || !int.TryParse(parts[3], out int count))
        {
            throw new BrinkException($"'{text}' is no axis; write parameter:from:to:count, such as eta:0.01:0.1:400, and :log after it for even ratios");
        }

        if (count is < 1 or > MostValues || (logarithmic && (from <= 0 || to <= 0)) || (count > 1 && from == to))
        {
            throw new BrinkException($"the axis '{text}' is empty: from and to must differ, count be between 1 and {MostValues}, and both ends of a logarithmic axis positive");
        }

        return new SweepAxis(parts[0], from, to, count, logarithmic);
    }

    /// <summary>One of the values.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <returns>The value; the last is <see cref="To"/> exactly.</returns>
    public double Value(int index)
    {
        if (index == 0 || Count == 1)
        {
            return From;
        }

        double part = index / (Count - 1.0);
        return index == Count - 1 ? To
            : Logarithmic ? From * Math.Pow(To / From, part)
            : From + ((To - From) * part);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Parameter}:{From:R}:{To:R}:{Count}{(Logarithmic ? ":log" : string.Empty)}";
}
