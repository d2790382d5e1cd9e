using Brink.Torch;

namespace Brink.Curvature;

/// <summary>How an eigenvalue computation ended.</summary>
public enum EigenStatus
{
    /// <summary>Every pair asked for meets its tolerance.</summary>
    Converged,

    /// <summary>The products allowed were spent first; see <see cref="Eigenpairs.Converged"/> for the pairs that are good.</summary>
    OutOfProducts,

    /// <summary>Some residual is at the rounding level of the vectors and still above the tolerance: no more can be had in this precision.</summary>
    PrecisionReached,

    /// <summary>A product held a NaN or an infinity; the values are those known before it (NaN where nothing was).</summary>
    NotFinite,
}

/// <summary>Approximate eigenpairs at one end of a spectrum, with their true residuals.</summary>
/// <param name="Values">The Ritz values θ, outermost first: descending at the upper end, ascending at the lower.</param>
/// <param name="Vectors">Row i is the unit vector x of value i, in the operator's precision; owned by the scope that was
/// current at the call.</param>
/// <param name="Residuals">‖Hx − θx‖ of each pair: some eigenvalue of H lies within this distance of θ. Computed from the
/// products themselves, so it holds up to the rounding of the vectors' precision (a few ε·‖H‖).</param>
/// <param name="RelativeResiduals">The residuals divided by |θ|; by <paramref name="Scale"/> where θ is zero to the tolerance.</param>
/// <param name="Converged">Which pairs meet the tolerance; the others are the best known, not to be taken for exact.</param>
/// <param name="Products">Products with H spent by the whole computation, both ends together.</param>
/// <param name="Scale">Largest ‖Hx‖ over unit x met, a lower bound of ‖H‖.</param>
/// <param name="Status">How the computation ended.</param>
public sealed record Eigenpairs(
    double[] Values,
    Tensor Vectors,
    double[] Residuals,
    double[] RelativeResiduals,
    bool[] Converged,
    int Products,
    double Scale,
    EigenStatus Status)
{
    /// <summary>Number of pairs.</summary>
    public int Count => Values.Length;

    /// <summary>Whether every pair meets its tolerance.</summary>
    public bool AllConverged => Array.TrueForAll(Converged, good => good);
}

/// <summary>Both ends of a spectrum.</summary>
/// <param name="Largest">The algebraically largest eigenvalues, descending.</param>
/// <param name="Smallest">The algebraically smallest eigenvalues, ascending.</param>
public sealed record SpectrumEnds(Eigenpairs Largest, Eigenpairs Smallest);
