using System.Globalization;
using Brink.Experiments.Theory;
using Brink.Theory;

namespace Brink.Experiments.Reproduction;

/// <summary>Trajectories on the minimalist example of Liu et al. (arXiv 2503.02809).</summary>
public sealed class MinimalistExperiment : ExperimentStudy
{
    private static readonly StudyField s_lambda1 = StudyField.Number("lambda1", "λ₁", "a positive number", "100", value => value > 0);
    private static readonly StudyField s_lambda2 = StudyField.Number("lambda2", "λ₂", "a number of 0 or above", "0.01", value => value >= 0);
    private static readonly StudyField s_eta = StudyField.Number("eta", "η", "a positive number", "0.05", value => value > 0);
    private static readonly StudyField s_epsilon = StudyField.Number("epsilon", "ε", "a number of 0 or above", "0.001", value => value >= 0);
    private static readonly StudyField s_start = StudyField.Number("start", "(α, β₁, β₂)", "three numbers, [α, β₁, β₂]", null, _ => true, length: 3);
    private static readonly StudyField s_iterations = StudyField.Whole("iterations", "iterations", "a whole number of 1 or above", "20000", value => value >= 1);
    private static readonly StudyField s_flows = StudyField.Whole("flows", "flows followed", "a whole number of 0 or above", "0", value => value >= 0);
    private static readonly StudyField s_constrained = StudyField.Flag("constrained", "constrained trajectory");

    /// <inheritdoc/>
    public override string Name => MinimalistTrajectory.Theory;

    /// <inheritdoc/>
    public override IReadOnlyList<StudyField> Fields { get; } = [s_lambda1, s_lambda2, s_eta, s_epsilon, s_start, s_iterations, s_flows, s_constrained];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Theorems => MinimalistStudy.Theorems;

    /// <inheritdoc/>
    public override IReadOnlyList<StudyMeasure> Measures => MinimalistMeasures.All;

    /// <inheritdoc/>
    public override IReadOnlyList<StudyPanel> Panels { get; } =
    [
        new("losses", Single: true),
        new("sharpness", Single: false),
        new("bound", Single: true),
        new("delta", Single: false, Field: "epsilon"),
        new("decay", Single: false),
        new("flows", Single: true),
        new("gfs-sharpness", Single: true),
        new("constrained", Single: true),
        new("constrained-sharpness", Single: true),
        new("constrained-loss", Single: true),
    ];

    /// <inheritdoc/>
    public override StoredTrajectory Stored(TrajectoryPlan plan, string folder) =>
        TheoryFolder.IsComplete(folder, MinimalistTrajectory.Theory, SpecificationOf(plan)) ? StoredTrajectory.Whole
        : File.Exists(RunFiles.Summary(folder)) ? StoredTrajectory.Other
        : StoredTrajectory.Begun;

    /// <inheritdoc/>
    public override ExperimentTrajectory Obtain(TrajectoryPlan plan, string folder, Func<IRunObserver> watch, CancellationToken cancellation)
    {
        MinimalistSpecification specification = SpecificationOf(plan);
        MinimalistTrajectory? stored = MinimalistTrajectory.Read(folder, specification);
        if (stored is null)
        {
            stored = MinimalistTrajectory.Compute(specification, cancellation);
            stored.Store(folder, force: true);
        }

        return new MinimalistExperimentTrajectory(plan, stored);
    }

    private static MinimalistSpecification SpecificationOf(TrajectoryPlan plan)
    {
        double[] start = [.. plan.Settings[s_start.Name].Split(',').Select(Number)];
        return new MinimalistSpecification(
            Number(plan.Settings[s_lambda1.Name]), Number(plan.Settings[s_lambda2.Name]), Number(plan.Settings[s_eta.Name]), Number(plan.Settings[s_epsilon.Name]),
            start[0], start[1], start[2], (int)Number(plan.Settings[s_iterations.Name]), (int)Number(plan.Settings[s_flows.Name]),
            plan.Settings[s_constrained.Name] == "true");
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}

/// <summary>A trajectory on the minimalist example, as an experiment sees it.</summary>
/// <param name="plan">What it is.</param>
/// <param name="trajectory">The trajectory.</param>
public sealed class MinimalistExperimentTrajectory(TrajectoryPlan plan, MinimalistTrajectory trajectory) : ExperimentTrajectory(plan)
{
    /// <summary>The trajectory.</summary>
    public MinimalistTrajectory Trajectory { get; } = trajectory;

    /// <inheritdoc/>
    public override string Outcome => Trajectory.Study.Diverged
        ? $"diverged after {Trajectory.Points[^1].Iteration} iterations"
        : Trajectory.Study.Phases.EdgeOfStability is { } crossing
            ? $"edge at {crossing:N0}, S·η at most {Trajectory.Study.LargestProductAfterCrossing:F4}, late mean {Trajectory.Study.LateMeanProduct:F4}, slope of log L₂ {Trajectory.Study.Slope?.ToString("F7") ?? "–"}"
            : $"the edge was not reached, S·η at most {Trajectory.Study.LargestProduct:F4}";

    /// <inheritdoc/>
    public override Verdict Judge(string theorem) => Trajectory.Verdicts[MinimalistStudy.Theorems.ToList().IndexOf(theorem)];

    /// <inheritdoc/>
    public override Measurement Measure(string measure) => MinimalistMeasures.Of(this, measure);
}
