namespace Brink.Cli.Terminal;

/// <summary>Curves one or two rows of characters high.</summary>
internal static class Sparkline
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";
    private const string Plain = " .,:-=+*#";

    /// <summary>One row on a logarithmic scale from the smallest to the largest value shown.</summary>
    /// <param name="values">The course; values that are not positive and finite are left blank.</param>
    /// <param name="width">Characters to fill; a longer course is thinned to the last value of each part.</param>
    /// <param name="unicode">Whether block characters can be shown.</param>
    /// <returns>At most <paramref name="width"/> characters.</returns>
    internal static string Logarithmic(IReadOnlyList<double> values, int width, bool unicode)
    {
        double[] logs = [.. Thin(values, width).Select(value => value > 0 && double.IsFinite(value) ? Math.Log(value) : double.NaN)];
        double[] finite = [.. logs.Where(double.IsFinite)];
        if (finite.Length == 0)
        {
            return new string(' ', logs.Length);
        }

        double low = finite.Min();
        double span = finite.Max() - low;
        // A constant course is a line at half height; the lowest point of any other still shows.
        return Draw(logs, value => span == 0 ? 0.5 : 0.1 + (0.9 * (value - low) / span), unicode);
    }

    /// <summary>
    /// Two rows on a linear scale of which the border between them is a threshold: whatever shows in the upper row
    /// is above it.
    /// </summary>
    /// <param name="values">The course; values above twice the threshold are cut there.</param>
    /// <param name="threshold">The border; positive.</param>
    /// <param name="width">Characters to fill.</param>
    /// <param name="unicode">Whether block characters can be shown.</param>
    /// <returns>The upper and the lower row.</returns>
    internal static (string Upper, string Lower) AgainstThreshold(IReadOnlyList<double> values, double threshold, int width, bool unicode)
    {
        double[] shown = Thin(values, width);
        return (
            Draw(shown, value => (value / threshold) - 1, unicode),
            Draw(shown, value => Math.Max(value / threshold, 0.05), unicode));
    }

    private static string Draw(double[] values, Func<double, double> height, bool unicode)
    {
        string levels = unicode ? Blocks : Plain;
        return string.Concat(values.Select(value =>
        {
            if (double.IsNaN(value))
            {
                return ' ';
            }

            // Only what rises at all gets a mark, and then at least the smallest.
            double level = height(value) * (levels.Length - 1);
            return levels[level <= 0 ? 0 : Math.Clamp((int)Math.Round(level), 1, levels.Length - 1)];
        }));
    }

    private static double[] Thin(IReadOnlyList<double> values, int width)
    {
        if (width <= 0)
        {
            return [];
        }

        if (values.Count <= width)
        {
            return [.. values];
        }

        var thinned = new double[width];
        for (int i = 0; i < width; i++)
        {
            thinned[i] = values[(int)(((long)(i + 1) * values.Count / width) - 1)];
        }

        return thinned;
    }
}
