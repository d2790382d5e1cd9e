namespace Brink.Experiments.Reproduction;

/// <summary>The grid of an experiment's file: its fields' values, what is set for some of the combinations, and the trajectories they make.</summary>
/// <param name="Fields">The fields that have values, in the study's order.</param>
/// <param name="Rules">What is set beside the grid; a later rule goes over an earlier one.</param>
internal sealed record ExperimentGrid(IReadOnlyList<GridField> Fields, IReadOnlyList<ExperimentGrid.Rule> Rules)
{
    private static readonly string[] s_rule = ["where", "set"];

    /// <summary>Values set for a selection of the trajectories.</summary>
    /// <param name="Where">The selection.</param>
    /// <param name="Settings">Values by field.</param>
    internal sealed record Rule(IReadOnlyDictionary<string, IReadOnlyList<string>> Where, IReadOnlyDictionary<string, string> Settings);

    /// <summary>Reads <c>grid</c> and <c>settings</c>.</summary>
    /// <param name="file">The experiment, or its reduced part.</param>
    /// <param name="study">The study.</param>
    /// <param name="over">The grid that this one changes; null for none.</param>
    /// <exception cref="BrinkException">A field is unknown, missing, or has a value that is not legal.</exception>
    internal static ExperimentGrid Read(YamlMapping file, ExperimentStudy study, ExperimentGrid? over)
    {
        YamlMapping? given = over is null || file.Has("grid") ? file.Mapping("grid", "the grid", [.. study.Fields.Select(field => field.Name)]) : null;
        List<GridField> fields = [];
        foreach (StudyField field in study.Fields)
        {
            if (given?.Has(field.Name) == true)
            {
                fields.Add(new GridField(field, given.Values(field)));
            }
            else if (over?.Fields.FirstOrDefault(one => one.Field.Name == field.Name) is { } before)
            {
                fields.Add(before);
            }
            else if (!field.Optional)
            {
                fields.Add(new GridField(field, [field.Default ?? throw given!.Problem(field.Name, $"is missing; it must be {field.Legal}")]));
            }
        }

        var grid = new ExperimentGrid(fields, []);
        return grid with
        {
            Rules = over is null || file.Has("settings")
                ? [.. file.Mappings("settings", "a setting", s_rule).Select(rule => new Rule(grid.Where(rule), Settings(rule, study)))]
                : [.. over.Rules.Where(rule => grid.Foreign(rule.Where) is null)],
        };
    }

    /// <summary>Reads a selection of trajectories; everything where there is none.</summary>
    /// <param name="within">What holds <c>where</c>.</param>
    /// <exception cref="BrinkException">It names a field or a value that is not in the grid.</exception>
    internal IReadOnlyDictionary<string, IReadOnlyList<string>> Where(YamlMapping within)
    {
        (YamlMapping? given, Dictionary<string, IReadOnlyList<string>> where) = Selection(within);
        return Foreign(where) is { } foreign
            ? throw given!.Problem(foreign.Field, $"{StudyField.Show(foreign.Value)} is not in the grid, which has {string.Join(", ", ValuesOf(foreign.Field).Select(StudyField.Show))}")
            : where;
    }

    /// <summary>Reads a selection made for a larger grid.</summary>
    /// <param name="within">What holds <c>where</c>.</param>
    /// <returns>The selection within this grid; null where that is none of its trajectories.</returns>
    internal IReadOnlyDictionary<string, IReadOnlyList<string>>? WhereStillThere(YamlMapping within)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> where = Selection(within).Where
            .ToDictionary(chosen => chosen.Key, chosen => (IReadOnlyList<string>)[.. chosen.Value.Intersect(ValuesOf(chosen.Key))], StringComparer.Ordinal);
        return where.Values.Any(values => values.Count == 0) ? null : where;
    }

    /// <summary>The trajectories.</summary>
    /// <param name="overrides">What is set for all of them from outside the file.</param>
    internal IReadOnlyList<TrajectoryPlan> Plan(IReadOnlyDictionary<string, string> overrides)
    {
        IEnumerable<IReadOnlyDictionary<string, string>> combinations = [new Dictionary<string, string>(StringComparer.Ordinal)];
        foreach (GridField field in Fields)
        {
            combinations = [.. combinations.SelectMany(before => field.Values.Select(value => new Dictionary<string, string>(before, StringComparer.Ordinal) { [field.Field.Name] = value }))];
        }

        GridField[] varying = [.. Fields.Where(field => field.Values.Count > 1)];
        return [.. combinations.Select(values => new TrajectoryPlan(
            varying.Length == 0 ? "trajectory" : string.Join('_', varying.Select(field => $"{field.Field.Name}-{values[field.Field.Name].Replace('/', '-')}")),
            TitleOf(varying.Select(field => field.Field), values), values, SettingsOf(values, overrides)))];
    }

    /// <summary>The given fields of a trajectory, for people.</summary>
    internal static string TitleOf(IEnumerable<StudyField> fields, IReadOnlyDictionary<string, string> values)
    {
        string title = string.Join(", ", fields.Select(field => field.Describe(values[field.Name])));
        return title.Length == 0 ? "the trajectory" : title;
    }

    private static Dictionary<string, string> Settings(YamlMapping rule, ExperimentStudy study)
    {
        YamlMapping set = rule.Mapping("set", "what is set", [.. study.Fields.Select(field => field.Name)]);
        return set.Names.ToDictionary(
            name => name,
            name => set.Values(study.Fields.Single(field => field.Name == name)) is [var single] ? single : throw set.Problem(name, "is a list; what is set has one value, a list belongs into the grid"),
            StringComparer.Ordinal);
    }

    private Dictionary<string, string> SettingsOf(IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> overrides)
    {
        Dictionary<string, string> settings = new(values, StringComparer.Ordinal);
        IEnumerable<KeyValuePair<string, string>> set = Rules
            .Where(rule => rule.Where.All(chosen => chosen.Value.Contains(values[chosen.Key], StringComparer.Ordinal)))
            .SelectMany(rule => rule.Settings);
        foreach ((string name, string value) in set.Concat(overrides))
        {
            settings[name] = value;
        }

        return settings;
    }

    private (YamlMapping? Given, Dictionary<string, IReadOnlyList<string>> Where) Selection(YamlMapping within)
    {
        Dictionary<string, IReadOnlyList<string>> where = new(StringComparer.Ordinal);
        if (!within.Has("where"))
        {
            return (null, where);
        }

        YamlMapping given = within.Mapping("where", "a selection", [.. Fields.Select(field => field.Field.Name)]);
        foreach (string name in given.Names)
        {
            where[name] = given.Values(Fields.Single(one => one.Field.Name == name).Field);
        }

        return (given, where);
    }

    private IReadOnlyList<string> ValuesOf(string field) => Fields.Single(one => one.Field.Name == field).Values;

    private (string Field, string Value)? Foreign(IReadOnlyDictionary<string, IReadOnlyList<string>> where)
    {
        foreach ((string name, IReadOnlyList<string> values) in where)
        {
            if (values.Except(ValuesOf(name)).FirstOrDefault() is { } foreign)
            {
                return (name, foreign);
            }
        }

        return null;
    }
}
