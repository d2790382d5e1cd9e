using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// Extreme eigenpairs by the locally optimal block preconditioned conjugate gradient method: Rayleigh–Ritz on the span of the
/// present vectors X, their residuals R (preconditioned, if wished) and the last change of direction P (Knyazev, SIAM J. Sci.
/// Comput. 2001).
/// </summary>
/// <remarks>
/// [X P R] is kept orthonormal and P is orthonormalised in the coordinates of the subspace (Hetmaniuk &amp; Lehoucq, J. Comput.
/// Phys. 2006; Duersch et al., SIAM J. Sci. Comput. 2018), so that a Gram matrix cannot break down; a residual that lies in the
/// span is left out. Converged vectors stay in X but get no residual (soft locking): each iteration costs one product a pair
/// that is not good yet. Products with X and P are combinations of stored ones. Memory: twice 3·(pairs + guards) vectors.
/// </remarks>
public static class Lobpcg
{
    /// <summary>Both ends of the spectrum.</summary>
    /// <param name="matrix">The operator.</param>
    /// <param name="top">How many of the largest, at least 0; where P is smaller, P.</param>
    /// <param name="bottom">How many of the smallest, at least 0; not both zero.</param>
    /// <param name="options">When to stop; the defaults if not given. The subspace is chosen by the method.</param>
    /// <param name="start">Vectors to start from, as rows; random ones fill the block.</param>
    /// <param name="preconditioner">From a residual (length P) and its Ritz value to a direction of length P, any norm, owned by
    /// the current scope; the residual itself if not given.</param>
    /// <returns>The pairs of both ends.</returns>
    /// <exception cref="ArgumentException">A count, option or start out of range.</exception>
    public static SpectrumEnds Extremes(
        SymmetricOperator matrix,
        int top,
        int bottom,
        LanczosOptions? options = null,
        Tensor? start = null,
        Func<Tensor, double, Tensor>? preconditioner = null)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        using var scope = new TensorScope();
        using var run = new LobpcgRun(matrix, top, bottom, options ?? new LanczosOptions(), preconditioner);
        run.Start(start);
        run.Iterate();
        SpectrumEnds ends = run.Result();
        scope.Keep(ends.Largest.Vectors);
        scope.Keep(ends.Smallest.Vectors);
        return ends;
    }
}
