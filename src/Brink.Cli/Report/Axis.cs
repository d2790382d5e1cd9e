using System.Globalization;

namespace Brink.Cli.Report;

/// <summary>Maps values to a stretch of a picture, linearly or logarithmically, with ticks at round values.</summary>
internal sealed class Axis
{
    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    private readonly double _low;
    private readonly double _high;
    private readonly double _begin;
    private readonly double _end;

    private Axis(double low, double high, bool logarithmic, double begin, double end)
    {
        (_low, _high, IsLogarithmic, _begin, _end) = (low, high, logarithmic, begin, end);
        Ticks = logarithmic ? LogarithmicTicks() : LinearTicks();
    }

    /// <summary>Whether equal ratios are equal distances.</summary>
    internal bool IsLogarithmic { get; }

    /// <summary>Round values and what to write beside them; an empty text is a line without a word.</summary>
    internal IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>An axis that shows all of the values.</summary>
    /// <param name="values">What is to be shown; values that are not finite, and on a logarithmic axis not positive, do not count.</param>
    /// <param name="logarithmic">True or false; null to choose by whether the values span more than a factor of 30.</param>
    /// <param name="begin">Picture coordinate of the lowest value.</param>
    /// <param name="end">Picture coordinate of the highest value.</param>
    /// <param name="margin">Share of the span left free at both ends.</param>
    /// <returns>The axis.</returns>
    internal static Axis Over(IEnumerable<double> values, bool? logarithmic, double begin, double end, double margin)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        double[] positive = [.. finite.Where(value => value > 0)];
        bool log = positive.Length > 0 && (logarithmic ?? (positive.Length == finite.Length && positive.Max() > 30 * positive.Min()));
        double[] shown = log ? [.. positive.Select(Math.Log10)] : finite;
        double low = shown.Length > 0 ? shown.Min() : 0;
        double high = shown.Length > 0 ? shown.Max() : 1;
        double span = high - low;
        if (span <= 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)))
        {
            span = log ? 1 : Math.Max(Math.Abs(high), 1);
            (low, high) = (low - (span / 2), high + (span / 2));
        }

        return new Axis(low - (margin * span), high + (margin * span), log, begin, end);
    }

    /// <summary>Where a value stands.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The picture coordinate; NaN when the axis cannot show it.</returns>
    internal double At(double value)
    {
        double scaled = IsLogarithmic ? (value > 0 ? Math.Log10(value) : double.NaN) : value;
        double at = _begin + ((scaled - _low) / (_high - _low) * (_end - _begin));
        return double.IsFinite(at) ? at : double.NaN;
    }

    private List<(double Value, string Label)> LinearTicks()
    {
        double rough = (_high - _low) / 6;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        var ticks = new List<(double, string)>();
        for (double i = Math.Ceiling(_low / step); i * step <= _high + (1e-9 * step); i++)
        {
            // Multiplied, not summed, so that 0.3 is written 0.3.
            ticks.Add((i * step, (i * step).ToString("G10", CultureInfo.InvariantCulture)));
        }

        return ticks;
    }

    private List<(double Value, string Label)> LogarithmicTicks()
    {
        var ticks = new List<(double, string)>();
        int every = Math.Max(1, (int)Math.Ceiling((_high - _low) / 7));
        bool between = _high - _low < 2.2;
        for (int decade = (int)Math.Floor(_low); decade <= (int)Math.Ceiling(_high); decade++)
        {
            foreach (int factor in between ? new[] { 1, 2, 5 } : [1])
            {
                double value = factor * Math.Pow(10, decade);
                double scaled = Math.Log10(value);
                if (scaled >= _low && scaled <= _high && decade % every == 0)
                {
                    ticks.Add((value, between && decade is >= -3 and <= 4 ? value.ToString("G3", CultureInfo.InvariantCulture) : Power(factor, decade)));
                }
            }
        }

        return ticks;
    }

    private static string Power(int factor, int decade)
    {
        string exponent = (decade < 0 ? "⁻" : string.Empty) +
            string.Concat(Math.Abs(decade).ToString(CultureInfo.InvariantCulture).Select(digit => Superscripts[digit - '0']));
        return (factor == 1 ? string.Empty : $"{factor}·") + "10" + exponent;
    }
}
