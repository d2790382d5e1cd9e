namespace Brink.Experiments;

/// <summary>
/// One line of <c>metrics.jsonl</c>: what is known at w_k and of the step taken from it. The last line of a run
/// describes the final point, from which no step was taken (<see cref="StepSize"/> and the fields of the step are null).
/// Names in the file are the snake_case of these; a value that is not finite is written as <c>null</c> beside a
/// <c>status</c>.
/// </summary>
public sealed partial record MetricsLine
{
    /// <summary>k, the number of steps taken before this point.</summary>
    public required long Iteration { get; init; }

    /// <summary>f(w_k) on the training samples.</summary>
    public required double Loss { get; init; }

    /// <summary>Fraction of the training samples classified rightly at w_k, in [0, 1].</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>‖∇f(w_k)‖₂.</summary>
    public double? GradNorm { get; init; }

    /// <summary>η_k of the step taken from w_k.</summary>
    public double? StepSize { get; init; }

    /// <summary>Rejected trials of this iteration, the one that ends an extrapolation included (math.md §2).</summary>
    public int? Backtracks { get; init; }

    /// <summary>Loss evaluations spent on the step from w_k (trials; the one shared with the gradient is not counted twice).</summary>
    public int? FunctionEvaluations { get; init; }

    /// <summary>Gradient evaluations spent on the step from w_k.</summary>
    public int? GradientEvaluations { get; init; }

    /// <summary>Hessian-vector products spent at w_k, by the method and by the measurements.</summary>
    public int? Hvps { get; init; }

    /// <summary>R, the reference value of the acceptance test (line searches only).</summary>
    public double? ReferenceValue { get; init; }

    /// <summary>Wall-clock seconds since the run began, pauses apart.</summary>
    public required double Seconds { get; init; }

    /// <summary>λ₁ of the Hessian of the training loss at w_k, or at the midpoint around it, where measured.</summary>
    public double? Sharpness { get; init; }

    /// <summary>‖Hv − λ₁v‖ / |λ₁| of the measured eigenpair.</summary>
    public double? SharpnessResidual { get; init; }

    /// <summary>True where <see cref="Sharpness"/> misses its tolerance; null where it meets it.</summary>
    public bool? SharpnessUnconverged { get; init; }

    /// <summary>
    /// The largest eigenvalues where followed, descending: of the Hessian, or where <c>preconditioned</c> is asked of P⁻¹H.
    /// </summary>
    public double[]? Eigenvalues { get; init; }

    /// <summary>Relative residual of each of <see cref="Eigenvalues"/>.</summary>
    public double[]? EigenvalueResiduals { get; init; }

    /// <summary>The smallest eigenvalues where followed, ascending.</summary>
    public double[]? SmallestEigenvalues { get; init; }

    /// <summary>Relative residual of each of <see cref="SmallestEigenvalues"/>.</summary>
    public double[]? SmallestResiduals { get; init; }

    /// <summary>How many eigenvalues lie above <c>eigenvalues-above</c>, where that is given.</summary>
    public int? EigenvaluesAbove { get; init; }

    /// <summary>How many of the eigenvalues on this line miss the tolerance; null when all meet it.</summary>
    public int? EigenvaluesUnconverged { get; init; }

    /// <summary>λ₁ of P⁻¹H, where <c>preconditioned</c> is asked.</summary>
    public double? PreconditionedSharpness { get; init; }

    /// <summary>Relative residual of <see cref="PreconditionedSharpness"/>.</summary>
    public double? PreconditionedResidual { get; init; }

    /// <summary>True where <see cref="PreconditionedSharpness"/> misses its tolerance; null where it meets it.</summary>
    public bool? PreconditionedUnconverged { get; init; }

    /// <summary>
    /// Time-averaged loss f(w) + ½⟨H, Σ⟩ of gradient descent that a central flow predicts here; not for a bound of one's own.
    /// </summary>
    public double? PredictedLoss { get; init; }

    /// <summary>Time average √(‖∇f‖² + ⟨H², Σ⟩) of gradient descent's gradient norm that a central flow predicts here.</summary>
    public double? PredictedGradNorm { get; init; }

    /// <summary>tr Σ: variance of gradient descent's iterates about their time average; a multiplier where the bound is one's own.</summary>
    public double? SigmaTrace { get; init; }

    /// <summary>The eigenvalues of Σ that are not zero, descending: as many as there are directions of oscillation.</summary>
    public double[]? SigmaEigenvalues { get; init; }

