namespace Brink.Curvature;

/// <summary>
/// How far the eigenvalues below the first K come in ± pairs. In the flat region of a network under <c>mse</c> the top K
/// equal 2/K, the trace is 2, and the remaining eigenvalues are symmetric about zero ("Flatland", arXiv 2606.06722).
/// </summary>
/// <param name="Skipped">K, the eigenvalues at the top left out.</param>
/// <param name="Pairs">λ_{K+i} with λ_{P+1−i}, i = 1, 2 …</param>
/// <param name="Mismatch">
/// Σ|λ_{K+i} + λ_{P+1−i}| / Σ(|λ_{K+i}| + |λ_{P+1−i}|): 0 when every pair is ±, 1 when no two have opposite signs (or the one is
/// zero and the other not). 0 where all of them are zero.
/// </param>
public sealed record SpectrumPairing(int Skipped, IReadOnlyList<(double Upper, double Lower)> Pairs, double Mismatch)
{
    /// <summary>Pairs the ends of a spectrum.</summary>
    /// <param name="largest">Largest eigenvalues, descending; more than <paramref name="skipped"/>.</param>
    /// <param name="smallest">Smallest eigenvalues, ascending; at least one.</param>
    /// <param name="skipped">K.</param>
    /// <returns>The statistic, of as many pairs as both ends have.</returns>
    /// <exception cref="ArgumentException">There is no pair.</exception>
    public static SpectrumPairing Of(IReadOnlyList<double> largest, IReadOnlyList<double> smallest, int skipped)
    {
        ArgumentNullException.ThrowIfNull(largest);
        ArgumentNullException.ThrowIfNull(smallest);
        ArgumentOutOfRangeException.ThrowIfNegative(skipped);
        int count = Math.Min(largest.Count - skipped, smallest.Count);
        if (count < 1)
        {
            throw new ArgumentException(
                $"pairs need more than {skipped} of the largest eigenvalues and one of the smallest; {largest.Count} and {smallest.Count} were given", nameof(largest));
        }

        (double Upper, double Lower)[] pairs = [.. Enumerable.Range(0, count).Select(i => (largest[skipped + i], smallest[i]))];
        double sizes = pairs.Sum(pair => Math.Abs(pair.Upper) + Math.Abs(pair.Lower));
        return new SpectrumPairing(skipped, pairs, sizes == 0 ? 0 : pairs.Sum(pair => Math.Abs(pair.Upper + pair.Lower)) / sizes);
    }
}
