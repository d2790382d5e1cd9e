using Brink.Torch;

/// <summary>Two spirals in the plane, one a class: samples that no line separates.</summary>
internal static class Spirals
{
    /// <summary>Makes the samples.</summary>
    /// <param name="count">How many of each class.</param>
    /// <returns>Points, 2·count × 2 in float64, and their classes, 0 or 1; owned by the current scope.</returns>
    internal static (Tensor Points, Tensor Labels) Make(int count)
    {
        double[] points = new double[4 * count];
        long[] labels = new long[2 * count];
        for (int i = 0; i < 2 * count; i++)
        {
            double along = i / 2 / (double)count;
            double angle = (1.5 * Math.PI * along) + (i % 2 * Math.PI);
            points[2 * i] = (0.2 + along) * Math.Cos(angle);
            points[(2 * i) + 1] = (0.2 + along) * Math.Sin(angle);
            labels[i] = i % 2;
        }

        return (Tensor.From(points, 2 * count, 2), Tensor.From(labels, 2 * count));
    }
}
