namespace Brink.Server.Theory;

/// <summary>A curve against the iteration: every point where there are few, else one entry a column of pixels.</summary>
/// <param name="X">Iterations; of a column, the mean.</param>
/// <param name="Y">Values; of a column, the mean of those that are finite.</param>
/// <param name="Low">A column's least value; null where every point is given.</param>
/// <param name="High">Its greatest.</param>
internal sealed record TheorySeries(
    double[] X, double[] Y,
    double[]? Low = null,
    double[]? High = null)
{
    /// <summary>Draws a curve within so many columns.</summary>
    /// <param name="values">A value at every <paramref name="every"/>-th iteration; not a number where there is none.</param>
    /// <param name="every">Iterations from one value to the next.</param>
    /// <param name="columns">Columns of pixels; up to twice as many points are given as they are.</param>
    internal static TheorySeries Of(double[] values, int every, int columns)
    {
        if (values.Length <= 2 * columns)
        {
            return new TheorySeries([.. values.Select((_, k) => (double)k * every)], values);
        }

        var (x, y, low, high) = (new double[columns], new double[columns], new double[columns], new double[columns]);
        for (int column = 0; column < columns; column++)
        {
            int first = (int)((long)values.Length * column / columns);
            int end = (int)((long)values.Length * (column + 1) / columns);
            double sum = 0;
            int count = 0;
            (low[column], high[column]) = (double.PositiveInfinity, double.NegativeInfinity);
            for (int k = first; k < end; k++)
            {
                if (double.IsFinite(values[k]))
                {
                    sum += values[k];
                    count++;
                    low[column] = Math.Min(low[column], values[k]);
                    high[column] = Math.Max(high[column], values[k]);
                }
            }

            x[column] = (first + end - 1) / 2.0 * every;
            y[column] = sum / count;
        }

        return new TheorySeries(x, y, low, high);
    }
}
