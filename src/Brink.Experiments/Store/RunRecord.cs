using System.Text.Json;

namespace Brink.Experiments;

/// <summary>What a run folder holds, read without taking hold of it: also while its run is going on.</summary>
public static class RunRecord
{
    /// <summary>Whether a folder is a run folder; that of a theory command is none.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsRun(string folder) => File.Exists(RunFiles.Specification(folder)) && !TheoryFolder.Is(folder);

    /// <summary>Whether a process is at work in a folder now.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsInUse(string folder) => RunLock.IsHeld(folder);

    /// <summary>The specification of a run.</summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="BrinkException">The folder is not there or no run folder, or its specification is not valid.</exception>
    public static Specification ReadSpecification(string folder)
    {
        RequireRun(folder);
        return SpecificationIn(folder);
    }

    /// <summary>The summary of a run, or null when none was written yet.</summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="BrinkException">The folder is not there or no run folder, or its summary is not valid.</exception>
    public static RunSummary? ReadSummary(string folder)
    {
        RequireRun(folder);
        return SummaryIn(folder);
    }

    /// <summary>The specification of a folder that is known to be a run folder.</summary>
    internal static Specification SpecificationIn(string folder)
    {
        string path = RunFiles.Specification(folder);
        return Brink.Experiments.Specification.FromJson(ReadText(path) ?? throw new BrinkException($"there is no {path}"), path);
    }

    /// <summary>The summary of a folder that is known to be a run folder.</summary>
    internal static RunSummary? SummaryIn(string folder)
    {
        string path = RunFiles.Summary(folder);
        if (ReadText(path) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<RunSummary>(text, RunJson.Document)
                ?? throw new BrinkException($"{path}: not a summary: null");
        }
        catch (JsonException error)
        {
            throw new BrinkException($"{path}: not a summary: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>All lines of metrics of a run; a torn last one is left out.</summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="BrinkException">The folder is no run folder, or a line that is not the last is not valid.</exception>
    public static IReadOnlyList<MetricsLine> ReadMetrics(string folder)
    {
        RequireRun(folder);
        return MetricsFile.Read(RunFiles.Metrics(folder));
    }

    /// <summary>A whole checkpoint of a run, or null when there is none at all.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="note">Told, in one line, of each newer one that is damaged.</param>
    /// <param name="iteration">Which; the newest if not given.</param>
    /// <exception cref="BrinkException">The folder is no run folder, or that very checkpoint is not there or damaged.</exception>
    public static Checkpoint? ReadCheckpoint(string folder, Action<string> note, long? iteration = null)
    {
        RequireRun(folder);
        var store = new CheckpointStore(RunFiles.Checkpoints(folder));
        if (iteration is not { } wanted)
        {
            return store.LoadNewest(note);
        }

        IReadOnlyList<long> there = store.Iterations();
        return there.Count == 0 || there.Contains(wanted)
            ? there.Count == 0 ? null : store.Load(wanted)
            : throw new BrinkException($"{folder} has no checkpoint of iteration {wanted}; it has {string.Join(" and ", there.Order())}");
    }

    /// <summary>
    /// Deletes a run: its own files, and the folder where nothing else is in it. The specification goes first, so that what a kill
    /// leaves is no run.
    /// </summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="BrinkException">The folder is no run folder, or a process is at work in it.</exception>
    /// <exception cref="RunStoreException">A file cannot be removed.</exception>
    public static void Delete(string folder)
    {
        RequireRun(folder);
        using (RunLock.Acquire(folder))
        {
            RunFiles.Remove(folder);
            foreach (string file in Directory.EnumerateFiles(folder).Where(RunFiles.IsLock))
            {
                DurableFile.TryDelete(file);
            }
        }

        foreach (string place in (string[])[RunFiles.Checkpoints(folder), folder])
        {
            if (Directory.Exists(place) && !Directory.EnumerateFileSystemEntries(place).Any())
            {
                Directory.Delete(place);
            }
        }
    }

    /// <summary>The process at work in a folder; null where there is none.</summary>
    /// <param name="folder">The run folder.</param>
    public static int? ProcessAtWork(string folder) => RunLock.IsHeld(folder) ? RunLock.OwnerOf(folder) : null;

    private static void RequireRun(string folder)
    {
        if (!IsRun(folder))
        {
            throw new BrinkException(TheoryFolder.Is(folder)
                ? $"{folder} holds results of a theory command, not a training run"
                : Directory.Exists(folder)
                ? $"{folder} is not a run folder: it has no spec.json"
                : $"there is no run folder {folder}; 'brink runs list' shows those below runs/");
        }
    }

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"cannot read {path}: {error.Message}", error);
        }
    }
}
