using YamlDotNet.RepresentationModel;

namespace Brink.Experiments.Reproduction;

/// <summary>Reads an experiment's file. Everything in it is checked before anything is run.</summary>
public static class ExperimentReader
{
    private static readonly string[] s_fields = ["title", "paper", "numbering", "about", "study", "grid", "settings", "panels", "claims", "reduced"];
    private static readonly string[] s_reduced = ["about", "grid", "settings", "panels", "claims"];
    private static readonly string[] s_panel = ["draw", "caption", "where"];
    private static readonly string[] s_claim = ["theorem", "measure", "expected", "tolerance", "at_least", "at_most", "source", "where"];

    /// <summary>Reads a file.</summary>
    /// <param name="name">What the experiment is called.</param>
    /// <param name="path">The file.</param>
    /// <param name="reduced">Whether its reduced setting is wanted.</param>
    /// <param name="overrides">Values that every trajectory gets whatever the file says, by field, spelled as in the file.</param>
    /// <exception cref="BrinkException">It cannot be read, or something in it is wrong; with the file, the line and the field.</exception>
    public static Experiment Read(string name, string path, bool reduced = false, IReadOnlyDictionary<string, string>? overrides = null)
    {
        try
        {
            return Parse(name, path, File.ReadAllText(path), reduced, overrides);
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
    /// <param name="reduced">Whether its reduced setting is wanted.</param>
    /// <param name="overrides">Values that every trajectory gets whatever the text says, by field, spelled as in the file.</param>
    /// <exception cref="BrinkException">Something in it is wrong.</exception>
    public static Experiment Parse(string name, string source, string text, bool reduced = false, IReadOnlyDictionary<string, string>? overrides = null)
    {
        YamlNode root = YamlMapping.Parse(text, source);
        var file = new YamlMapping(root, source, "an experiment", s_fields);
        string studyName = file.Choice("study", [.. ExperimentStudy.All.Select(one => one.Name)]);
        ExperimentStudy study = ExperimentStudy.All.Single(one => one.Name == studyName);
        Experiment whole = Build(name, source, text, file, study, overrides ?? new Dictionary<string, string>());
        Experiment wanted = whole;
        if (file.Has("reduced"))
        {
            // Both are built whichever is wanted: a mistake in either is told before anything is run.
            Experiment small = Reduce(whole, file, file.Mapping("reduced", "the reduced setting", s_reduced));
            wanted = reduced ? small : whole;
        }
        else if (reduced)
        {
            throw new BrinkException($"{source} has no reduced setting; leave out --reduced");
        }

        return wanted.Grid.FirstOrDefault(field => field.Values.Count > 1 && wanted.Overrides.ContainsKey(field.Field.Name)) is { } varying
            ? throw new BrinkException($"{varying.Field.Name} varies in the experiment's grid, so it cannot be set for all of its trajectories; change it in a copy of the file")
            : wanted;
    }

    private static Experiment Build(string name, string source, string text, YamlMapping file, ExperimentStudy study, IReadOnlyDictionary<string, string> given)
    {
        var grid = ExperimentGrid.Read(file, study, null);
        IReadOnlyDictionary<string, string> overrides = Checked(given, study);
        IReadOnlyList<TrajectoryPlan> trajectories = Planned(grid, overrides, study, source);
        ExperimentPanel[] panels = [.. file.Mappings("panels", "a panel", s_panel).Select(panel => Panel(panel, study, grid, trajectories, grid.Where(panel)))];
        ExperimentClaim[] claims = [.. file.Mappings("claims", "a claim", s_claim).Select(claim => Claim(claim, study, grid.Where(claim)))];
        return new Experiment(
            name, source, text, file.Text("title"), file.Text("paper"), file.Text("about"), null,
            file.Choice("numbering", ["paper", "ours"]) == "paper" ? FigureNumbering.Paper : FigureNumbering.Ours,
            study, grid.Fields, overrides, trajectories,
            panels.Length > 0 ? panels : throw file.Problem("panels", "must name at least one picture"),
            claims.Length > 0 ? claims : throw file.Problem("claims", "must hold at least one claim"));
    }

    /// <summary>The reduced setting: its own grid over the whole one's, and where it has no panels or claims of its own those that still select a trajectory.</summary>
    private static Experiment Reduce(Experiment whole, YamlMapping file, YamlMapping reduced)
    {
        var grid = ExperimentGrid.Read(reduced, whole.Study, ExperimentGrid.Read(file, whole.Study, null));
        IReadOnlyList<TrajectoryPlan> trajectories = Planned(grid, whole.Overrides, whole.Study, whole.Source);
        List<ExperimentPanel> panels = [];
        foreach (YamlMapping panel in (reduced.Has("panels") ? reduced : file).Mappings("panels", "a panel", s_panel))
        {
            if ((reduced.Has("panels") ? grid.Where(panel) : grid.WhereStillThere(panel)) is { } where)
            {
                panels.Add(Panel(panel, whole.Study, grid, trajectories, where));
            }
        }

        List<ExperimentClaim> claims = [];
        foreach (YamlMapping claim in (reduced.Has("claims") ? reduced : file).Mappings("claims", "a claim", s_claim))
        {
            if ((reduced.Has("claims") ? grid.Where(claim) : grid.WhereStillThere(claim)) is { } where)
            {
                claims.Add(Claim(claim, whole.Study, where));
            }
        }

        return whole with
        {
            Reduction = reduced.Text("about"),
            Grid = grid.Fields,
            Trajectories = trajectories,
            Panels = panels.Count > 0 ? panels : throw file.Problem("reduced", "leaves no picture to draw; give it panels of its own"),
            Claims = claims.Count > 0 ? claims : throw file.Problem("reduced", "leaves no claim to judge; give it claims of its own"),
        };
    }

    private static Dictionary<string, string> Checked(IReadOnlyDictionary<string, string> given, ExperimentStudy study)
    {
        Dictionary<string, string> overrides = new(StringComparer.Ordinal);
        foreach ((string name, string text) in given)
        {
            StudyField field = study.Fields.FirstOrDefault(one => one.Name == name) ?? throw NearestName.Unknown("field", name, [.. study.Fields.Select(one => one.Name)]);
            overrides[name] = (field.Length > 1 ? null : field.Read(text)) ?? throw new BrinkException($"{name}={text}: it must be {field.Legal}");
        }

        return overrides;
    }

    private static IReadOnlyList<TrajectoryPlan> Planned(ExperimentGrid grid, IReadOnlyDictionary<string, string> overrides, ExperimentStudy study, string source)
    {
        IReadOnlyList<TrajectoryPlan> trajectories = grid.Plan(overrides);
        foreach (TrajectoryPlan plan in trajectories)
        {
            try
            {
                study.Check(plan);
            }
            catch (BrinkException problem)
            {
                throw new BrinkException($"{source}: {plan.Title}: {problem.Message}", problem);
            }
        }

        return trajectories;
    }

    private static ExperimentPanel Panel(
        YamlMapping panel, ExperimentStudy study, ExperimentGrid grid, IReadOnlyList<TrajectoryPlan> trajectories, IReadOnlyDictionary<string, IReadOnlyList<string>> where)
    {
        string name = panel.Choice("draw", [.. study.Panels.Select(one => one.Name)]);
        StudyPanel kind = study.Panels.Single(one => one.Name == name);
        TrajectoryPlan[] shown = [.. trajectories.Where(one => one.IsIn(where))];
        if (kind.Single && shown.Length != 1)
        {
            throw panel.Problem("draw", $"is {name}, which shows one trajectory, and {shown.Length} are selected; choose one with where");
        }

        if (kind.Field is { } axis && grid.Fields.Any(field => field.Field.Name != axis && shown.Select(one => one.Values[field.Field.Name]).Distinct().Count() > 1))
        {
            throw panel.Problem("draw", $"is {name}, along whose axis {axis} alone varies; fix the other fields with where");
        }

        return new ExperimentPanel(name, panel.Text("caption"), where);
    }

    private static ExperimentClaim Claim(YamlMapping claim, ExperimentStudy study, IReadOnlyDictionary<string, IReadOnlyList<string>> where)
    {
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
