namespace Brink.Flows;

/// <summary>
/// The oscillation Σ = U X Uᵀ that a central flow finds at a point: the covariance of gradient descent's iterates about
/// their time average, along the eigenvectors U at the edge (Cohen, Damian et al., arXiv 2410.24206).
/// </summary>
public sealed record Oscillation
{
    /// <summary>Bound that the eigenvalues are kept under: 2/η for the central flow of gradient descent.</summary>
    public required double Bound { get; init; }

    /// <summary>λ₁ at the point.</summary>
    public required double Sharpness { get; init; }

    /// <summary>Relative residual of λ₁.</summary>
    public required double SharpnessResidual { get; init; }

    /// <summary>Eigenvalues of the Hessian that take part, descending: those above the share of the bound that was asked for.</summary>
    public required double[] Tracked { get; init; }

    /// <summary>Largest relative residual ‖Hu − λu‖ / |λ| of the tracked pairs; 0 where none is tracked.</summary>
    public required double Residual { get; init; }

    /// <summary>Eigenvalues of Σ that are not zero, descending: variances along the directions of oscillation.</summary>
    public required double[] Variances { get; init; }

    /// <summary>tr Σ, the mean square distance of the iterates from their time average.</summary>
    public double Trace => Variances.Sum();

    /// <summary>Number of directions of oscillation.</summary>
    public int AtEdge => Variances.Length;

    /// <summary>
    /// ½⟨H, Σ⟩, by which the time-averaged loss lies above f(w); tr Σ/η where all eigenvalues are at 2/η.
    /// </summary>
    public required double ExcessLoss { get; init; }

    /// <summary>⟨H², Σ⟩, by which the time average of ‖∇f‖² lies above ‖∇f(w)‖²; 4 tr Σ/η² at the edge.</summary>
    public required double ExcessSquaredGradient { get; init; }

    /// <summary>Gradients of Hessian blocks ∇(u_iᵀHu_j) taken.</summary>
    public required int ThirdDerivatives { get; init; }
}
