namespace Brink.Experiments;

/// <summary>What a flow came to.</summary>
/// <param name="Run">The run folder.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Reached">Whether it reached what it was asked to stop at; false where it was asked for nothing it reached.</param>
/// <param name="Why">Why it stopped, in one line.</param>
/// <param name="Integrator">The integrator.</param>
/// <param name="Tolerance">The local error allowed, relative to the weights; null for rk4.</param>
/// <param name="Time">t at the last point.</param>
/// <param name="Loss">f there.</param>
/// <param name="GradNorm">‖∇f‖ there; null where it was not recorded.</param>
/// <param name="Sharpness">λ₁ there; null where it was not measured.</param>
/// <param name="SharpnessResidual">Its relative residual.</param>
/// <param name="Iterations">Iterations taken.</param>
/// <param name="Gradients">Gradient evaluations, those of a gradient descent beside it included.</param>
/// <param name="Hvps">Hessian-vector products, by the steps and by measurements.</param>
/// <param name="Rejected">Attempts at steps that were rejected, over the recorded iterations.</param>
/// <param name="MeanStages">Mean over the recorded iterations of the most stages of a step.</param>
/// <param name="MostStages">Most stages of a recorded step.</param>
/// <param name="DistanceToGd">Last distance to the gradient descent beside it.</param>
/// <param name="GdLoss">Its loss then.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
public sealed record FlowSummary(
    string Run, RunStatus Status, bool Reached, string Why, string Integrator, double? Tolerance, double? Time, double? Loss,
    double? GradNorm, double? Sharpness, double? SharpnessResidual, long Iterations, long Gradients, long Hvps, int Rejected,
    double? MeanStages, int? MostStages, double? DistanceToGd, double? GdLoss, double Seconds)
{
    /// <summary>Reads it off a run that ended.</summary>
    /// <param name="outcome">How the run ended.</param>
    public static FlowSummary Of(RunOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        Specification s = RunRecord.ReadSpecification(outcome.Folder);
        IReadOnlyList<MetricsLine> lines = MetricsFile.Read(RunFiles.Metrics(outcome.Folder));
        MetricsLine? last = lines.Count > 0 ? lines[^1] : null;
        var reached = new List<string>();
        var missed = new List<string>();
        Weigh(s.UntilLoss, last?.Loss <= s.UntilLoss, "loss", reached, missed);
        Weigh(s.UntilGradNorm, last?.GradNorm <= s.UntilGradNorm, "gradient norm", reached, missed);
        Weigh(s.UntilTime, last?.Time >= s.UntilTime, "time", reached, missed);
        bool done = outcome.Status == RunStatus.Finished && reached.Count > 0;
        string why = done ? $"reached {string.Join(" and ", reached)}"
            : $"{outcome.Reason ?? $"took the {s.Iterations} iterations it was given"}"
                + (missed.Count > 0 ? $"; it did not reach {string.Join(" or ", missed)}" : string.Empty);
        IReadOnlyList<int> stages = [.. lines.Where(line => line.Stages is not null).Select(line => line.Stages!.Value)];
        MetricsLine? sharpest = lines.LastOrDefault(line => line.Sharpness is not null);
        MetricsLine? compared = lines.LastOrDefault(line => line.DistanceToGd is not null);
        return new FlowSummary(
            outcome.Folder, outcome.Status, done, why, s.Integrator, s.Integrator == "rk4" ? null : s.Tolerance, last?.Time, last?.Loss,
            last?.GradNorm, sharpest == last ? last?.Sharpness : null, sharpest == last ? last?.SharpnessResidual : null,
            outcome.Summary.IterationsDone, outcome.Summary.GradientEvaluations, outcome.Summary.Hvps, lines.Sum(line => line.Rejected ?? 0),
            stages.Count > 0 ? stages.Average() : null, stages.Count > 0 ? stages.Max() : null,
            compared?.DistanceToGd, compared?.GdLoss, outcome.Summary.Seconds);
    }

    private static void Weigh(double? asked, bool met, string name, List<string> reached, List<string> missed)
    {
        if (asked is { } value)
        {
            (met ? reached : missed).Add($"{name} {value:G4}");
        }
    }
}
