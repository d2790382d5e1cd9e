using MathNet.Numerics.LinearAlgebra;

namespace Brink.Flows;

/// <summary>How a complementarity problem ended.</summary>
public enum ComplementarityStatus
{
    /// <summary>Feasible and complementary to the tolerance.</summary>
    Solved,

    /// <summary>
    /// There is no S ⪰ 0: some Z ⪰ 0 with A(Z) = 0 has ⟨C, Z⟩ &lt; 0. For a central flow: no oscillation can hold this curvature.
    /// </summary>
    Infeasible,

    /// <summary>Neither was reached; the residuals say how far the answer is from right.</summary>
    NotConverged,
}

/// <summary>An answer to a semidefinite complementarity problem, with what is known of its error.</summary>
/// <param name="X">X ⪰ 0, k×k.</param>
/// <param name="S">C + A(X), computed from X.</param>
/// <param name="Gap">|⟨X, S⟩| in units of ‖C‖·‖X‖; 0 where X is 0.</param>
/// <param name="Violation">How far S falls short of S ⪰ 0, in units of ‖C‖: the smallest eigenvalue negated, where it is negative.</param>
/// <param name="Iterations">Newton steps.</param>
/// <param name="Status">How it ended.</param>
public sealed record ComplementaritySolution(
    Matrix<double> X, Matrix<double> S, double Gap, double Violation, int Iterations, ComplementarityStatus Status);

/// <summary>
/// Finds X ⪰ 0 with S = C + A(X) ⪰ 0 and ⟨X, S⟩ = 0 for a symmetric positive semidefinite linear map A on symmetric k×k
/// matrices: the optimality conditions of min ½⟨X, A(X)⟩ + ⟨C, X⟩ over X ⪰ 0.
/// </summary>
/// <remarks>
/// A primal-dual interior-point method along the Nesterov–Todd direction with Mehrotra's predictor and corrector (Todd, Toh
/// &amp; Tütüncü 1998; for the linear complementarity problem Kojima, Shindoh &amp; Hara 1997). In the scaling in which X and S
/// are the same diagonal matrix, Newton's equation is (I + Ã)dX̃ = r with Ã ⪰ 0, which Cholesky solves whatever A is.
/// For k up to about 20.
/// </remarks>
public static class SemidefiniteComplementarity
{
    private const int MostIterations = 100;

    /// <summary>Gap and violation, in the units of the data, at which the iteration ends.</summary>
    private const double Target = 1e-13;

    /// <summary>Gap and violation up to which the answer counts as solved.</summary>
    private const double Accepted = 1e-9;

    /// <summary>Share of the way to the boundary that a step may go.</summary>
    private const double StayInside = 0.98;

    /// <summary>Solves.</summary>
    /// <param name="c">C, symmetric, k×k.</param>
    /// <param name="map">A in <see cref="SymmetricCoordinates"/>: symmetric positive semidefinite of k(k+1)/2 rows.</param>
    /// <returns>The answer with its residuals and status.</returns>
    /// <exception cref="ArgumentException">Sizes do not agree, or a number is not finite.</exception>
    public static ComplementaritySolution Solve(Matrix<double> c, Matrix<double> map)
    {
        ArgumentNullException.ThrowIfNull(c);
        ArgumentNullException.ThrowIfNull(map);
        int size = c.RowCount;
        int length = SymmetricCoordinates.Length(size);
        if (c.ColumnCount != size || map.RowCount != length || map.ColumnCount != length)
        {
            throw new ArgumentException($"C of {size}×{c.ColumnCount} goes with a map of {length}×{length}, not {map.RowCount}×{map.ColumnCount}", nameof(map));
        }

        if (c.Enumerate().Concat(map.Enumerate()).Any(entry => !double.IsFinite(entry)))
        {
            throw new ArgumentException("C and A must be finite", nameof(map));
        }

        var zero = Matrix<double>.Build.Dense(size, size);
        if (size == 0 || SmallestEigenvalue(c) >= 0)
        {
            return new ComplementaritySolution(zero, c, 0, 0, 0, ComplementarityStatus.Solved);
        }

        // In units in which ‖C‖ = ‖A‖ = 1 one starting point and one tolerance serve all problems.
        double scale = c.FrobeniusNorm();
        double strength = map.FrobeniusNorm();
        if (strength == 0)
        {
            return new ComplementaritySolution(zero, c, 0, -SmallestEigenvalue(c) / scale, 0, ComplementarityStatus.Infeasible);
        }

        var iterate = new InteriorIterate(c / scale, map / strength);
        int iterations = 0;
        while (iterations < MostIterations && iterate.Error > Target && iterate.IsBounded && iterate.Advance(StayInside))
        {
            iterations++;
        }

        Matrix<double> x = iterate.Best;
        Matrix<double> s = (c / scale) + SymmetricCoordinates.Unpack((map / strength) * SymmetricCoordinates.Pack(x), size);
        double gap = Math.Abs(Inner(x, s)) / Math.Max(x.FrobeniusNorm(), double.Epsilon);
        double violation = Math.Max(0, -SmallestEigenvalue(s));
        ComplementarityStatus status = gap <= Accepted && violation <= Accepted ? ComplementarityStatus.Solved
            : iterate.ShowsInfeasibility() ? ComplementarityStatus.Infeasible
            : ComplementarityStatus.NotConverged;
        return new ComplementaritySolution(x * (scale / strength), s * scale, gap, violation, iterations, status);
    }

    internal static double Inner(Matrix<double> left, Matrix<double> right) => left.PointwiseMultiply(right).Enumerate().Sum();

    internal static double SmallestEigenvalue(Matrix<double> symmetric) =>
        symmetric.Evd(Symmetricity.Symmetric).EigenValues.Min(value => value.Real);
}
