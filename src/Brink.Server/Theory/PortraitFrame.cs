namespace Brink.Server.Theory;

/// <summary>The part of a plane that a portrait shows, with functions computed over it.</summary>
/// <param name="Left">Low end of x.</param>
/// <param name="Right">High end of x.</param>
/// <param name="Bottom">Low end of y.</param>
/// <param name="Top">High end of y.</param>
internal sealed record PortraitFrame(double Left, double Right, double Bottom, double Top)
{
    private const int Columns = 81;
    private const int Rows = 61;
    private const double Margin = 0.12;

    /// <summary>How many times farther out than the landmarks a point may lie before the frame no longer stretches to it.</summary>
    private const double Stretch = 3;

    /// <summary>A frame around landmarks and as many of the points as lie near them: a run that diverges leaves it.</summary>
    /// <param name="landmarks">Points that must be seen.</param>
    /// <param name="x">The run.</param>
    /// <param name="y">The run.</param>
    internal static PortraitFrame Around(IReadOnlyList<(double X, double Y)> landmarks, double[] x, double[] y)
    {
        (double left, double right) = Ends([.. landmarks.Select(point => point.X)], x);
        (double bottom, double top) = Ends([.. landmarks.Select(point => point.Y)], y);
        return new PortraitFrame(left, right, bottom, top);
    }

    /// <summary>Level lines of a function over the frame.</summary>
    /// <param name="kind">How they are drawn.</param>
    /// <param name="label">What they are called.</param>
    /// <param name="function">The function.</param>
    /// <param name="levels">The levels.</param>
    internal PortraitField Field(string kind, string label, Func<double, double, double> function, params double[] levels)
    {
        double[] values = new double[Columns * Rows];
        for (int row = 0; row < Rows; row++)
        {
            double y = Bottom + ((Top - Bottom) * row / (Rows - 1));
            for (int column = 0; column < Columns; column++)
            {
                values[(row * Columns) + column] = function(Left + ((Right - Left) * column / (Columns - 1)), y);
            }
        }

        return new PortraitField(kind, label, Columns, Rows, values, levels);
    }

    /// <summary>Levels ±r of a residual, halved from its largest size at the corners on: the losses there, proportional to r², fall by quarters.</summary>
    /// <param name="residual">The residual.</param>
    internal double[] ResidualLevels(Func<double, double, double> residual)
    {
        double largest = Math.Max(
            Math.Max(Math.Abs(residual(Left, Bottom)), Math.Abs(residual(Right, Top))),
            Math.Max(Math.Abs(residual(Left, Top)), Math.Abs(residual(Right, Bottom))));
        return [.. Enumerable.Range(1, 6).SelectMany(k => new[] { largest * Math.Pow(2, -k), -largest * Math.Pow(2, -k) }).Order()];
    }

    private static (double Low, double High) Ends(double[] landmarks, double[] values)
    {
        double reach = Stretch * Math.Max(landmarks.Max(Math.Abs), 1e-6);
        double[] near = [.. landmarks, .. values.Where(value => Math.Abs(value) <= reach)];
        (double low, double high) = (near.Min(), near.Max());
        double margin = high > low ? Margin * (high - low) : Math.Max(Math.Abs(high), 1e-3) * Margin;
        return (low - margin, high + margin);
    }
}
