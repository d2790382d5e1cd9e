namespace Brink.Theory.Sweeps;

/// <summary>A number that a swept model depends on: of the model, of the method, or of the start.</summary>
/// <param name="Name">Its name on the command line and in files.</param>
/// <param name="Symbol">Its symbol, for labels.</param>
/// <param name="Default">Its value where none is given.</param>
/// <param name="Description">What it is.</param>
public sealed record SweptParameter(string Name, string Symbol, double Default, string Description)
{
    /// <summary>The smallest value.</summary>
    public double Least { get; init; } = double.NegativeInfinity;

    /// <summary>Whether <see cref="Least"/> itself is allowed.</summary>
    public bool LeastIncluded { get; init; } = true;

    /// <summary>The largest value.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Whether only whole numbers make sense.</summary>
    public bool Whole { get; init; }

    /// <summary>Where the values worth a look begin: the low end of a slider.</summary>
    public double Low { get; init; }

    /// <summary>Where they end.</summary>
    public double High { get; init; } = 1;

    /// <summary>Whether equal ratios of it matter, not equal differences.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Checks a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same.</returns>
    /// <exception cref="BrinkException">Out of range; the message names the range.</exception>
    public double Check(double value)
    {
        bool inside = double.IsFinite(value) && (LeastIncluded ? value >= Least : value > Least) && value <= Most && (!Whole || double.IsInteger(value));
        return inside ? value : throw new BrinkException($"{Name} is {value}; it must be {Range}");
    }

    private string Range
    {
        get
        {
            string kind = Whole ? "a whole number" : "a number";
            string low = double.IsFinite(Least) ? (LeastIncluded ? $" of at least {Least}" : $" above {Least}") : string.Empty;
            string high = double.IsFinite(Most) ? (low.Length > 0 ? $" and at most {Most}" : $" of at most {Most}") : string.Empty;
            return kind + low + high;
        }
    }
}
