using Brink.Curvature;
using Brink.Objectives;

namespace Brink.Experiments;

/// <summary>What <c>brink spectrum</c> is asked for.</summary>
public sealed record SpectrumQuestions
{
    /// <summary>How many of the largest eigenvalues, at least 1.</summary>
    public int Top { get; init; } = 10;

    /// <summary>How many of the smallest, at least 0.</summary>
    public int Bottom { get; init; } = 5;

    /// <summary>Relative residual at which an eigenvalue is good; between 0 and 1.</summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>Most products for the ends of one spectrum, and most rows of a sub-Hessian that is written out; at least 1.</summary>
    public int MaximumProducts { get; init; } = 1000;

    /// <summary>Products for the traces of H and H², at least 6; null for none.</summary>
    public int? TraceProducts { get; init; }

    /// <summary>Random vectors of the density, at least 2; null for none.</summary>
    public int? DensityProbes { get; init; }

    /// <summary>Lanczos steps from each, at least 2.</summary>
    public int DensitySteps { get; init; } = 40;

    /// <summary>Standard deviation of the Gaussians that smooth the density; a hundredth of its range if not given.</summary>
    public double? DensityWidth { get; init; }

    /// <summary>Parameters whose own block is wanted, each name (part, pattern) a block.</summary>
    public IReadOnlyList<string> SubHessians { get; init; } = [];

    /// <summary>Whether the Gauss–Newton part is wanted.</summary>
    public bool GaussNewton { get; init; }

    /// <summary>
    /// Whether the matrix is P⁻¹(H + dI) instead of H, with P and the weight decay d of the run's <c>rmsprop</c> or <c>adam</c> as
    /// they stood at the point. Goes with neither blocks nor the Gauss–Newton part nor the pairing, which are parts of H.
    /// </summary>
    public bool Preconditioned { get; init; }

    /// <summary>Whether the ± pairing below the first K is wanted.</summary>
    public bool Pairing { get; init; }

    /// <summary>Whether the gradient's norm by parameter is wanted.</summary>
    public bool GradientNorms { get; init; }

    /// <summary>Seed of the random vectors.</summary>
    public ulong Seed { get; init; }
}

/// <summary>The edge of stability of a run's method, beside the spectrum that it bounds.</summary>
/// <param name="Threshold">The largest stable eigenvalue.</param>
/// <param name="Formula">How it comes about, e.g. <c>2/η</c>.</param>
/// <param name="Ratio">λ₁ of P⁻¹(H + dI) divided by the threshold.</param>
public sealed record MeasuredEdge(double Threshold, string Formula, double Ratio);

/// <summary>The ends of the spectrum of one matrix.</summary>
/// <param name="Top">Largest eigenvalues, descending.</param>
/// <param name="Bottom">Smallest, ascending.</param>
/// <param name="Products">Products spent.</param>
/// <param name="Status">How the computation ended.</param>
public sealed record MeasuredEnds(
    IReadOnlyList<MeasuredEigenvalue> Top, IReadOnlyList<MeasuredEigenvalue> Bottom, int Products, EigenStatus Status)
{
    /// <summary>Whether every eigenvalue met the tolerance.</summary>
    public bool Converged => Top.Concat(Bottom).All(value => value.Converged);
}

/// <summary>The block of the Hessian that belongs to some parameters.</summary>
/// <param name="Name">What was asked for.</param>
/// <param name="Parameters">The parameters in it.</param>
/// <param name="Size">Number of rows.</param>
/// <param name="Eigenvalues">All eigenvalues, descending, where the block was written out; else null.</param>
/// <param name="Asymmetry">‖A − Aᵀ‖/‖A‖ of the block as written out.</param>
/// <param name="Ends">The ends of its spectrum, where it was too large to be written out.</param>
public sealed record MeasuredBlock(
    string Name, IReadOnlyList<string> Parameters, long Size, IReadOnlyList<double>? Eigenvalues, double? Asymmetry, MeasuredEnds? Ends);

/// <summary>λ₁ in its parts.</summary>
/// <param name="Part">xᵀGx at the top eigenvector x of H.</param>
/// <param name="ResidualPart">xᵀ(H − G)x.</param>
/// <param name="Sharpness">λ₁ of the Gauss–Newton matrix G itself.</param>
/// <param name="Products">Products spent, with G and H together.</param>
public sealed record MeasuredGaussNewton(double Part, double ResidualPart, MeasuredEigenvalue Sharpness, int Products);

