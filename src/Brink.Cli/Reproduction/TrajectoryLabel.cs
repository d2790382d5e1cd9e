using Brink.Experiments.Reproduction;

namespace Brink.Cli.Reproduction;

/// <summary>What a curve of one trajectory is called among others.</summary>
internal static class TrajectoryLabel
{
    /// <summary>What tells a trajectory from the others in the picture: the fields in which they differ.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="shown">The trajectories in the picture.</param>
    /// <param name="one">One of them.</param>
    internal static string Of(Experiment experiment, IReadOnlyList<ExperimentTrajectory> shown, ExperimentTrajectory one) =>
        string.Join(", ", experiment.Grid
            .Where(field => shown.Select(other => other.Plan.Values[field.Field.Name]).Distinct(StringComparer.Ordinal).Count() > 1)
            .Select(field => field.Field.Describe(one.Plan.Values[field.Field.Name])));
}
