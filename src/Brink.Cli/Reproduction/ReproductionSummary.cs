using Brink.Experiments.Reproduction;
using Brink.Theory;

namespace Brink.Cli.Reproduction;

/// <summary>All that a reproduction found: what verdicts.json holds, <c>--json</c> prints and the report shows.</summary>
/// <param name="Experiment">Its name.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Paper">The paper.</param>
/// <param name="Numbering">Whose number the figure has.</param>
/// <param name="Reduced">What was reduced; null for the paper's own setting.</param>
/// <param name="Claims">The verdicts.</param>
/// <param name="Trajectories">What became of each trajectory.</param>
/// <param name="Pictures">File names of all pictures in the folder.</param>
internal sealed record ReproductionSummary(
    string Experiment, string Title, string Paper, FigureNumbering Numbering, string? Reduced, IReadOnlyList<ClaimSummary> Claims, IReadOnlyList<TrajectorySummary> Trajectories, IReadOnlyList<string> Pictures)
{
    /// <summary>What stands above the report: the figure, and whether it is the reduced one.</summary>
    public string? Heading { get; init; }

    /// <summary>The experiment in some sentences.</summary>
    public string? About { get; init; }

    /// <summary>What was varied and what was set, by the names that people read.</summary>
    public IReadOnlyList<GridSummary> Grid { get; init; } = [];

    /// <summary>The figure's panels.</summary>
    public IReadOnlyList<PanelSummary> Panels { get; init; } = [];

    /// <summary>Summarises.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="claims">The verdicts.</param>
    /// <param name="trajectories">The trajectories.</param>
    /// <param name="pictures">The files of each panel; none where it was not drawn.</param>
    internal static ReproductionSummary Of(
        Experiment experiment, IReadOnlyList<ClaimVerdict> claims, IReadOnlyList<ExperimentTrajectory> trajectories, string[][] pictures) => new(
            experiment.Name,
            experiment.Title,
            experiment.Paper,
            experiment.Numbering,
            experiment.Reduction,
            [.. claims.Select(claim => new ClaimSummary(claim))],
            [.. trajectories.Select(one => new TrajectorySummary(one.Plan.Name, one.Outcome) { Title = one.Plan.Title })],
            [.. pictures.SelectMany(files => files).Select(file => Path.GetFileName(file)!)])
    {
        Heading = HeadingOf(experiment),
        About = experiment.About,
        Grid =
        [
            .. experiment.Grid.Select(field => new GridSummary(NameOf(field.Field), [.. field.Values.Select(StudyField.Show)])),
            .. experiment.Overrides.Select(set => new GridSummary(
                NameOf(experiment.Study.Fields.Single(field => field.Name == set.Key)), [$"{StudyField.Show(set.Value)} (set from outside the file)"])),
        ],
        Panels = [.. experiment.Panels.Zip(pictures, (panel, files) => new PanelSummary(
            panel.Caption, Path.GetFileName(Array.Find(files, file => file.EndsWith(".svg", StringComparison.Ordinal)))))],
    };

    /// <summary>The figure, and whether it is the reduced one.</summary>
    /// <param name="experiment">The experiment.</param>
    internal static string HeadingOf(Experiment experiment) => experiment.IsReduced ? $"{experiment.Heading}, reduced" : experiment.Heading;

    /// <summary>What the number of the figure means, in a sentence.</summary>
    /// <param name="numbering">Whose number it is.</param>
    internal static string InWords(FigureNumbering numbering) => numbering == FigureNumbering.Paper
        ? "The number is the paper's."
        : "The number is ours: what is shown is from the paper, but which of its figures shows it is not known here.";

    private static string NameOf(StudyField field) => field.Symbol.Length == 0 ? field.Name : field.Symbol;
}

/// <summary>A field of an experiment and the values it took.</summary>
internal sealed record GridSummary(string Name, IReadOnlyList<string> Values);

/// <summary>A panel of the figure: its caption, and its SVG in the folder; null where it was not drawn.</summary>
internal sealed record PanelSummary(string Caption, string? Svg);

/// <summary>A trajectory and what became of it.</summary>
internal sealed record TrajectorySummary(string Name, string Outcome)
{
    /// <summary>The trajectory in the words of its fields.</summary>
    public string? Title { get; init; }
}

/// <summary>A claim's verdict, over all its trajectories and of each.</summary>
internal sealed record ClaimSummary(
    string Theorem, string Claim, string? Source, VerdictOutcome Outcome, string Measured, string? UnmetHypothesis, IReadOnlyList<ClaimOnTrajectory> Trajectories)
{
    internal ClaimSummary(ClaimVerdict claim)
        : this(
            claim.Overall.Theorem, claim.Overall.Claim, claim.Source, claim.Overall.Outcome, claim.Overall.Measured, claim.Overall.UnmetHypothesis,
            [.. claim.Trajectories.Select(one => new ClaimOnTrajectory(one.Trajectory, one.Verdict.Outcome, one.Verdict.Measured, one.Value, one.Verdict.UnmetHypothesis))])
    {
    }
}

/// <summary>A claim on one trajectory.</summary>
internal sealed record ClaimOnTrajectory(string Trajectory, VerdictOutcome Outcome, string Measured, double? Value, string? UnmetHypothesis);
