using Brink.Cli.Diagnosis;
using Brink.Cli.Report;
using Brink.Cli.Terminal;
using Brink.Experiments;
using Brink.Experiments.Sweeps;

namespace Brink.Cli.Commands;

/// <summary>What <c>brink sweep</c> says before and after its runs.</summary>
internal static class SweepReport
{
    /// <summary>What will be done.</summary>
    internal static void Begin(SweepPlan plan, SweepFolder sweep, SweepPoolOptions options, TextWriter output)
    {
        int done = sweep.Runs.Count(run => run.IsDone);
        int threads = plan.Points.Max(point => point.Specification.Threads);
        output.WriteLine($"{plan.File.Name}: {Shape(plan)}, {done} done; at most {options.Jobs} at a time with {threads} {(threads == 1 ? "thread" : "threads")} each and {Machine.Bytes(options.MemoryBytes)} of memory together; {sweep.Path}");
        if (sweep.Others() is int others and > 0)
        {
            output.WriteLine($"note: {others} {(others == 1 ? "run" : "runs")} in the folder that the sweep no longer asks for; kept");
        }
    }

    /// <summary>Every run as a table and where the results are, or all of it as JSON.</summary>
    internal static void End(SweepPlan plan, SweepFolder sweep, TextWriter output, bool json)
    {
        if (json)
        {
            JsonText.Write(output, Json(plan, sweep.Runs, sweep.Path));
            return;
        }

        RunEntry[] runs = [.. sweep.Runs.Where(run => RunRecord.IsRun(run.Folder)).Select(run => RunEntry.Read(run.Folder))];
        if (runs.Length > 0)
        {
            RunTableText.Write(RunTable.Compare(runs), output);
        }

        foreach (SweepRun failed in sweep.Runs.Where(run => run.State == SweepRunState.Failed))
        {
            output.WriteLine($"failed: {failed.Name}: {failed.Reason}");
        }

        output.WriteLine($"{sweep.Path}: {Counts(sweep.Runs)}{(WriteReport(sweep.Path) is { } report ? $"; report: {report}" : string.Empty)}");
    }

    /// <summary>What a report of a sweep is made of; null where the folder is not that of a sweep.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="BrinkException">Its sweep.yaml cannot be read, or it has no run yet.</exception>
    internal static ReportContents? ContentsOf(string folder)
    {
        if (!SweepFolder.Is(folder))
        {
            return null;
        }

        (IReadOnlyList<SpecificationField> varying, IReadOnlyList<(string Folder, Specification Specification)> points) = SweepFolder.ReadPoints(folder);
        RunEntry[] runs = [.. points.Where(point => RunRecord.IsRun(point.Folder)).Select(point => RunEntry.Read(point.Folder))];
        if (!runs.Any(run => run.Specification is not null))
        {
            throw new BrinkException($"{folder}: no run of the sweep has begun yet; 'brink sweep' carries them out");
        }

        Dictionary<string, RunEntry> entries = runs.ToDictionary(run => run.Path, StringComparer.Ordinal);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return ReportContents.Of(runs, $"Sweep {name}") with
        {
            Sweep = new SweepSummary(name, [.. varying.Select(field => field.Name)], [.. points.Select(point => new SweepPointSummary(
                point.Folder,
                entries.GetValueOrDefault(point.Folder)?.Status ?? "missing",
                entries.GetValueOrDefault(point.Folder) is { } run ? run.Problem ?? run.Summary?.Reason : null,
                [.. varying.Select(field => point.Specification.Given.Contains(field.Name) ? field.FormatIn(point.Specification) : null)]))]),
        };
    }

    /// <summary>Writes the report of a sweep that has a run.</summary>
    private static string? WriteReport(string folder)
    {
        if (!Directory.EnumerateDirectories(folder).Any(RunRecord.IsRun) || ContentsOf(folder) is not { } contents)
        {
            return null;
        }

        string report = Path.Combine(folder, "index.html");
        ReportPage.Write(report, contents);
        return report;
    }

    /// <summary>The points and how they stand.</summary>
    internal static void List(SweepPlan plan, IReadOnlyList<SweepRun> runs, string place, TextWriter output, bool json)
    {
        if (json)
        {
            JsonText.Write(output, Json(plan, runs, place));
            return;
        }

        int width = runs.Max(run => StateOf(run).Length);
        foreach (SweepRun run in runs)
        {
            output.WriteLine($"{StateOf(run).PadRight(width)}  {run.Name}{(run.Reason is { } reason ? $" — {reason}" : string.Empty)}");
        }

        output.WriteLine($"{plan.File.Name}: {Shape(plan)} in {place}: {Counts(runs)}");
    }

    private static string Shape(SweepPlan plan)
    {
        string product = string.Join(" × ", plan.Varying.Select(field => $"{plan.CountOf(field)} {field.Name}"));
        string details = string.Join("; ", (string[])[.. product.Length > 0 ? [product] : Array.Empty<string>(), .. plan.LeftOut > 0 ? [$"{plan.LeftOut} left out"] : Array.Empty<string>()]);
        return $"{plan.Points.Count} {(plan.Points.Count == 1 ? "point" : "points")}{(details.Length > 0 ? $" ({details})" : string.Empty)}";
    }

    private static string Counts(IReadOnlyList<SweepRun> runs) => string.Join(", ", runs
        .GroupBy(StateOf).OrderBy(group => group.First().State == SweepRunState.Finished ? 0 : 1).ThenBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => $"{group.Count()} {group.Key}"));

    private static string StateOf(SweepRun run) => run.State.ToString().ToLowerInvariant();

    private static object Json(SweepPlan plan, IReadOnlyList<SweepRun> runs, string place) => new
    {
        plan.File.Name,
        Folder = place,
        Points = runs.Count,
        Done = runs.Count(run => run.IsDone),
        Finished = runs.Count(run => run.State == SweepRunState.Finished),
        Diverged = runs.Count(run => run.State == SweepRunState.Diverged),
        Failed = runs.Count(run => run.State == SweepRunState.Failed),
        Varying = plan.Varying.Select(field => field.Name),
        Runs = runs.Select(run => new
        {
            run.Name,
            run.Folder,
            run.State,
            run.Reason,
            run.Attempts,
            Values = plan.Varying.ToDictionary(field => field.Name, field => run.Point.Specification.Given.Contains(field.Name) ? field.FormatIn(run.Point.Specification) : null),
            Summary = SummaryOf(run),
        }),
    };

    private static object? SummaryOf(SweepRun run)
    {
        RunSummary? summary = run.State != SweepRunState.Differs && RunRecord.IsRun(run.Folder) ? RunRecord.ReadSummary(run.Folder) : null;
        return summary is null ? null : new
        {
            summary.IterationsDone,
            summary.FinalLoss,
            summary.BestLoss,
            summary.TrainAccuracy,
            summary.TestAccuracy,
            summary.FinalSharpness,
            summary.MeanEtaSharpness,
            summary.Seconds,
        };
    }
}
