namespace Brink.Tests.Curvature;

/// <summary>Spectra that look like those of training networks.</summary>
internal static class Spectra
{
    /// <summary>The flat region of a network with ten outputs and a last bias: 0.2 tenfold, the rest in ± pairs below 0.05.</summary>
    internal static double[] Flatland(int dimension) =>
    [
        .. Enumerable.Repeat(0.2, 10),
        .. Enumerable.Range(0, dimension - 10).Select(i => (i % 2 == 0 ? 0.05 : -0.05) * Math.Pow(1 - ((double)(i / 2 * 2) / dimension), 3)),
    ];

    /// <summary>Nine outliers that fall off from 1, a bulk near zero and some negative values.</summary>
    internal static double[] Training(int dimension, ulong seed)
    {
        var random = new Random((int)seed + 1);
        return
        [
            .. Enumerable.Range(0, 9).Select(i => Math.Pow(0.8, i) * (1 + (0.05 * random.NextDouble()))),
            .. Enumerable.Range(0, dimension - 9).Select(i => (0.15 * Math.Exp(-20.0 * i / dimension)) - (0.02 * random.NextDouble())),
        ];
    }
}
