namespace Brink.Cli.Figures;

/// <summary>
/// Which points of a curve are drawn. A picture has some thousand columns; a curve of more points is drawn by those that can be seen, so that it looks
/// the same and its file stays small. The numbers themselves are in the run folder.
/// </summary>
internal static class CurveThinning
{
    /// <summary>Columns that are told apart: a 12 cm picture at 300 dots per inch has 1,417.</summary>
    private const int Columns = 1500;

    /// <summary>Chooses the points.</summary>
    /// <param name="curve">The curve.</param>
    /// <returns>Their places, ascending: all of them where they are few, or are not joined by a line.</returns>
    internal static int[] Of(FigureCurve curve)
    {
        int count = curve.X.Count;
        return count <= 4 * Columns || curve.Style != CurveStyle.Line ? [.. Enumerable.Range(0, count)]
            : IsAscending(curve.X) ? Extremes(curve)
            : Moves(curve);
    }

    /// <summary>First, last, least and largest point of every column: spikes and oscillations keep their height.</summary>
    private static int[] Extremes(FigureCurve curve)
    {
        int count = curve.X.Count;
        SortedSet<int> kept = [];
        for (int column = 0; column < Columns; column++)
        {
            int first = (int)((long)count * column / Columns);
            int end = (int)((long)count * (column + 1) / Columns);
            int[] places = [.. Enumerable.Range(first, end - first)];
            kept.Add(first);
            kept.Add(end - 1);
            kept.Add(places.MinBy(k => curve.Y[k]));
            kept.Add(places.MaxBy(k => curve.Y[k]));

            // A value that is not finite is a gap, which must not be bridged.
            kept.UnionWith(places.Where(k => !double.IsFinite(curve.Y[k])).Take(1));
        }

        return [.. kept];
    }

    /// <summary>Every point that lies a column's width or more from the last one kept.</summary>
    private static int[] Moves(FigureCurve curve)
    {
        double width = Range(curve.X) / Columns;
        double height = Range(curve.Y) / Columns;
        List<int> kept = [0];
        for (int k = 1; k < curve.X.Count; k++)
        {
            bool near = Math.Abs(curve.X[k] - curve.X[kept[^1]]) < width && Math.Abs(curve.Y[k] - curve.Y[kept[^1]]) < height;
            if (!near || k == curve.X.Count - 1)
            {
                kept.Add(k);
            }
        }

        return [.. kept];
    }

    private static bool IsAscending(IReadOnlyList<double> x) => Enumerable.Range(1, x.Count - 1).All(k => x[k] >= x[k - 1]);

    private static double Range(IReadOnlyList<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        return finite.Length == 0 ? 0 : finite.Max() - finite.Min();
    }
}
