using System.Globalization;
using Brink.Cli.Figures;

namespace Brink.Cli.Report;

/// <summary>The density of a run's Hessian through its iterations, as a heat map over the signed logarithm of λ.</summary>
internal static class DensityFigure
{
    /// <summary>Draws it up.</summary>
    /// <param name="density">The density.</param>
    internal static Figure Of(RunDensity density)
    {
        // Only the rows in which something lies: a range that is safe for all runs is mostly empty in one.
        int rows = density.Bins.Count;
        int first = Enumerable.Range(0, rows).First(j => density.Shares.Any(column => column[j] > 0));
        int last = Enumerable.Range(0, rows).Last(j => density.Shares.Any(column => column[j] > 0));
        int columns = density.Iterations.Length;
        float[] values = new float[columns * (last - first + 1)];
        for (int j = first; j <= last; j++)
        {
            for (int k = 0; k < columns; k++)
            {
                double share = density.Shares[k][j];
                values[((j - first) * columns) + k] = share > 0 ? (float)Math.Log10(share) : float.NaN;
            }
        }

        return new Figure(new FigureAxis("iteration k"), new FigureAxis("eigenvalue λ of the Hessian"))
        {
            Heat = new HeatMap("log₁₀ of the share of the eigenvalues", columns, last - first + 1, values, (density.Iterations[0], density.Iterations[^1]), (first, last))
            {
                Tics = Tics(density, first, last),
                Range = (-7, 0),
            },
        };
    }

    /// <summary>Zero and the powers of ten that lie in the rows shown, on both sides, not more than fit.</summary>
    private static (double At, string Text)[] Tics(RunDensity density, int first, int last)
    {
        int middle = density.Bins.Count / 2;
        int least = (int)Math.Round(Math.Log10(density.Bins.Least));
        int every = Math.Max(1, (last - first) / density.Bins.PerDecade / 8);
        var tics = new List<(double At, string Text)> { (middle, "0") };
        for (int power = least + 1; power <= Math.Log10(density.Bins.Most) + 1e-9; power += every)
        {
            double place = density.Bins.PerDecade * (Math.Asinh(Math.Pow(10, power) / (2 * density.Bins.Least)) / Math.Log(10));
            tics.Add((middle + place, string.Create(CultureInfo.InvariantCulture, $"10^{{{power}}}")));
            tics.Add((middle - place, string.Create(CultureInfo.InvariantCulture, $"−10^{{{power}}}")));
        }

        return [.. tics.Where(tic => tic.At >= first && tic.At <= last)];
    }
}
