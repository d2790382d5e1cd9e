using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// Extreme eigenpairs of a symmetric operator by Lanczos with full reorthogonalisation, thick restarts and warm starts.
/// </summary>
/// <remarks>
/// The subspace grows by the residual of the first pair that is not yet good. From one start vector this is the Lanczos
/// process (all Ritz residuals of a Krylov space are parallel; Saad, Numerical Methods for Large Eigenvalue Problems, 2011);
/// unlike the three-term recurrence it also goes on from any start block, and keeps true residuals at hand because the
/// products are stored. A full basis is restarted from its outer Ritz vectors and the last step's target (thick restart, Wu
/// &amp; Simon 2000, with the locally optimal vector of GD+k, Stathopoulos 2007). A cold start draws one random vector per
/// pair asked for: a Krylov space of one vector sees each multiple eigenvalue once only, and the K-fold 2/K of a network with a
/// last bias is such a one.
/// </remarks>
public static class Lanczos
{
    /// <summary>The algebraically largest eigenpairs.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="count">How many, at least 1; where P is smaller, P.</param>
    /// <param name="options">When to stop; the defaults if not given.</param>
    /// <param name="start">Vectors to start from, as rows (or one vector), best first: one per pair asked for enters at once, the next is tried should they be accepted as they stand; random if not given.</param>
    /// <returns>The pairs, descending.</returns>
    /// <exception cref="ArgumentException">A count, option or start out of range.</exception>
    public static Eigenpairs Largest(SymmetricOperator matrix, int count = 1, LanczosOptions? options = null, Tensor? start = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Extremes(matrix, count, 0, options, start).Largest;
    }

    /// <summary>The algebraically smallest eigenpairs.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="count">How many, at least 1; where P is smaller, P.</param>
    /// <param name="options">When to stop; the defaults if not given.</param>
    /// <param name="start">Vectors to start from, as rows (or one vector), best first: one per pair asked for enters at once, the next is tried should they be accepted as they stand; random if not given.</param>
    /// <returns>The pairs, ascending.</returns>
    /// <exception cref="ArgumentException">A count, option or start out of range.</exception>
    public static Eigenpairs Smallest(SymmetricOperator matrix, int count = 1, LanczosOptions? options = null, Tensor? start = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Extremes(matrix, 0, count, options, start).Smallest;
    }

    /// <summary>Both ends of the spectrum from one subspace.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="top">How many of the largest, at least 0.</param>
    /// <param name="bottom">How many of the smallest, at least 0; not both zero.</param>
    /// <param name="options">When to stop; the defaults if not given.</param>
    /// <param name="start">Vectors to start from, as rows (or one vector), best first: one per pair asked for enters at once, the next is tried should they be accepted as they stand; random if not given.</param>
    /// <returns>The pairs of both ends.</returns>
    /// <exception cref="ArgumentException">A count, option or start out of range.</exception>
    public static SpectrumEnds Extremes(
        SymmetricOperator matrix, int top, int bottom, LanczosOptions? options = null, Tensor? start = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        using var scope = new TensorScope();
        using var run = new LanczosRun(matrix, top, bottom, options ?? new LanczosOptions());
        run.Start(start is null ? [] : [start]);
        run.Iterate();
        SpectrumEnds ends = run.Result();
        scope.Keep(ends.Largest.Vectors);
        scope.Keep(ends.Smallest.Vectors);
        return ends;
    }
}
