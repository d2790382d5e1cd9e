using Brink.Theory;

namespace Brink.Experiments.Reproduction;

/// <summary>What the trajectories say of a claim.</summary>
/// <param name="Overall">Over all trajectories that the claim is about.</param>
/// <param name="Source">Where the claim comes from; null where the theorem's name says so.</param>
/// <param name="Trajectories">Of each of them.</param>
public sealed record ClaimVerdict(Verdict Overall, string? Source, IReadOnlyList<TrajectoryVerdict> Trajectories)
{
    /// <summary>Judges every claim.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="trajectories">All its trajectories.</param>
    /// <returns>A verdict a claim, in the file's order.</returns>
    /// <remarks>
    /// A claim holds where it holds for each of its trajectories. It fails where it fails for one; and where the hypotheses are not met for one, and
    /// it fails for none, it is not applicable, for it says nothing of that one.
    /// </remarks>
    public static IReadOnlyList<ClaimVerdict> JudgeAll(Experiment experiment, IReadOnlyList<ExperimentTrajectory> trajectories)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return [.. experiment.Claims.Select(claim => Judge(experiment, claim, [.. trajectories.Where(one => one.Plan.IsIn(claim.Where))]))];
    }

    private static ClaimVerdict Judge(Experiment experiment, ExperimentClaim claim, ExperimentTrajectory[] about)
    {
        IReadOnlyList<TrajectoryVerdict> each = claim.Theorem is { } theorem
            ? experiment.Study.Judge(theorem, about)
            : [.. about.Select(one => Measured(experiment, claim, one))];
        int failed = each.Count(one => one.Verdict.Outcome == VerdictOutcome.Fails);
        TrajectoryVerdict? outside = each.FirstOrDefault(one => one.Verdict.Outcome == VerdictOutcome.NotApplicable);
        VerdictOutcome outcome = failed > 0 ? VerdictOutcome.Fails : outside is not null ? VerdictOutcome.NotApplicable : VerdictOutcome.Holds;
        string? unmet = outcome != VerdictOutcome.NotApplicable ? null
            : each.Count == 1 ? outside!.Verdict.UnmetHypothesis : $"{outside!.Trajectory}: {outside.Verdict.UnmetHypothesis}";
        Verdict first = each[0].Verdict;
        return new ClaimVerdict(
            new Verdict(first.Theorem + Subject(experiment, claim, about), first.Claim, Together(experiment, claim, each, failed), outcome, unmet), claim.Source, each);
    }

    private static TrajectoryVerdict Measured(Experiment experiment, ExperimentClaim claim, ExperimentTrajectory one)
    {
        StudyMeasure measure = MeasureOf(experiment, claim);
        Measurement measurement = one.Measure(measure.Name);
        Verdict verdict = Verdict.Of(
            measure.Title, claim.Interval, measurement.UnmetHypothesis,
            () => measurement.Value!.Value.ToString(measure.Format), () => claim.Allows(measurement.Value!.Value));
        return new TrajectoryVerdict(one.Plan.Title, verdict, measurement.Value);
    }

    private static StudyMeasure MeasureOf(Experiment experiment, ExperimentClaim claim) => experiment.Study.Measures.Single(one => one.Name == claim.Measure);

    /// <summary>What the claim was restricted to, and the number of trajectories.</summary>
    private static string Subject(Experiment experiment, ExperimentClaim claim, ExperimentTrajectory[] about)
    {
        string chosen = string.Join("; ", experiment.Grid.Where(field => claim.Where.ContainsKey(field.Field.Name)).Select(field =>
            field.Field.Describe(claim.Where[field.Field.Name])));
        return (chosen.Length > 0 ? $", {chosen}" : string.Empty) + (about.Length > 1 ? $", {about.Length} trajectories" : string.Empty);
    }

    private static string Together(Experiment experiment, ExperimentClaim claim, IReadOnlyList<TrajectoryVerdict> each, int failed)
    {
        string failing = failed == 0 || each.Count == 1 ? string.Empty : $"; fails for {failed} of {each.Count}, first {each.First(one => one.Verdict.Outcome == VerdictOutcome.Fails).Trajectory}";
        double[] values = [.. each.Select(one => one.Value).OfType<double>()];
        if (values.Length > 0)
        {
            string format = MeasureOf(experiment, claim).Format;
            (string least, string most) = (values.Min().ToString(format), values.Max().ToString(format));
            return (least == most ? least : $"{least} to {most}") + failing;
        }

        const int Shown = 3;
        string[] words = [.. each.Select(one => one.Verdict.Measured).Distinct(StringComparer.Ordinal)];
        return string.Join("; ", words.Take(Shown)) + (words.Length > Shown ? $"; and {words.Length - Shown} more" : string.Empty) + failing;
    }
}

/// <summary>What one trajectory says of a claim.</summary>
/// <param name="Trajectory">Which.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Value">The measured number; null for a theorem, or where a hypothesis is not met.</param>
public sealed record TrajectoryVerdict(string Trajectory, Verdict Verdict, double? Value);
