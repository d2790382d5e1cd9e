using System.Text.Json.Serialization;
using Brink.Theory;

namespace Brink.Experiments.Theory;

/// <summary>Everything that decides a trajectory of the minimalist example, as spec.json holds it.</summary>
/// <param name="Lambda1">λ₁.</param>
/// <param name="Lambda2">λ₂.</param>
/// <param name="Eta">η.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Alpha">α at the start.</param>
/// <param name="Beta1">β₁ at the start.</param>
/// <param name="Beta2">β₂ at the start.</param>
/// <param name="Iterations">Steps to take.</param>
/// <param name="Flows">Points of the trajectory, evenly spread, from which the gradient flow is followed.</param>
/// <param name="Constrained">Whether the gradient flow on S ≤ 2/η is followed from the start.</param>
public sealed record MinimalistSpecification(
    double Lambda1, double Lambda2, double Eta, double Epsilon, double Alpha, double Beta1, double Beta2, int Iterations, int Flows, bool Constrained);

/// <summary>A line of metrics.jsonl: a <see cref="MinimalistPoint"/>.</summary>
/// <param name="Iteration">k.</param>
/// <param name="Alpha">α.</param>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Loss">L.</param>
/// <param name="LossOscillating">L₁.</param>
/// <param name="LossConverging">L₂.</param>
/// <param name="Sharpness">S.</param>
/// <param name="GfsSharpness">φ.</param>
/// <param name="Status"><c>not_finite</c> where the point is not, else null.</param>
public sealed record MinimalistLine(
    int Iteration, double Alpha, [property: JsonPropertyName("beta1")] double Beta1, [property: JsonPropertyName("beta2")] double Beta2,
    double Loss, double LossOscillating, double LossConverging, double Sharpness, double? GfsSharpness,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status);

/// <summary>The gradient flow from a point of the trajectory.</summary>
/// <param name="Iteration">k of the point.</param>
/// <param name="Minimiser">Where it ends, in closed form; null where that is not known.</param>
/// <param name="Sharpness">φ of the point.</param>
/// <param name="Reason">Why there is no minimiser.</param>
/// <param name="Curve">The flow as the integrator has it; null where it was not followed.</param>
public sealed record MinimalistFlowFromPoint(
    int Iteration, double[]? Minimiser, double? Sharpness, string? Reason, IReadOnlyList<MinimalistFlowPoint>? Curve);

/// <summary>What summary.json holds.</summary>
/// <param name="Status"><c>finished</c> or <c>diverged</c>.</param>
/// <param name="IterationsDone">Steps taken.</param>
/// <param name="Phases">When each phase begins.</param>
/// <param name="LargestEtaSharpness">The largest S·η.</param>
/// <param name="LargestEtaSharpnessAfterCrossing">The same from the crossing on.</param>
/// <param name="Delta">δ.</param>
/// <param name="LateMeanEtaSharpness">Mean of S·η late at the edge.</param>
/// <param name="EtaGfsSharpnessMeans">Means of φ·η over ten parts of the time at the edge.</param>
/// <param name="SlopeLogLossConverging">Slope of log L₂ an iteration.</param>
/// <param name="SurrogateRate">That of the surrogate.</param>
/// <param name="Last">The last point.</param>
/// <param name="Verdicts">The verdict table.</param>
/// <param name="Flows">The gradient flows.</param>
/// <param name="ConstrainedTrajectory">The gradient flow on S ≤ 2/η.</param>
public sealed record MinimalistSummary(
    string Status, int IterationsDone, MinimalistPhases Phases, double LargestEtaSharpness, double? LargestEtaSharpnessAfterCrossing, double? Delta,
    double? LateMeanEtaSharpness, IReadOnlyList<double> EtaGfsSharpnessMeans, double? SlopeLogLossConverging, double SurrogateRate, MinimalistPoint Last,
    IReadOnlyList<Verdict> Verdicts, IReadOnlyList<MinimalistFlowFromPoint> Flows, IReadOnlyList<MinimalistFlowPoint>? ConstrainedTrajectory);
