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
    /// <summary>Vectors iterated beside those asked for at each end: they keep what may overtake at hand, and the last pair's gap open.</summary>
    private const int Guards = 2;

    /// <summary>A direction whose part outside the kept vectors is smaller than this has nothing to add.</summary>
    private const double SmallestPart = 1e-8;

    /// <summary>Products without a halved residual after which a residual below √ε·‖H‖ counts as rounding; for each vector of the block.</summary>
    private const int PatienceAtRounding = 15;

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
        options ??= new LanczosOptions();
        if (options.Problem() is string problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        StartVectors.Check(top, bottom);
        (top, bottom) = ((int)Math.Min(top, matrix.Dimension), (int)Math.Min(bottom, matrix.Dimension));
        int upper = top == 0 ? 0 : top + Guards;
        int lower = bottom == 0 ? 0 : bottom + Guards;
        using var scope = new TensorScope();
        using var random = new Generator(options.Seed);
        using var space = new RitzSpace(matrix, (int)Math.Min(3L * (upper + lower), matrix.Dimension));
        var acceptance = new PairAcceptance(options, space);
        long before = matrix.Products;
        EigenStatus? status = Fill(Math.Min((int)Math.Min(top + bottom, matrix.Dimension), space.Capacity), start)
            ?? Fill(Math.Min(upper + lower, space.Capacity), null);
        double best = double.PositiveInfinity;
        long bestAt = before;
        while (status is null)
        {
            using var step = new TensorScope();
            space.Solve();
            int block = Math.Min(upper + lower, space.Count);
            int fromTop = Math.Min(upper, block);
            int[] kept = [.. Enumerable.Range(0, fromTop), .. Enumerable.Range(space.Count - (block - fromTop), block - fromTop)];
            int[] wanted = [.. Enumerable.Range(0, Math.Min(top, space.Count)), .. Enumerable.Range(1, Math.Min(bottom, space.Count)).Select(i => space.Count - i)];
            List<(int Index, Tensor Residual)> active = [];
            double worst = 0;
            foreach (int index in wanted.Distinct())
            {
                Tensor residual = space.Residual(index);
                double norm = residual.Norm();
                if (!acceptance.Accepts(index, norm))
                {
                    active.Add((index, residual));
                    worst = Math.Max(worst, norm);
                }
            }

            if (active.Count == 0)
            {
                status = EigenStatus.Converged;
                break;
            }

            if (worst < best / 2)
            {
                (best, bestAt) = (worst, matrix.Products);
            }

            double epsilon = ScalarTypes.Epsilon(matrix.Type);
            if (worst <= 8 * epsilon * space.Scale || space.Count == matrix.Dimension
                || (matrix.Products - bestAt > PatienceAtRounding * block && worst <= Math.Sqrt(epsilon) * space.Scale))
            {
                status = EigenStatus.PrecisionReached;
                break;
            }

            Tensor[] directions = [.. active.Select(pair =>
                preconditioner is null ? pair.Residual : preconditioner(pair.Residual, space.Values[pair.Index]))];
            space.Restart(Columns(space, kept, _present, [.. active.Select(pair => pair.Index)]));
            int grown = space.Count;
            _present = block;
            foreach (Tensor direction in directions)
            {
                status ??= Offer(direction);
            }

            if (status is null && space.Count == grown)
            {
                status = Fill(grown + 1, null);
            }
        }

        SpectrumEnds ends = space.Ends(acceptance, top, bottom, (int)(matrix.Products - before), status.Value);
        scope.Keep(ends.Largest.Vectors);
        scope.Keep(ends.Smallest.Vectors);
        return ends;
    }
}
