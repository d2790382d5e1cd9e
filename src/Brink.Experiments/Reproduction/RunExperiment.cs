using System.Text;

namespace Brink.Experiments.Reproduction;

/// <summary>
/// Runs of any specification: the study of the experiments on networks (<c>flatland/…</c>, <c>cohen/…</c>). Every field of a specification may be in
/// the grid. A trajectory is a run folder; beside it lies what it was planned as, <c>NAME.yaml</c>, which <c>brink train</c> reads as well.
/// </summary>
public sealed class RunExperiment : ExperimentStudy
{
    /// <summary>Where a run is stored is not the experiment's business, but that of its folder.</summary>
    private static readonly StudyField[] s_fields = [.. SpecificationFields.All.Where(field => field.Name != "out").Select(StudyField.Of)];

    /// <inheritdoc/>
    public override string Name => "runs";

    /// <inheritdoc/>
    public override IReadOnlyList<StudyField> Fields => s_fields;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Theorems => [.. RunTheorems.Names, UpperBoundComparison.Name];

    /// <inheritdoc/>
    public override IReadOnlyList<StudyMeasure> Measures => RunMeasures.All;

    /// <inheritdoc/>
    public override IReadOnlyList<StudyPanel> Panels { get; } =
    [
        new("loss", Single: false),
        new("test-accuracy", Single: false),
        new("step-size", Single: false),
        new("sharpness", Single: false),
        new("eta-sharpness", Single: false),
        new("edge", Single: false),
        new("batch-sharpness", Single: false),
        new("eigenvalues", Single: true),
        new("spectrum", Single: true),
        new("trace", Single: false),
        new("gradient-norms", Single: true),
        new("zeros", Single: true),
        new("smoothness", Single: true),
        new("curvature-along-gradient", Single: true),
    ];

    /// <inheritdoc/>
    public override void Check(TrajectoryPlan plan) => SpecificationOf(plan).Validate();

    /// <inheritdoc/>
    public override StoredTrajectory Stored(TrajectoryPlan plan, string folder)
    {
        if (!RunRecord.IsRun(folder))
        {
            return StoredTrajectory.Begun;
        }

        string planned = PlanFile(folder);
        return !File.Exists(planned) || File.ReadAllText(planned) != SpecificationOf(plan).ToYaml() ? StoredTrajectory.Other
            : RunRecord.ReadSummary(folder)?.Status is RunStatus.Finished or RunStatus.Diverged ? StoredTrajectory.Whole
            : StoredTrajectory.Begun;
    }

    /// <inheritdoc/>
    public override ExperimentTrajectory Obtain(TrajectoryPlan plan, string folder, Func<IRunObserver> watch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(watch);
        if (Stored(plan, folder) != StoredTrajectory.Whole)
        {
            Specification specification = SpecificationOf(plan);
            Directory.CreateDirectory(folder);
            DurableFile.Replace(PlanFile(folder), stream => stream.Write(Encoding.UTF8.GetBytes(specification.ToYaml())));
            RunOutcome outcome = RunRecord.IsRun(folder)
                ? Trainer.Resume(folder, watch(), cancellation: cancellation)
                : Trainer.Train(specification with { Out = folder }, watch(), force: true, cancellation: cancellation);
            if (outcome.Status == RunStatus.Interrupted)
            {
                throw new OperationCanceledException(cancellation);
            }

            if (outcome.Status == RunStatus.Failed)
            {
                throw new BrinkException($"{plan.Title}: {outcome.Reason}");
            }
        }

        return new RunTrajectory(plan, RunRecord.ReadSpecification(folder), RunRecord.ReadSummary(folder)!, RunRecord.ReadMetrics(folder));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TrajectoryVerdict> Judge(string theorem, IReadOnlyList<ExperimentTrajectory> trajectories) =>
        theorem == UpperBoundComparison.Name ? UpperBoundComparison.Judge([.. trajectories.Cast<RunTrajectory>()]) : base.Judge(theorem, trajectories);

    private static string PlanFile(string folder) => folder + ".yaml";

    private static Specification SpecificationOf(TrajectoryPlan plan) =>
        plan.Settings.Aggregate(new Specification(), (specification, setting) => specification.With(setting.Key, setting.Value));
}
