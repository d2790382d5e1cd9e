using System.Runtime.CompilerServices;

namespace Brink.Server;

/// <summary>
/// A curve with few enough points to draw. Where it has more than two points a pixel, each pixel column holds the mean of its
/// points, and the least and the greatest of their values, so that an oscillation keeps its height however many points a column has.
/// </summary>
/// <param name="X">Places, rising: those of the points, or of a column's points the mean.</param>
/// <param name="Y">Values: those of the points, or the mean of a column's finite ones; not finite where none was.</param>
/// <param name="Low">The least finite value of each column; null where the points themselves are here.</param>
/// <param name="High">The greatest.</param>
public sealed record Decimation(double[] X, double[] Y, double[]? Low, double[]? High)
{
    /// <summary>Decimates.</summary>
    /// <param name="x">Places, not falling.</param>
    /// <param name="y">Values, as many; those that are not finite count for nothing beside finite ones.</param>
    /// <param name="pixels">Columns at most, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Decimation Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"{x.Length} places have {y.Length} values", nameof(y));
        }

        if (x.Length <= 2L * pixels)
        {
            return new Decimation(x.ToArray(), y.ToArray(), null, null);
        }

        double x0 = x[0];
        double width = (x[^1] - x0) / pixels;
        List<double> places = new(pixels);
        List<double> means = new(pixels);
        List<double> lows = new(pixels);
        List<double> highs = new(pixels);
        int begin = 0;
        while (begin < x.Length)
        {
            int column = ColumnOf(x[begin]);
            double low = double.PositiveInfinity;
            double high = double.NegativeInfinity;
            double sumX = 0;
            double sumY = 0;
            int finite = 0;
            int end = begin;
            for (; end < x.Length && ColumnOf(x[end]) == column; end++)
            {
                // Differences, so that the mean of equal places is that very place.
                sumX += x[end] - x[begin];
                if (double.IsFinite(y[end]))
                {
                    low = Math.Min(low, y[end]);
                    high = Math.Max(high, y[end]);
                    finite++;
                    sumY += (y[end] - sumY) / finite; // running mean: the sum of large values need not be finite
                }
            }

            places.Add(x[begin] + (sumX / (end - begin)));
            means.Add(finite > 0 ? Math.Clamp(sumY, low, high) : double.NaN);
            lows.Add(finite > 0 ? low : double.NaN);
            highs.Add(finite > 0 ? high : double.NaN);
            begin = end;
        }

        return new Decimation([.. places], [.. means], [.. lows], [.. highs]);

        int ColumnOf(double place) => width > 0 ? Math.Min(pixels - 1, (int)((place - x0) / width)) : 0;
    }
}
