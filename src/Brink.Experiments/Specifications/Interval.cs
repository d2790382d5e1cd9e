using System.Globalization;

namespace Brink.Experiments;

/// <summary>The legal values of a number, with or without its ends.</summary>
/// <param name="Low">Lower end, −∞ for none.</param>
/// <param name="LowIncluded">Whether the lower end is legal.</param>
/// <param name="High">Upper end, +∞ for none.</param>
/// <param name="HighIncluded">Whether the upper end is legal.</param>
internal readonly record struct Interval(double Low, bool LowIncluded, double High, bool HighIncluded)
{
    /// <summary>Every finite number.</summary>
    internal static Interval Any => new(double.NegativeInfinity, false, double.PositiveInfinity, false);

    /// <summary>Numbers of at least <paramref name="low"/>.</summary>
    internal static Interval AtLeast(double low) => new(low, true, double.PositiveInfinity, false);

    /// <summary>Numbers above <paramref name="low"/>.</summary>
    internal static Interval Above(double low) => new(low, false, double.PositiveInfinity, false);

    /// <summary>low &lt; x &lt; high.</summary>
    internal static Interval Open(double low, double high) => new(low, false, high, false);

    /// <summary>low ≤ x &lt; high.</summary>
    internal static Interval FromUpTo(double low, double high) => new(low, true, high, false);

    /// <summary>low ≤ x ≤ high.</summary>
    internal static Interval Closed(double low, double high) => new(low, true, high, true);

    /// <summary>Whether a finite value is legal.</summary>
    internal bool Contains(double value) =>
        double.IsFinite(value)
        && (LowIncluded ? value >= Low : value > Low)
        && (HighIncluded ? value <= High : value < High);

    /// <summary>The interval in words that follow "a number": <c> above 0</c>, <c> between 0 and 1 (both excluded)</c>; empty when unbounded.</summary>
    internal string InWords()
    {
        string low = Low.ToString(CultureInfo.InvariantCulture);
        string high = High.ToString(CultureInfo.InvariantCulture);
        return (double.IsFinite(Low), double.IsFinite(High)) switch
        {
            (false, false) => "",
            (true, false) => LowIncluded ? $" of at least {low}" : $" above {low}",
            (false, true) => HighIncluded ? $" of at most {high}" : $" below {high}",
            (true, true) => $" between {low} and {high} " + (LowIncluded, HighIncluded) switch
            {
                (true, true) => "(both included)",
                (false, false) => "(both excluded)",
                (true, false) => $"({high} excluded)",
                (false, true) => $"({low} excluded)",
            },
        };
    }
}
