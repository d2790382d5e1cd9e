using Brink.Curvature;
using Brink.Flows;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// φ(w_k), the sharpness where the gradient flow from w_k ends, at every so many iterates. The flow begins with λ₁ at w_k, found
/// from the last one's eigenvectors.
/// </summary>
internal sealed class FlowSolutionMeasuring(Specification specification) : RunMeasurement
{
    private const string Prefix = "gfs.";

    private readonly SharpnessTracker _start = new();

    internal override int Every => specification.GfsEvery;

    /// <summary>What a specification asks of the flows.</summary>
    internal static FlowSolutionOptions Options(Specification s) => new()
    {
        Tolerance = s.GfsTolerance,
        Accuracy = s.GfsAccuracy,
        ResidualTolerance = FlowSolutionOptions.ResidualFor(s.GfsAccuracy),
        UntilLoss = s.GfsUntilLoss,
        UntilGradNorm = s.GfsUntilGradNorm,
        MaximumGradients = s.GfsGradients,
    };

    /// <summary>λ₁ at a point, from the eigenvectors of the last one: what a flow from there begins with.</summary>
    internal static int Approach(
        SharpnessTracker tracker, Objective objective, Evaluation at, Tensor? gradient, CancellationToken cancellation)
    {
        using var scope = new TensorScope();
        int products = tracker.Measure(new WatchedOperator(new HessianOperator(objective, at), cancellation), gradient).Products;
        at.ReleaseCurvature();
        return products;
    }

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var scope = new TensorScope();
        Objective objective = point.Problem.Objective;
        int products = Approach(_start, objective, point.At, point.GradientAtHand, point.Cancellation);
        GradientFlowSolution found = GradientFlowSolution.Find(
            objective, point.At.Weights, Options(specification), _start.Export(), point.Cancellation);
        if (!found.Converged)
        {
            point.Note($"iteration {point.Iteration}: φ is not to be trusted: {string.Join("; ", found.Missed)}");
        }

        return line with
        {
            GfsSharpness = found.Sharpness,
            GfsConverged = found.Converged,
            GfsRemaining = double.IsFinite(found.Remaining) ? found.Remaining : null,
            GfsResidual = double.IsFinite(found.Residual) ? found.Residual : null,
            GfsLoss = found.Loss,
            GfsGradNorm = found.GradNorm,
            GfsGradients = found.Gradients,
            Hvps = (line.Hvps ?? 0) + products + found.Hvps,
        };
    }

    internal override IReadOnlyDictionary<string, Tensor> Export() => Every == 0
        ? new Dictionary<string, Tensor>()
        : _start.Export().ToDictionary(entry => Prefix + entry.Key, entry => entry.Value);

    internal override void Import(IReadOnlyDictionary<string, Tensor> state)
    {
        Dictionary<string, Tensor> own = state.Where(entry => entry.Key.StartsWith(Prefix))
            .ToDictionary(entry => entry.Key[Prefix.Length..], entry => entry.Value);
        if (own.Count > 0)
        {
            _start.Import(own);
        }
    }

    public override void Dispose()
    {
        _start.Dispose();
        base.Dispose();
    }
}
