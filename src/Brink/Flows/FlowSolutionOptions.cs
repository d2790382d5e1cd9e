namespace Brink.Flows;

/// <summary>How a gradient flow is followed to its end, and when it counts as ended.</summary>
public sealed record FlowSolutionOptions
{
    /// <summary>The loss to reach where neither a loss nor a gradient norm is given.</summary>
    public const double DefaultUntilLoss = 1e-4;

    /// <summary>The integrator's name; <c>rkc</c> unless given.</summary>
    public string Integrator { get; init; } = FlowIntegrator.Names[0];

    /// <summary>
    /// Allowed local error per step of the integrator, relative to the weights; in (0, 1). docs/gfs.md shows what the default
    /// costs and how good φ is then.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Loss to reach; <see cref="DefaultUntilLoss"/> where <see cref="UntilGradNorm"/> is not given either.</summary>
    public double? UntilLoss { get; init; }

    /// <summary>Gradient norm to reach, or null. Where a loss is given too, both are to be reached.</summary>
    public double? UntilGradNorm { get; init; }

    /// <summary>
    /// The flow goes on until the relative change of φ still to come is estimated to be at most this; positive. Infinity asks for
    /// no estimate: the flow ends at once where loss and gradient norm are reached, and φ is λ₁ there.
    /// </summary>
    public double Accuracy { get; init; } = 1e-3;

    /// <summary>Relative residual of λ₁ at the end, in (0, 1).</summary>
    public double ResidualTolerance { get; init; } = 1e-3;

    /// <summary>Gradients that one flow may cost, at least 1.</summary>
    public int MaximumGradients { get; init; } = 100_000;

    /// <summary>The loss that counts.</summary>
    public double? LossToReach => UntilLoss ?? (UntilGradNorm is null ? DefaultUntilLoss : null);
}
