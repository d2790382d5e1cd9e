using MathNet.Numerics;

namespace Brink.Curvature;

/// <summary>
/// Intervals of λ that are the same at every point and for every run, so that densities can be laid side by side: equally wide on
/// the scale u(λ) = arsinh(λ/2s)/ln 10, which is sign(λ)·log₁₀(|λ|/s) where |λ| ≫ s and linear about zero. A Hessian's spectrum
/// spans decades on both sides of zero, which neither a linear nor a plain logarithmic axis can show.
/// </summary>
public sealed record DensityBins
{
    private static readonly double s_decade = Math.Log(10);

    /// <summary>Makes the intervals.</summary>
    /// <param name="least">s, above 0: smaller |λ| are not told apart from zero.</param>
    /// <param name="most">The |λ| that lies in the outermost intervals; above <paramref name="least"/>. What is larger is counted there too.</param>
    /// <param name="perDecade">Intervals a decade, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public DensityBins(double least, double most, int perDecade)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(least);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(most, least);
        ArgumentOutOfRangeException.ThrowIfLessThan(perDecade, 1);
        Least = least;
        Most = most;
        PerDecade = perDecade;

        // The middle one has zero at its centre: a network has many eigenvalues that are zero, and those have no sign.
        int half = (int)Math.Ceiling((Math.Asinh(most / (2 * least)) / s_decade * perDecade) - 1e-9);
        Count = (2 * half) + 1;
        Edges = [.. Enumerable.Range(0, Count + 1).Select(j => 2 * least * Math.Sinh(s_decade * (j - half - 0.5) / perDecade))];
    }

    /// <summary>s.</summary>
    public double Least { get; }

    /// <summary>The |λ| in the outermost intervals.</summary>
    public double Most { get; }

    /// <summary>Intervals a decade.</summary>
    public int PerDecade { get; }

    /// <summary>How many there are: an odd number.</summary>
    public int Count { get; }

    /// <summary>Their ends in λ, ascending, one more than there are intervals.</summary>
    public IReadOnlyList<double> Edges { get; }

    /// <summary>The share of a density in each interval, smoothed by Gaussians on the scale u.</summary>
    /// <param name="density">The density.</param>
    /// <param name="width">Standard deviation of the Gaussians, in intervals, above 0.</param>
    /// <returns>As many numbers as intervals, of sum 1: what lies beyond the outermost is in them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The width is not above 0.</exception>
    public double[] Shares(SpectralDensity density, double width = 1)
    {
        ArgumentNullException.ThrowIfNull(density);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        double[] shares = new double[Count];
        foreach (LanczosQuadrature rule in density.Rules)
        {
            for (int i = 0; i < rule.Nodes.Length; i++)
            {
                double at = Place(rule.Nodes[i]);
                double weight = rule.Weights[i] / density.Rules.Count;
                double below = 0;
                for (int j = 0; j < Count; j++)
                {
                    double upTo = j == Count - 1 ? 1 : 0.5 * SpecialFunctions.Erfc((at - j - 1) / (width * Math.Sqrt(2)));
                    shares[j] += weight * (upTo - below);
                    below = upTo;
                }
            }
        }

        return shares;
    }

    /// <summary>Where an eigenvalue lies, counted in intervals from the first one's lower end.</summary>
    private double Place(double value) => (Math.Asinh(value / (2 * Least)) / s_decade * PerDecade) + (0.5 * Count);
}
