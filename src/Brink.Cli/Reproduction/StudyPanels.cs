using Brink.Cli.Figures;
using Brink.Experiments.Reproduction;

namespace Brink.Cli.Reproduction;

/// <summary>Pictures of an experiment's trajectories, whatever was studied.</summary>
internal static class StudyPanels
{
    /// <summary>Makes a picture.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="panel">Which picture.</param>
    /// <param name="shown">The trajectories in it, all of the experiment's study.</param>
    internal static Figure Draw(Experiment experiment, ExperimentPanel panel, IReadOnlyList<ExperimentTrajectory> shown) => experiment.Study switch
    {
        MinimalistExperiment => MinimalistPanels.Draw(experiment, panel, [.. shown.Cast<MinimalistExperimentTrajectory>()]),
        RunExperiment => RunPanels.Draw(experiment, panel, [.. shown.Cast<RunTrajectory>()]),
        _ => throw new ArgumentOutOfRangeException(nameof(experiment), experiment.Study.Name, "no pictures are known of this study"),
    };
}