    /// <summary>Eigenvalues of the Hessian that take part in a central flow's oscillation, descending.</summary>
    public double[]? TrackedEigenvalues { get; init; }

    /// <summary>Largest relative residual of <see cref="TrackedEigenvalues"/>.</summary>
    public double? TrackedResidual { get; init; }

    /// <summary>Loss of the gradient flow at time kη, where it goes beside a central flow.</summary>
    public double? FlowLoss { get; init; }

    /// <summary>Distance of that gradient flow from gradient descent's k-th iterate.</summary>
    public double? FlowDistanceToGd { get; init; }

    /// <summary>Passes over the samples made before w_k; null where every step takes all of them.</summary>
    public double? Epoch { get; init; }

    /// <summary>Mean over the batches of λ₁ of the batch's Hessian at w_k, where measured.</summary>
    public double? BatchSharpnessMean { get; init; }

    /// <summary>The smallest of them.</summary>
    public double? BatchSharpnessMin { get; init; }

    /// <summary>The largest of them.</summary>
    public double? BatchSharpnessMax { get; init; }

    /// <summary>How many of them miss the tolerance; null when all meet it.</summary>
    public int? BatchSharpnessUnconverged { get; init; }

    /// <summary>Hessian-vector products that they cost, each on one batch; apart from <see cref="Hvps"/>.</summary>
    public int? BatchHvps { get; init; }

    /// <summary>Loss on the test samples, where measured.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Accuracy on the test samples, in [0, 1], where measured.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>t of a flow at this point.</summary>
    public double? Time { get; init; }

    /// <summary>Most stages of a step along the flow from this point.</summary>
    public int? Stages { get; init; }

    /// <summary>Rejected attempts at steps along the flow from this point.</summary>
    public int? Rejected { get; init; }

    /// <summary>‖w(t) − w_gd(t/η)‖₂ between the flow and the gradient descent beside it, where both stand at the same time.</summary>
    public double? DistanceToGd { get; init; }

    /// <summary>Loss of the gradient descent beside the flow, at the same time.</summary>
    public double? GdLoss { get; init; }

    /// <summary>φ(w_k), λ₁ at the end of the gradient flow from w_k, where measured. Not to be taken for φ where <see cref="GfsConverged"/> is false.</summary>
    public double? GfsSharpness { get; init; }

    /// <summary>Whether the flow reached everything asked for.</summary>
    public bool? GfsConverged { get; init; }

    /// <summary>Estimated relative change of φ were the flow to go on for ever; absent where too little is known.</summary>
    public double? GfsRemaining { get; init; }

    /// <summary>‖Hv − φv‖ / φ at the end of the flow.</summary>
    public double? GfsResidual { get; init; }

    /// <summary>Loss at the end of the flow.</summary>
    public double? GfsLoss { get; init; }

    /// <summary>Norm of the gradient at the end of the flow.</summary>
    public double? GfsGradNorm { get; init; }

    /// <summary>Gradient evaluations that the flow cost.</summary>
    public int? GfsGradients { get; init; }

    /// <summary>Set beside values that are not finite: what happened, e.g. <c>diverged</c>.</summary>
    [System.Text.Json.Serialization.JsonPropertyOrder(2)]
    public string? Status { get; init; }

    /// <summary>Whether every number that is set is finite.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsFinite =>
        double.IsFinite(Loss) && double.IsFinite(Seconds)
        && ((double?[])[TrainAccuracy, GradNorm, StepSize, ReferenceValue, Sharpness, SharpnessResidual, TestLoss, TestAccuracy,
                PreconditionedSharpness, PreconditionedResidual,
                PredictedLoss, PredictedGradNorm, SigmaTrace, TrackedResidual,
                GdLoss, DistanceToGd, FlowLoss, FlowDistanceToGd, Time,
                GfsSharpness, GfsLoss, GfsGradNorm,
                Epoch, BatchSharpnessMean, BatchSharpnessMin, BatchSharpnessMax])
            .All(value => value is null || double.IsFinite(value.Value))
        && ((double[]?[])[Eigenvalues, EigenvalueResiduals, SmallestEigenvalues, SmallestResiduals, SigmaEigenvalues, TrackedEigenvalues])
            .All(values => values is null || Array.TrueForAll(values, double.IsFinite))
        && DiagnosticsAreFinite;
}
