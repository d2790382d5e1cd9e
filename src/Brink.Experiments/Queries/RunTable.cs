namespace Brink.Experiments;

/// <summary>Runs by fields: what a list or a comparison shows, before anyone decides how it looks.</summary>
/// <param name="Columns">The fields.</param>
/// <param name="Runs">The runs, one a row.</param>
public sealed record RunTable(IReadOnlyList<RunField> Columns, IReadOnlyList<RunEntry> Runs)
{
    /// <summary>What a number stands behind that rests on a λ₁ which missed its tolerance.</summary>
    public const string Doubt = "~";

    private static readonly string[] s_listed =
        ["run", "status", "data", "network", "model", "method", "iterations_done", "final_loss", "test_accuracy", "final_sharpness", "mean_eta_sharpness", "seconds"];

    private static readonly string[] s_outcomes =
        ["status", "iterations_done", "final_loss", "best_loss", "train_accuracy", "test_accuracy", "final_sharpness", "mean_eta_sharpness", "function_evaluations", "gradient_evaluations", "hvps", "seconds"];

    /// <summary>The table of <c>brink runs list</c>: what each run is, how it stands and how it went.</summary>
    /// <param name="runs">The runs.</param>
    public static RunTable List(IReadOnlyList<RunEntry> runs)
    {
        // Most folders hold networks only, and need no column that says so.
        bool models = runs.Any(run => run.Specification?.Model is not null);
        return new([.. s_listed.Where(name => models || name != "model").Select(RunField.Find)], runs);
    }

    /// <summary>The table of <c>brink runs compare</c>: the fields of the specifications in which the runs differ, and the outcomes.</summary>
    /// <param name="runs">The runs.</param>
    public static RunTable Compare(IReadOnlyList<RunEntry> runs)
    {
        IEnumerable<RunField> differing = SpecificationFields.All
            .Where(f => f.Name != "out" && Differs(f, runs))
            .Select(f => RunField.Find(f.Name));
        return new RunTable([RunField.Find("run"), .. differing, .. s_outcomes.Select(RunField.Find)], runs);
    }

    /// <summary>
    /// Whether runs differ in a setting: two have different values, or some lack it (another method's parameter) and
    /// another has it at something else than its default. Every difference of method would otherwise bring all the
    /// parameters of both.
    /// </summary>
    private static bool Differs(SpecificationField field, IReadOnlyList<RunEntry> runs)
    {
        RunField column = RunField.Find(field.Name);
        RunEntry[] having = [.. runs.Where(run => column.TextOf(run) is not null)];
        return having.Select(column.TextOf).Distinct(StringComparer.Ordinal).Skip(1).Any()
            || (having.Length < runs.Count && having.Any(run => column.TextOf(run) != DefaultOf(field, run)));
    }

    private static string? DefaultOf(SpecificationField field, RunEntry run) =>
        field.DefaultIn(run.Specification!) is { } value ? field.Format(value) : null;

    /// <summary>Title of a column, with the signs of the field where there are some.</summary>
    /// <param name="column">The column.</param>
    public static string TitleOf(RunField column) => column.Name switch
    {
        "iterations_done" => "steps",
        "final_loss" => "loss",
        "best_loss" => "best loss",
        "train_accuracy" => "train acc.",
        "test_accuracy" => "test acc.",
        "final_sharpness" => "λ₁",
        "mean_eta_sharpness" => "mean η·λ₁",
        "function_evaluations" => "f evals",
        "gradient_evaluations" => "∇f evals",
        _ => column.Name,
    };

    /// <summary>Whether a run's number in a column rests on a λ₁ that missed its tolerance.</summary>
    /// <param name="column">The column.</param>
    /// <param name="run">The run.</param>
    public static bool IsDoubtful(RunField column, RunEntry run) => column.Name switch
    {
        "final_sharpness" => run.Summary?.FinalSharpnessUnconverged == true,
        "mean_eta_sharpness" or "max_sharpness" => run.Summary?.SharpnessNotConverged > 0,
        _ => false,
    };

    /// <summary>
    /// A cell as a person reads it: a number to four digits, behind <see cref="Doubt"/> where λ₁ missed its tolerance, a dash for
    /// what is lacking.
    /// </summary>
    /// <param name="column">The column.</param>
    /// <param name="run">The run.</param>
    public static string Show(RunField column, RunEntry run)
    {
        // A setting is shown as it was given; an outcome to what the eye can use.
        bool outcome = SpecificationFields.Find(column.Name) is null;
        return outcome && column.NumberOf(run) is { } number
            ? (IsDoubtful(column, run) ? Doubt : string.Empty) + Short(number)
            : column.TextOf(run) ?? "–";
    }

    private static string Short(double number) =>
        number == Math.Floor(number) && Math.Abs(number) < 1e9
            ? number.ToString("0", System.Globalization.CultureInfo.InvariantCulture)
            : number.ToString("G4", System.Globalization.CultureInfo.InvariantCulture).ToLowerInvariant();
}
