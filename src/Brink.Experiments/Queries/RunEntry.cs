using System.Text.Json;

namespace Brink.Experiments;

/// <summary>One run folder as lists show it; a folder that cannot be read is one too, and says why.</summary>
public sealed record RunEntry
{
    /// <summary>Status of a run whose process ended without saying how.</summary>
    public const string Killed = "killed";

    /// <summary>Status of a folder whose files cannot be read.</summary>
    public const string Broken = "broken";

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>Its specification, or null when that cannot be read.</summary>
    public Specification? Specification { get; init; }

    /// <summary>Its summary, or null when there is none yet or it cannot be read.</summary>
    public RunSummary? Summary { get; init; }

    /// <summary>The tags that people gave it, in order of name.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>A status of <see cref="RunStatus"/> in snake_case, <see cref="Killed"/> or <see cref="Broken"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is broken, in one line; else null.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads a run folder; never throws for what is in it.</summary>
    /// <param name="folder">The folder.</param>
    public static RunEntry Read(string folder)
    {
        Specification? specification = null;
        try
        {
            specification = RunRecord.SpecificationIn(folder);
            RunSummary? summary = RunRecord.SummaryIn(folder);
            return new RunEntry
            {
                Path = folder,
                Specification = specification,
                Summary = summary,
                Tags = RunTags.Read(folder),
                Status = summary is { Status: not RunStatus.Running }
                    ? JsonNamingPolicy.SnakeCaseLower.ConvertName(summary.Status.ToString())
                    : RunRecord.IsInUse(folder) ? "running" : Killed,
            };
        }
        catch (BrinkException error)
        {
            return new RunEntry { Path = folder, Specification = specification, Status = Broken, Problem = error.Message };
        }
    }
}
