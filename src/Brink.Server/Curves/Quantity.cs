namespace Brink.Server;

/// <summary>A number that can be drawn over a run.</summary>
/// <param name="Name">Its name in requests; where it is a field of <c>metrics.jsonl</c>, that field's.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Symbol">The field's sign for it.</param>
/// <param name="Logarithmic">Whether a logarithmic axis is its usual one.</param>
/// <param name="Group">The kind of quantity, for lists.</param>
public sealed record Quantity(string Name, string Title, string Symbol, bool Logarithmic, string Group)
{
    /// <summary>Step size times sharpness, on lines that have both; not a field of its own.</summary>
    internal const string EtaSharpness = "eta_sharpness";

    /// <summary>The sharpness at which a step is at the edge of gradient descent, 2/η, on lines that have a step; not a field of its own.</summary>
    internal const string TwoOverStepSize = "two_over_step_size";

    private const string Losses = "loss";
    private const string Accuracies = "accuracy";
    private const string Steps = "step";
    private const string Curvature = "curvature";
    private const string Gradients = "gradient";
    private const string Costs = "cost";
    private const string Flows = "flow";

    /// <summary>All of them, in the order in which lists show them.</summary>
    public static IReadOnlyList<Quantity> All { get; } =
    [
        new("loss", "Training loss", "f", true, Losses),
        new("test_loss", "Test loss", "f test", true, Losses),
        new("reference_value", "Reference value of the acceptance test", "R", true, Losses),
        new("predicted_loss", "Loss that the central flow predicts", "f̄", true, Losses),
        new("gd_loss", "Loss of gradient descent beside the flow", "f gd", true, Losses),
        new("flow_loss", "Loss of the gradient flow beside", "f gf", true, Losses),
        new("gfs_loss", "Loss at the end of the gradient flow from here", "f gfs", true, Losses),
        new("train_accuracy", "Training accuracy", "acc", false, Accuracies),
        new("test_accuracy", "Test accuracy", "acc test", false, Accuracies),
        new("step_size", "Step size", "η", true, Steps),
        new(EtaSharpness, "Step size times sharpness", "η·λ₁", false, Steps),
        new(TwoOverStepSize, "Edge of the step, two over its size", "2/η", false, Steps),
        new("backtracks", "Rejected trials", "backtracks", false, Steps),
        new("sharpness", "Sharpness", "λ₁", false, Curvature),
        new("preconditioned_sharpness", "Preconditioned sharpness", "λ₁(P⁻¹H)", false, Curvature),
        new("gfs_sharpness", "Sharpness at the end of the gradient flow from here", "φ", false, Curvature),
        new("batch_sharpness_mean", "Batch sharpness, mean", "λ₁ batch", false, Curvature),
        new("batch_sharpness_min", "Batch sharpness, smallest", "λ₁ batch min", false, Curvature),
        new("batch_sharpness_max", "Batch sharpness, largest", "λ₁ batch max", false, Curvature),
        new("trace", "Trace of the Hessian", "tr H", false, Curvature),
        new("eigenvalues_above", "Eigenvalues above the threshold", "count", false, Curvature),
        new("step_smoothness", "Smoothness along the step", "l(w, η)", true, Curvature),
        new("rejected_smoothness", "Smoothness along the rejected step", "l(w, η/δ)", true, Curvature),
        new("gradient_rayleigh", "Curvature along the gradient", "gᵀHg/‖g‖²", false, Curvature),
        new("gradient_curvature", "Norm of H along the gradient", "‖Hg‖/‖g‖", false, Curvature),
        new("sigma_trace", "Variance of the oscillation", "tr Σ", true, Curvature),
        new("grad_norm", "Gradient norm", "‖∇f‖", true, Gradients),
        new("predicted_grad_norm", "Gradient norm that the central flow predicts", "‖∇f‖ predicted", true, Gradients),
        new("last_bias_gradient_norm", "Gradient norm in the last bias", "‖∇f‖ last bias", true, Gradients),
        new("last_bias_gradient_ratio", "Gradient in the last bias over the layers' median", "ratio", true, Gradients),
        new("zero_gradient_fraction", "Share of gradient entries that are zero", "zero ∇f", false, Gradients),
        new("dead_fraction", "Share of dead units", "dead", false, Gradients),
        new("zero_activation_fraction", "Share of activations that are zero", "zero act.", false, Gradients),
        new("function_evaluations", "Loss evaluations so far", "f evals", false, Costs),
        new("gradient_evaluations", "Gradient evaluations so far", "∇f evals", false, Costs),
        new("hvps", "Hessian-vector products so far", "Hv", false, Costs),
        new("seconds", "Seconds", "s", false, Costs),
        new("epoch", "Epochs", "epoch", false, Costs),
        new("time", "Time of the flow", "t", false, Flows),
        new("distance_to_gd", "Distance of the flow from gradient descent", "‖w(t) − w gd‖", true, Flows),
        new("flow_distance_to_gd", "Distance of the gradient flow beside from gradient descent", "‖w gf − w gd‖", true, Flows),
        new("stages", "Stages of a step along the flow", "stages", false, Flows),
        new("rejected", "Rejected attempts along the flow", "rejected", false, Flows),
    ];

    /// <summary>The quantity of a name, or null.</summary>
    /// <param name="name">The name.</param>
    public static Quantity? Find(string name) => All.FirstOrDefault(quantity => quantity.Name == name);
}
