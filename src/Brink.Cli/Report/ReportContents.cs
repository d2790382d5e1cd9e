using System.Text.Json;
using Brink.Cli.Reproduction;
using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Report;

/// <summary>What a report is made of.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Runs">The runs' folders.</param>
internal sealed record ReportContents(string Title, IReadOnlyList<string> Runs)
{
    /// <summary>Fields of the specification that say, when all runs share them, what the report is about.</summary>
    private static readonly string[] s_subject = ["data", "network", "loss", "model", "dtype", "device", "seed"];

    /// <summary>Stands below the heading.</summary>
    public string? Subtitle { get; init; }

    /// <summary>The figure of a paper that the runs are for, and the folder with its pictures.</summary>
    public (ReproductionSummary Summary, string Folder)? Reproduction { get; init; }

    /// <summary>The sweep that the runs belong to.</summary>
    public SweepSummary? Sweep { get; init; }

    /// <summary>The report of runs, with a heading and the words below it where none are given.</summary>
    /// <param name="runs">The runs; broken ones are left out.</param>
    /// <param name="title">The heading; null to make one.</param>
    internal static ReportContents Of(IReadOnlyList<RunEntry> runs, string? title = null)
    {
        RunEntry[] whole = [.. runs.Where(run => run.Specification is not null)];
        return new ReportContents(title ?? (whole.Length == 1 ? whole[0].Path : $"Comparison of {whole.Length} runs"), [.. whole.Select(run => run.Path)])
        {
            Subtitle = Subject(whole),
        };
    }

    /// <summary>The report of a folder that <c>brink reproduce</c> filled.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="summary">What it found.</param>
    internal static ReportContents Of(string folder, ReproductionSummary summary)
    {
        string trajectories = Path.Combine(folder, "trajectories");
        return new ReportContents(
            $"{summary.Heading}: {summary.Title}", [.. summary.Trajectories.Select(one => Path.Combine(trajectories, one.Name)).Where(RunRecord.IsRun)])
        {
            Subtitle = summary.Paper,
            Reproduction = (summary, folder),
        };
    }

    /// <summary>What <c>brink reproduce</c> found in a folder; null where it is not one of its own.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="BrinkException">It cannot be read.</exception>
    internal static ReproductionSummary? ReproductionIn(string folder)
    {
        string path = Path.Combine(folder, "verdicts.json");
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            ReproductionSummary summary = JsonSerializer.Deserialize<ReproductionSummary>(File.ReadAllText(path), JsonText.Options) ?? throw new JsonException("null");
            return summary.Heading is not null ? summary : throw new BrinkException($"{path} is of an older version; 'brink reproduce' writes it anew");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot read {path}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    private static string Subject(RunEntry[] runs)
    {
        string[] words =
        [
            .. s_subject
                .Select(SpecificationFields.Find)
                .Select(field => (field!.Name, Values: runs.Select(run => field.AppliesTo(run.Specification!) ? field.FormatIn(run.Specification!) : null).Distinct().ToArray()))
                .Where(one => one.Values is [not null])
                .Select(one => $"{one.Name} {one.Values[0]}"),
        ];
        return string.Join(" · ", words.Prepend(runs.Count == 1 ? "1 run" : $"{runs.Count} runs"));
    }
}

/// <summary>A sweep and how its points stand.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Varying">The fields that vary.</param>
/// <param name="Points">The points.</param>
internal sealed record SweepSummary(string Name, IReadOnlyList<string> Varying, IReadOnlyList<SweepPointSummary> Points);

/// <summary>A point of a sweep.</summary>
/// <param name="Folder">Its run folder.</param>
/// <param name="State">How it stands.</param>
/// <param name="Reason">Why, where there is something to say.</param>
/// <param name="Values">What the varying fields are there; null where one does not apply.</param>
internal sealed record SweepPointSummary(string Folder, string State, string? Reason, IReadOnlyList<string?> Values);
