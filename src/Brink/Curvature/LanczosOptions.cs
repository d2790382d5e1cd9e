namespace Brink.Curvature;

/// <summary>When a Lanczos computation stops and what it may spend.</summary>
public sealed record LanczosOptions
{
    /// <summary>The default of <see cref="MaximumProducts"/>.</summary>
    public const int UsualProducts = 500;

    /// <summary>Products that also an eigenvalue of no matter is worth: they find its sign and first digits where rounding leaves any.</summary>
    public const int ProductsForNegligible = 20;

    /// <summary>
    /// A pair is accepted when ‖Hx − θx‖ ≤ tolerance·|θ|, or when θ is zero at this tolerance: |θ| + ‖Hx − θx‖ ≤
    /// tolerance·‖H‖. In (0, 1); default 1e-3. The eigenvalue is then far better: its error is about residual²/gap.
    /// </summary>
    public double ResidualTolerance { get; init; } = 1e-3;

    /// <summary>
    /// When given, replaces the residual rule: a pair is accepted when the estimated error of its eigenvalue,
    /// min(‖r‖, ‖r‖²/gap), is at most tolerance·|θ| and ‖r‖ ≤ ⅓√tolerance·|θ|; the gap is taken to the nearest Ritz value
    /// outside θ ± ‖r‖, less that value's own residual. In (0, 1). Needs half the digits of the residual, hence fewer products,
    /// but it is an estimate, and the vector is only good to √tolerance.
    /// </summary>
    public double? EigenvalueTolerance { get; init; }

    /// <summary>
    /// Size up to which an eigenvalue does not matter: a pair with |θ| + ‖Hx − θx‖ ≤ this is accepted after
    /// <see cref="ProductsForNegligible"/> products whatever its relative residual, which rounding may keep from ever being
    /// small. At least 0; default 0, where none is.
    /// </summary>
    public double Negligible { get; init; }

    /// <summary>Most products with the operator; at least 1. Default <see cref="UsualProducts"/>.</summary>
    public int MaximumProducts { get; init; } = UsualProducts;

    /// <summary>
    /// Most basis vectors held at once; 0 chooses 20 + 2·(pairs asked for), fewer where these would take more than 8 GiB (VGG11's
    /// do). Two tensors of this many rows of length P are the memory of the computation.
    /// </summary>
    public int Subspace { get; init; }

    private const long MostBytes = 8L << 30;

    /// <summary>Seed of the random start and of random continuations.</summary>
    public ulong Seed { get; init; }

    /// <summary><see cref="Subspace"/>, or the choice where it is 0. Of the vectors' length alone: the same on every machine.</summary>
    /// <param name="usual">Rows where memory is no matter.</param>
    /// <param name="pairs">Pairs asked for, which are held besides the directions that correct them.</param>
    /// <param name="vectorBytes">Bytes of a vector of length P.</param>
    internal int Rows(int usual, int pairs, long vectorBytes) =>
        Subspace > 0 ? Subspace : (int)Math.Min(usual, Math.Max(pairs + 6, MostBytes / (2 * vectorBytes)));

    /// <summary>What is out of range, in one line; null when nothing is.</summary>
    internal string? Problem() =>
        OutOfRange(ResidualTolerance, nameof(ResidualTolerance))
        ?? (EigenvalueTolerance is double tolerance ? OutOfRange(tolerance, nameof(EigenvalueTolerance)) : null)
        ?? (Negligible >= 0 ? null : $"{nameof(Negligible)} is {Negligible}; it must be at least 0")
        ?? (MaximumProducts < 1 ? $"{nameof(MaximumProducts)} is {MaximumProducts}; it must be at least 1" : null)
        ?? (Subspace < 0 ? $"{nameof(Subspace)} is {Subspace}; it must be 0 (chosen) or more" : null);

    private static string? OutOfRange(double tolerance, string name) =>
        tolerance > 0 && tolerance < 1 ? null : $"{name} is {tolerance}; a tolerance lies between 0 and 1, both excluded";
}
