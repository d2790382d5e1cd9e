using Brink.Theory;

namespace Brink.Experiments.Reproduction;

/// <summary>What an experiment can run: its fields, the theorems and measures that its trajectories are judged by, and the pictures of them.</summary>
public abstract class ExperimentStudy
{
    /// <summary>All studies.</summary>
    public static IReadOnlyList<ExperimentStudy> All { get; } = [new MinimalistExperiment(), new RunExperiment()];

    /// <summary>The name in the file.</summary>
    public abstract string Name { get; }

    /// <summary>What decides a trajectory.</summary>
    public abstract IReadOnlyList<StudyField> Fields { get; }

    /// <summary>Theorems that a trajectory is judged by.</summary>
    public abstract IReadOnlyList<string> Theorems { get; }

    /// <summary>Numbers that a trajectory has.</summary>
    public abstract IReadOnlyList<StudyMeasure> Measures { get; }

    /// <summary>Kinds of picture.</summary>
    public abstract IReadOnlyList<StudyPanel> Panels { get; }

    /// <summary>Checks that a trajectory's settings agree with one another.</summary>
    /// <param name="plan">The trajectory.</param>
    /// <exception cref="BrinkException">They do not; in one line.</exception>
    public virtual void Check(TrajectoryPlan plan)
    {
    }

    /// <summary>What a folder holds of a trajectory.</summary>
    /// <param name="plan">The trajectory.</param>
    /// <param name="folder">Its folder.</param>
    public abstract StoredTrajectory Stored(TrajectoryPlan plan, string folder);

    /// <summary>Reads a trajectory back where it is stored, else runs it and stores it.</summary>
    /// <param name="plan">The trajectory.</param>
    /// <param name="folder">Its folder; what is there of an earlier attempt is gone on with, or replaced.</param>
    /// <param name="watch">Makes what is told of a long run while it goes on.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="BrinkException">The fields' values do not agree, or the folder holds something else.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the trajectory is not complete.</exception>
    public abstract ExperimentTrajectory Obtain(TrajectoryPlan plan, string folder, Func<IRunObserver> watch, CancellationToken cancellation);

    /// <summary>Judges trajectories by a theorem.</summary>
    /// <param name="theorem">One of <see cref="Theorems"/>.</param>
    /// <param name="trajectories">The trajectories that the claim is about.</param>
    /// <returns>A verdict on each; or, where the theorem compares several with one another, on each comparison.</returns>
    public virtual IReadOnlyList<TrajectoryVerdict> Judge(string theorem, IReadOnlyList<ExperimentTrajectory> trajectories)
    {
        ArgumentNullException.ThrowIfNull(trajectories);
        return [.. trajectories.Select(one => new TrajectoryVerdict(one.Plan.Title, one.Judge(theorem), null))];
    }
}

/// <summary>What a folder holds of a trajectory.</summary>
public enum StoredTrajectory
{
    /// <summary>Nothing, or the beginnings of it.</summary>
    Begun,

    /// <summary>The whole of it.</summary>
    Whole,

    /// <summary>Something else: a trajectory of other settings.</summary>
    Other,
}

/// <summary>A trajectory that has been run.</summary>
/// <param name="plan">What it is.</param>
public abstract class ExperimentTrajectory(TrajectoryPlan plan)
{
    /// <summary>What it is.</summary>
    public TrajectoryPlan Plan { get; } = plan;

    /// <summary>What became of it, in a few words.</summary>
    public abstract string Outcome { get; }

    /// <summary>Judges it by a theorem.</summary>
    /// <param name="theorem">One of <see cref="ExperimentStudy.Theorems"/>.</param>
    public abstract Verdict Judge(string theorem);

    /// <summary>Measures it.</summary>
    /// <param name="measure">One of <see cref="ExperimentStudy.Measures"/>.</param>
    public abstract Measurement Measure(string measure);
}

/// <summary>A number that a trajectory has, or why it has none.</summary>
/// <param name="Value">The number; null where a hypothesis is not met.</param>
/// <param name="UnmetHypothesis">That hypothesis; null where there is a number.</param>
public readonly record struct Measurement(double? Value, string? UnmetHypothesis);

/// <summary>A measure.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Title">What is measured, in words and symbols.</param>
/// <param name="Format">How its numbers are written.</param>
public sealed record StudyMeasure(string Name, string Title, string Format);

/// <summary>A kind of picture.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Single">Whether it shows exactly one trajectory.</param>
/// <param name="Field">A field that must be the axis, and so the only one that varies among its trajectories; null for none.</param>
public sealed record StudyPanel(string Name, bool Single, string? Field = null);
