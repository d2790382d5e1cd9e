namespace Brink.Curvature;

/// <summary>Decides from a Ritz pair and its residual whether the pair is good enough; the rules of <see cref="LanczosOptions"/>.</summary>
/// <param name="options">The tolerances.</param>
/// <param name="space">The subspace the pairs come from.</param>
internal sealed class PairAcceptance(LanczosOptions options, RitzSpace space)
{
    private long EnoughForNegligible => Math.Min(LanczosOptions.ProductsForNegligible, space.Dimension);

    private double Tolerance => options.EigenvalueTolerance ?? options.ResidualTolerance;

    /// <summary>Whether a pair is good enough.</summary>
    /// <param name="index">Which pair, from the largest.</param>
    /// <param name="residual">Its residual norm.</param>
    internal bool Accepts(int index, double residual)
    {
        double size = Math.Abs(space.Values[index]);
        if (IsZero(space.Values[index], residual) || (IsNegligible(space.Values[index], residual) && space.Products >= EnoughForNegligible))
        {
            return true;
        }

        return options.EigenvalueTolerance is double tolerance
            ? residual <= Math.Sqrt(tolerance) / 3 * size && ErrorEstimate(index, residual, tolerance * size) <= tolerance * size
            : residual <= options.ResidualTolerance * size;
    }

    /// <summary>Whether a value cannot be told from zero at the tolerance, measured by the operator's scale.</summary>
    /// <param name="value">The Ritz value.</param>
    /// <param name="residual">Its residual norm.</param>
    internal bool IsZero(double value, double residual) => Math.Abs(value) + residual <= Tolerance * space.Scale;

    /// <summary>Whether a value is surely too small to matter.</summary>
    /// <param name="value">The Ritz value.</param>
    /// <param name="residual">Its residual norm.</param>
    internal bool IsNegligible(double value, double residual) => Math.Abs(value) + residual <= options.Negligible;

    /// <summary>
    /// Error of the eigenvalue: min(‖r‖, ‖r‖²/gap) (Parlett, The Symmetric Eigenvalue Problem, 1998, §11.7), with the gap to the
    /// nearest Ritz value outside θ ± ‖r‖, less that value's own residual, since it has not converged either.
    /// </summary>
    private double ErrorEstimate(int index, double residual, double enough)
    {
        int nearest = -1;
        double distance = double.PositiveInfinity;
        for (int other = 0; other < space.Count; other++)
        {
            double away = Math.Abs(space.Values[other] - space.Values[index]);
            if (away > residual && away < distance)
            {
                (nearest, distance) = (other, away);
            }
        }

        // The neighbour's residual costs two passes over the basis: spared where even the whole distance would not do.
        if (residual <= enough || nearest < 0 || residual * residual / distance > enough)
        {
            return residual;
        }

        double gap = distance - space.ResidualNorm(nearest);
        return gap <= residual ? residual : residual * residual / gap;
    }
}
