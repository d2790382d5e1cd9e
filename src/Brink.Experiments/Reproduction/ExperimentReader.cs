using YamlDotNet.RepresentationModel;

namespace Brink.Experiments.Reproduction;

/// <summary>Reads an experiment's file. Everything in it is checked before anything is run.</summary>
public static class ExperimentReader
{
    private static readonly string[] s_fields = ["title", "paper", "numbering", "about", "study", "grid", "panels", "claims"];
    private static readonly string[] s_panel = ["draw", "caption", "where"];
    private static readonly string[] s_claim = ["theorem", "measure", "expected", "tolerance", "at_least", "at_most", "source", "where"];

    /// <summary>Reads a file.</summary>
    /// <param name="name">What the experiment is called.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="BrinkException">It cannot be read, or something in it is wrong; with the file, the line and the field.</exception>
    public static Experiment Read(string name, string path)
    {
        try
        {
            return Parse(name, path, File.ReadAllText(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot read the experiment {path}: {error.Message}", error);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="name">What the experiment is called.</param>
    /// <param name="source">What messages call the text: its file.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="BrinkException">Something in it is wrong.</exception>
    public static Experiment Parse(string name, string source, string text)
    {
        YamlNode root = YamlMapping.Parse(text, source);
        var file = new YamlMapping(root, source, "an experiment", s_fields);
        string studyName = file.Choice("study", [.. ExperimentStudy.All.Select(one => one.Name)]);
        ExperimentStudy study = ExperimentStudy.All.Single(one => one.Name == studyName);
        GridField[] grid = Grid(file, study);
        TrajectoryPlan[] trajectories = Plan(grid);
        ExperimentPanel[] panels = [.. file.Mappings("panels", "a panel", s_panel).Select(panel => Panel(panel, study, grid, trajectories))];
        ExperimentClaim[] claims = [.. file.Mappings("claims", "a claim", s_claim).Select(claim => Claim(claim, study, grid, trajectories))];
        return new Experiment(
            name, source, text, file.Text("title"), file.Text("paper"), file.Text("about"),
            file.Choice("numbering", ["paper", "ours"]) == "paper" ? FigureNumbering.Paper : FigureNumbering.Ours,
            study, grid, trajectories,
            panels.Length > 0 ? panels : throw file.Problem("panels", "must name at least one picture"),
            claims.Length > 0 ? claims : throw file.Problem("claims", "must hold at least one claim"));
    }

    private static GridField[] Grid(YamlMapping file, ExperimentStudy study)
    {
        YamlMapping given = file.Mapping("grid", "the grid", [.. study.Fields.Select(field => field.Name)]);
        return [.. study.Fields.Select(field => new GridField(
            field, given.Has(field.Name) ? given.Values(field) : [field.Default ?? throw given.Problem(field.Name, $"is missing; it must be {field.Legal}")]))];
    }

    private static TrajectoryPlan[] Plan(GridField[] grid)
    {
        IEnumerable<IReadOnlyDictionary<string, string>> combinations = [new Dictionary<string, string>(StringComparer.Ordinal)];
        foreach (GridField field in grid)
        {
            combinations = [.. combinations.SelectMany(before => field.Values.Select(value => new Dictionary<string, string>(before, StringComparer.Ordinal) { [field.Field.Name] = value }))];
        }

        GridField[] varying = [.. grid.Where(field => field.Values.Count > 1)];
        return [.. combinations.Select(values => new TrajectoryPlan(
            varying.Length == 0 ? "trajectory" : string.Join('_', varying.Select(field => $"{field.Field.Name}-{values[field.Field.Name]}")),
            TitleOf(varying.Select(field => field.Field), values), values))];
    }

    /// <summary>The given fields of a trajectory, for people.</summary>
    internal static string TitleOf(IEnumerable<StudyField> fields, IReadOnlyDictionary<string, string> values)
    {
        string title = string.Join(", ", fields.Select(field => $"{field.Symbol} = {StudyField.Show(values[field.Name])}"));
        return title.Length == 0 ? "the trajectory" : title;
    }

    private static Dictionary<string, IReadOnlyList<string>> Where(YamlMapping within, GridField[] grid, TrajectoryPlan[] trajectories)
    {
        Dictionary<string, IReadOnlyList<string>> where = new(StringComparer.Ordinal);
        if (!within.Has("where"))
        {
            return where;
        }

        YamlMapping given = within.Mapping("where", "a selection", [.. grid.Select(field => field.Field.Name)]);
        foreach (string name in given.Names)
        {
            GridField field = grid.Single(one => one.Field.Name == name);
            where[name] = given.Values(field.Field);
            if (where[name].Except(field.Values).FirstOrDefault() is { } foreign)
            {
                throw given.Problem(name, $"{StudyField.Show(foreign)} is not in the grid, which has {string.Join(", ", field.Values.Select(StudyField.Show))}");
            }
        }

        return where;
    }

    private static ExperimentPanel Panel(YamlMapping panel, ExperimentStudy study, GridField[] grid, TrajectoryPlan[] trajectories)
    {
        string name = panel.Choice("draw", [.. study.Panels.Select(one => one.Name)]);
        StudyPanel kind = study.Panels.Single(one => one.Name == name);
        Dictionary<string, IReadOnlyList<string>> where = Where(panel, grid, trajectories);
        TrajectoryPlan[] shown = [.. trajectories.Where(one => one.IsIn(where))];
        if (kind.Single && shown.Length != 1)
        {
            throw panel.Problem("draw", $"is {name}, which shows one trajectory, and {shown.Length} are selected; choose one with where");
        }

        if (kind.Field is { } axis && grid.Any(field => field.Field.Name != axis && shown.Select(one => one.Values[field.Field.Name]).Distinct().Count() > 1))
        {
            throw panel.Problem("draw", $"is {name}, along whose axis {axis} alone varies; fix the other fields with where");
        }

        return new ExperimentPanel(name, panel.Text("caption"), where);
    }

    private static ExperimentClaim Claim(YamlMapping claim, ExperimentStudy study, GridField[] grid, TrajectoryPlan[] trajectories)
    {
        Dictionary<string, IReadOnlyList<string>> where = Where(claim, grid, trajectories);
        if (claim.Has("theorem"))
        {
            return claim.Names.FirstOrDefault(name => name is not ("theorem" or "where")) is { } idle
                ? throw claim.Problem(idle, "does not apply beside theorem, which brings its own claim, tolerance and source")
                : new ExperimentClaim(claim.Choice("theorem", study.Theorems), null, null, null, null, null, null, where);
        }

        if (!claim.Has("measure"))
        {
            throw claim.Problem("theorem", "or measure is missing: a claim is about one of them");
        }

        string measure = claim.Choice("measure", [.. study.Measures.Select(one => one.Name)]);
        double? expected = claim.OptionalNumber("expected");
        double? tolerance = claim.OptionalNumber("tolerance");
        double? least = claim.OptionalNumber("at_least");
        double? most = claim.OptionalNumber("at_most");
        return expected is null != tolerance is null ? throw claim.Problem(expected is null ? "tolerance" : "expected", "needs the other of expected and tolerance beside it")
            : tolerance < 0 ? throw claim.Problem("tolerance", $"is {tolerance}; it must be 0 or above")
            : expected is null && least is null && most is null ? throw claim.Problem("measure", "needs expected and tolerance, at_least or at_most")
            : least > most ? throw claim.Problem("at_least", $"is {least}, above at_most, {most}")
            : new ExperimentClaim(null, measure, expected, tolerance, least, most, claim.Text("source"), where);
    }
}
