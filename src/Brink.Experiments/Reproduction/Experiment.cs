namespace Brink.Experiments.Reproduction;

/// <summary>Whether the number of a figure is the paper's.</summary>
public enum FigureNumbering
{
    /// <summary>The figure shows what the paper's figure of that number is known to show.</summary>
    Paper,

    /// <summary>What the paper's figure of that number shows is not known; contents and order are ours.</summary>
    Ours,
}

/// <summary>
/// A figure of a paper as a file declares it: the trajectories to run, what is drawn of them, and the claims that they are held against. Made by
/// <see cref="ExperimentReader"/>.
/// </summary>
/// <param name="Name">Its name, as in <c>minimalist/fig-1</c>.</param>
/// <param name="Source">The file.</param>
/// <param name="Text">The file's content.</param>
/// <param name="Title">What it shows, in a line.</param>
/// <param name="Paper">The paper.</param>
/// <param name="About">What a reader should know before looking; a paragraph.</param>
/// <param name="Reduction">What the reduced setting leaves out or changes; null where the whole grid is run.</param>
/// <param name="Numbering">Whether the number is the paper's.</param>
/// <param name="Study">What is run.</param>
/// <param name="Grid">Values of the study's fields; a trajectory is run for every combination.</param>
/// <param name="Overrides">What was set from outside the file, for every trajectory, by field.</param>
/// <param name="Trajectories">Those combinations, the last field's values varying fastest.</param>
/// <param name="Panels">The pictures.</param>
/// <param name="Claims">What is judged.</param>
public sealed record Experiment(
    string Name, string Source, string Text, string Title, string Paper, string About, string? Reduction, FigureNumbering Numbering, ExperimentStudy Study,
    IReadOnlyList<GridField> Grid, IReadOnlyDictionary<string, string> Overrides, IReadOnlyList<TrajectoryPlan> Trajectories,
    IReadOnlyList<ExperimentPanel> Panels, IReadOnlyList<ExperimentClaim> Claims)
{
    /// <summary>The name's last part, which names files.</summary>
    public string ShortName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>The name's last part spoken: <c>Figure 1</c> for <c>fig-1</c>, <c>Appendix I.1</c> for <c>app-i.1</c>, else itself.</summary>
    public string Heading =>
        ShortName.StartsWith("fig-", StringComparison.Ordinal) ? "Figure " + ShortName[4..]
        : ShortName.StartsWith("app-", StringComparison.Ordinal) ? "Appendix " + ShortName[4..].ToUpperInvariant()
        : ShortName;

    /// <summary>Whether this is the reduced setting.</summary>
    public bool IsReduced => Reduction is not null;
}

/// <summary>A field of the grid.</summary>
/// <param name="Field">The field.</param>
/// <param name="Values">Its values as text in the field's own spelling, at least one.</param>
public sealed record GridField(StudyField Field, IReadOnlyList<string> Values);

/// <summary>A trajectory to run.</summary>
/// <param name="Name">Names its folder; made of the fields that vary.</param>
/// <param name="Title">The same for people, with symbols.</param>
/// <param name="Values">Where it stands in the grid: all of the grid's fields.</param>
/// <param name="Settings">What is run: those values, and what else is set for it.</param>
public sealed record TrajectoryPlan(string Name, string Title, IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Whether a selection holds this trajectory.</summary>
    /// <param name="where">Values by field; a field that it does not name may have any.</param>
    public bool IsIn(IReadOnlyDictionary<string, IReadOnlyList<string>> where)
    {
        ArgumentNullException.ThrowIfNull(where);
        return where.All(chosen => chosen.Value.Contains(Values[chosen.Key], StringComparer.Ordinal));
    }
}

/// <summary>A picture.</summary>
/// <param name="Kind">One of the study's panels.</param>
/// <param name="Caption">What it shows; stands under it.</param>
/// <param name="Where">Which trajectories.</param>
public sealed record ExperimentPanel(string Kind, string Caption, IReadOnlyDictionary<string, IReadOnlyList<string>> Where);

/// <summary>A claim: either one of the study's theorems, or an interval for one of its measures.</summary>
/// <param name="Theorem">The theorem, which brings its own claim and tolerance; null for a measure.</param>
/// <param name="Measure">The measure; null for a theorem.</param>
/// <param name="Expected">What a measure should be, with <paramref name="Tolerance"/>.</param>
/// <param name="Tolerance">How far from <paramref name="Expected"/> it may be.</param>
/// <param name="AtLeast">What it should not be below.</param>
/// <param name="AtMost">What it should not exceed.</param>
/// <param name="Source">Where the claim comes from; null for a theorem, which says so itself.</param>
/// <param name="Where">The trajectories that it is about.</param>
public sealed record ExperimentClaim(
    string? Theorem, string? Measure, double? Expected, double? Tolerance, double? AtLeast, double? AtMost, string? Source,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Where)
{
    /// <summary>The claim on a measure in symbols: <c>2.066 ± 0.001</c>.</summary>
    public string Interval => Expected is { } value
        ? $"{StudyField.Show(value)} ± {StudyField.Show(Tolerance!.Value)}"
        : string.Join(" and ", ((string?[])[AtLeast is { } least ? $"at least {StudyField.Show(least)}" : null, AtMost is { } most ? $"at most {StudyField.Show(most)}" : null]).OfType<string>());

    /// <summary>Whether a value is as claimed.</summary>
    /// <param name="value">The measured value.</param>
    public bool Allows(double value) =>
        double.IsFinite(value) && (Expected is not { } expected || Math.Abs(value - expected) <= Tolerance) && !(value < AtLeast) && !(value > AtMost);
}