/// <summary>The pairing of the eigenvalues below the first K.</summary>
/// <param name="Skipped">K.</param>
/// <param name="Upper">λ_{K+1}, λ_{K+2} …</param>
/// <param name="Lower">λ_P, λ_{P−1} …</param>
/// <param name="Mismatch">0 where all come in ± pairs; see <see cref="SpectrumPairing"/>.</param>
/// <param name="Converged">Whether all of these met the tolerance and can be told from zero at it; else the mismatch is that of rounding.</param>
public sealed record MeasuredPairing(
    int Skipped, IReadOnlyList<double> Upper, IReadOnlyList<double> Lower, double Mismatch, bool Converged);

/// <summary>The density of the eigenvalues.</summary>
/// <param name="Rules">Nodes and weights of each random vector's rule.</param>
/// <param name="Curve">The density smoothed.</param>
/// <param name="First">Mean of λ: tr H / P.</param>
/// <param name="Second">Mean of λ²: tr H² / P.</param>
/// <param name="Bins">Part of the eigenvalues in equal intervals from the smallest node to the largest.</param>
/// <param name="Products">Products spent.</param>
public sealed record MeasuredDensity(
    IReadOnlyList<LanczosQuadrature> Rules, DensityCurve Curve, SampleMean First, SampleMean Second, IReadOnlyList<DensityBin> Bins, int Products);

/// <summary>A bar of a histogram of the spectrum.</summary>
/// <param name="From">Lower end.</param>
/// <param name="To">Upper end.</param>
/// <param name="Fraction">Part of the eigenvalues in it.</param>
public sealed record DensityBin(double From, double To, double Fraction);

/// <summary>The curvature at a point: <c>brink spectrum</c>.</summary>
/// <param name="Source">Run or file the weights came from.</param>
/// <param name="Iteration">Iteration of the checkpoint; null for a file.</param>
/// <param name="Parameters">P.</param>
/// <param name="Outputs">K; null for a small model.</param>
/// <param name="Loss">f(w).</param>
/// <param name="Accuracy">Training accuracy.</param>
/// <param name="GradNorm">‖∇f(w)‖.</param>
/// <param name="Preconditioned">Whether ends, trace and density are those of P⁻¹(H + dI), not of H.</param>
/// <param name="Edge">The method's edge of stability where the matrix is P⁻¹(H + dI) and every step took all samples; null elsewhere.</param>
/// <param name="FlattestSharpness">The least sharpness there is with a last bias, 2/K under <c>mse</c> and 1 under <c>squared</c>; null elsewhere.</param>
/// <param name="Tolerance">Relative residual asked for.</param>
/// <param name="Ends">The ends of the spectrum.</param>
/// <param name="Trace">The traces of the matrix and of its square; null where not asked for.</param>
/// <param name="Density">The density; null where not asked for.</param>
/// <param name="GaussNewton">The Gauss–Newton part; null where not asked for.</param>
/// <param name="Pairing">The pairing; null where not asked for, and for a small model.</param>
/// <param name="SubHessians">Blocks asked for.</param>
/// <param name="GradientNorms">Norms by parameter; null where not asked for.</param>
public sealed record SpectrumReport(
    string Source,
    long? Iteration,
    long Parameters,
    int? Outputs,
    double Loss,
    double? Accuracy,
    double GradNorm,
    bool Preconditioned,
    MeasuredEdge? Edge,
    double? FlattestSharpness,
    double Tolerance,
    MeasuredEnds Ends,
    TraceEstimate? Trace,
    MeasuredDensity? Density,
    MeasuredGaussNewton? GaussNewton,
    MeasuredPairing? Pairing,
    IReadOnlyList<MeasuredBlock> SubHessians,
    IReadOnlyList<GradientNorm>? GradientNorms)
{
    /// <summary>Whether every eigenvalue asked for met the tolerance.</summary>
    public bool Converged =>
        Ends.Converged && (GaussNewton?.Sharpness.Converged ?? true) && SubHessians.All(block => block.Ends?.Converged ?? true);

    /// <summary>Measures.</summary>
    /// <param name="point">Where.</param>
    /// <param name="questions">What.</param>
    /// <param name="note">Told what is being computed.</param>
    /// <param name="cancellation">Stops before the next product.</param>
    /// <returns>The report.</returns>
    /// <exception cref="BrinkException">The loss is not finite there, or a name fits no parameter.</exception>
    /// <exception cref="OperationCanceledException">The user asked to stop.</exception>
    public static SpectrumReport Take(
        StoredPoint point, SpectrumQuestions questions, Action<string> note, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(questions);
        using var measuring = new SpectrumMeasuringAtPoint(point, questions, note, cancellation);
        return measuring.Take();
    }
}
