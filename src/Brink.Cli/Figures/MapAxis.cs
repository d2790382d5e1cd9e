using System.Globalization;

namespace Brink.Cli.Figures;

/// <summary>Where the cells of a map lie along one axis: in the quantity itself, or in its exponents of ten.</summary>
/// <param name="First">Value at the centre of the first cell.</param>
/// <param name="Last">Value at the centre of the last cell.</param>
/// <param name="Count">Cells.</param>
/// <param name="Logarithmic">Whether the cells are even in the logarithm.</param>
internal readonly record struct MapAxis(double First, double Last, int Count, bool Logarithmic)
{
    private static readonly double[] s_fine = [1, 2, 3, 5];

    private double Low => Logarithmic ? Math.Log10(First) : First;

    private double High => Logarithmic ? Math.Log10(Last) : Last;

    /// <summary>Width of a cell; 1 where there is only one.</summary>
    internal double Step => Count > 1 ? (High - Low) / (Count - 1) : 1;

    /// <summary>Outer edge of the first cell.</summary>
    internal double Begin => Low - (Step / 2);

    /// <summary>Outer edge of the last cell.</summary>
    internal double End => Begin + (Count * Step);

    /// <summary>Distance between the tics of an even axis: 1, 2 or 5 times a power of ten, at most six tics, so that labels stay apart.</summary>
    internal double TicStep() => TicStep(End - Begin);

    /// <summary>The same for an axis of any length.</summary>
    /// <param name="length">From its beginning to its end; not 0.</param>
    internal static double TicStep(double length)
    {
        double least = Math.Abs(length) / 6;
        double decade = Math.Pow(10, Math.Floor(Math.Log10(least)));
        double times = least / decade;
        return (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10) * decade;
    }

    /// <summary>Tics of a logarithmic axis: the decades, and 2, 3 and 5 between them where there are few.</summary>
    /// <returns>gnuplot's list of labels and places.</returns>
    internal string Tics()
    {
        (double low, double high) = (Math.Min(Begin, End), Math.Max(Begin, End));
        double[] steps = high - low > 2.5 ? [1] : s_fine;
        var tics = new List<string>();
        for (int decade = (int)Math.Floor(low); decade <= high; decade++)
        {
            foreach (double step in steps)
            {
                double place = decade + Math.Log10(step);
                if (place >= low && place <= high)
                {
                    string label = steps.Length == 1 ? $"10^{{{decade}}}" : (step * Math.Pow(10, decade)).ToString("G6", CultureInfo.InvariantCulture);
                    tics.Add($"'{label}' {place.ToString("R", CultureInfo.InvariantCulture)}");
                }
            }
        }

        return string.Join(", ", tics);
    }
}
