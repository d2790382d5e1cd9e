using System.Globalization;

namespace Brink.Cli.Terminal;

/// <summary>How numbers read on a screen: short, aligned by magnitude, and honest about what is not there.</summary>
internal static class Quantity
{
    /// <summary>Stands for a value that was not measured.</summary>
    internal const string Absent = "–";

    /// <summary>A loss, step size or eigenvalue to four significant digits; scientific outside [1e-3, 1e4).</summary>
    /// <param name="value">The value; null when not measured.</param>
    /// <returns>The text.</returns>
    internal static string Number(double? value)
    {
        if (value is not { } number)
        {
            return Absent;
        }

        double size = Math.Abs(number);
        return number switch
        {
            _ when !double.IsFinite(number) => double.IsNaN(number) ? "NaN" : number > 0 ? "inf" : "-inf",
            0 => "0",
            _ when size is < 1e-3 or >= 9999.5 => number.ToString("0.000e+00", CultureInfo.InvariantCulture),
            _ => number.ToString("G4", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>A fraction as a percentage with one decimal.</summary>
    /// <param name="fraction">In [0, 1]; null when not measured.</param>
    /// <returns>The text.</returns>
    internal static string Percent(double? fraction) => fraction is { } value
        ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture) + " %"
        : Absent;

    /// <summary>A count with thousands set apart.</summary>
    /// <param name="count">The count.</param>
    /// <returns>The text.</returns>
    internal static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A duration: <c>0.8 s</c>, <c>41 s</c>, <c>3:05</c>, <c>2:03:05</c>.</summary>
    /// <param name="seconds">Seconds; null when unknown.</param>
    /// <returns>The text.</returns>
    internal static string Duration(double? seconds)
    {
        if (seconds is not { } value || !double.IsFinite(value))
        {
            return Absent;
        }

        if (value < 9.95)
        {
            return value.ToString("0.0", CultureInfo.InvariantCulture) + " s";
        }

        long whole = (long)Math.Round(value);
        return whole switch
        {
            < 60 => $"{whole} s",
            < 3600 => $"{whole / 60}:{whole % 60:00}",
            _ => $"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}",
        };
    }
}
