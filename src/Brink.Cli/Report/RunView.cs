using Brink.Curvature;
using Brink.Experiments;
using Brink.Methods;
using Brink.Objectives;

namespace Brink.Cli.Report;

/// <summary>One quantity along a run, at the iterations where it is known.</summary>
/// <param name="Iterations">The iterations, increasing.</param>
/// <param name="Values">The quantity there, of the same length; not finite where it was not.</param>
internal sealed record Curve(double[] Iterations, double[] Values)
{
    /// <summary>The curve with every value multiplied.</summary>
    /// <param name="factor">By what.</param>
    internal Curve Times(double factor) => new(Iterations, Array.ConvertAll(Values, value => factor * value));
}

/// <summary>The density of the Hessian's eigenvalues where it was measured.</summary>
/// <param name="Iterations">The iterations, evenly spaced.</param>
/// <param name="Bins">The intervals.</param>
/// <param name="Shares">At each iteration the share of the eigenvalues in each interval.</param>
internal sealed record RunDensity(double[] Iterations, DensityBins Bins, double[][] Shares);

/// <summary>What a comparison shows of a run, as its folder tells it.</summary>
internal sealed record RunView
{
    /// <summary>Name among the runs compared: the method, or the folder where methods repeat.</summary>
    public required string Name { get; init; }

    /// <summary>The run folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>How it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Why it ended so; null when simply finished.</summary>
    public string? Reason { get; init; }

    /// <summary>K, the number of outputs; 0 when not known.</summary>
    public int Outputs { get; init; }

    /// <summary>c of the acceptance test (math.md §2); null for methods without one.</summary>
    public double? SufficientDecrease { get; init; }

    /// <summary>f(w_k) on the training samples.</summary>
    public required Curve Loss { get; init; }

    /// <summary>The same against the evaluations of loss and gradient spent before w_k.</summary>
    public Curve LossByEvaluations { get; init; } = new([], []);

    /// <summary>‖∇f(w_k)‖.</summary>
    public Curve GradNorm { get; init; } = new([], []);

    /// <summary>The density of the Hessian; null where it was measured less than twice.</summary>
    public RunDensity? Density { get; init; }

    /// <summary>η_k.</summary>
    public required Curve StepSize { get; init; }

    /// <summary>λ₁ of the Hessian, where measured.</summary>
    public required Curve Sharpness { get; init; }

    /// <summary>η_k·λ₁(H_k), where λ₁ was measured and a step taken.</summary>
    public required Curve EtaSharpness { get; init; }

    /// <summary>The eigenvalues followed, λ₁ apart: λ₂, λ₃, … of what <see cref="Preconditioned"/> or else <see cref="Sharpness"/> is λ₁ of.</summary>
    public IReadOnlyList<Curve> Eigenvalues { get; init; } = [];

    /// <summary>λ₁ of P⁻¹H, where measured.</summary>
    public Curve Preconditioned { get; init; } = new([], []);

    /// <summary>The method's edge of stability; null where it has none.</summary>
    public StabilityThreshold? Threshold { get; init; }

    /// <summary>Fraction of the training samples classified rightly.</summary>
    public required Curve TrainAccuracy { get; init; }

    /// <summary>Fraction of the test samples classified rightly, where measured.</summary>
    public required Curve TestAccuracy { get; init; }

    /// <summary>Steps taken.</summary>
    public required long Iterations { get; init; }

    /// <summary>Loss evaluations spent on steps.</summary>
    public required long FunctionEvaluations { get; init; }

    /// <summary>Gradient evaluations spent on steps.</summary>
    public required long GradientEvaluations { get; init; }

    /// <summary>Hessian-vector products spent, by the method and by measurements.</summary>
    public required long HessianVectorProducts { get; init; }

    /// <summary>Wall-clock seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The specification: option name to value, as text.</summary>
    public required IReadOnlyDictionary<string, string> Specification { get; init; }

    /// <summary>The environment: dotted name to value, as text.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The last loss; NaN when it was not finite, null when nothing was recorded.</summary>
    public double? FinalLoss => LastOf(Loss);

    /// <summary>The last training accuracy.</summary>
    public double? FinalTrainAccuracy => LastOf(TrainAccuracy);

    /// <summary>The last test accuracy.</summary>
    public double? FinalTestAccuracy => LastOf(TestAccuracy);

    /// <summary>The last λ₁.</summary>
    public double? FinalSharpness => LastOf(Sharpness);

    /// <summary>Whether that measurement missed its tolerance.</summary>
    public required bool FinalSharpnessUnconverged { get; init; }

    /// <summary>How many measurements of λ₁ did.</summary>
    public required int SharpnessNotConverged { get; init; }

    /// <summary>Mean of η·λ₁ over the finite measurements.</summary>
    public double? MeanEtaSharpness =>
        EtaSharpness.Values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average() is var mean && double.IsFinite(mean) ? mean : null;

    /// <summary>The smallest sharpness a network with a last bias can have: 2/K under <c>mse</c>, 1 under <c>squared</c> (math.md §1).</summary>
    public double? SmallestSharpness =>
        Outputs is > 0 and var outputs && LossMinimised.LastBiasBoundsSharpness && Specification.GetValueOrDefault("no-bias") != "true"
            ? LossMinimised.LastBiasSharpness(outputs)
            : null;

    private LossFunction LossMinimised => LossFunction.Named(Specification.GetValueOrDefault("loss", "mse"));

    /// <summary>Whether the run ended where its numbers ended.</summary>
    public bool Diverged => Status == RunStatus.Diverged;

    /// <summary>Whether its last numbers are not what was wanted.</summary>
    public bool EndedBadly => Status is RunStatus.Diverged or RunStatus.Failed;

    private static double? LastOf(Curve curve) => curve.Values.Length > 0 ? curve.Values[^1] : null;
}
