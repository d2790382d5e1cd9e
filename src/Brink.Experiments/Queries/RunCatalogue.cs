namespace Brink.Experiments;

/// <summary>Finds the run folders below a folder.</summary>
public static class RunCatalogue
{
    /// <summary>Lists runs.</summary>
    /// <param name="root">A run folder, or a folder below which run folders lie at any depth.</param>
    /// <returns>The runs, by path in natural order: <c>run-2</c> before <c>run-10</c>.</returns>
    /// <exception cref="BrinkException">The folder is not there.</exception>
    public static IReadOnlyList<RunEntry> List(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new BrinkException($"there is no folder {root}");
        }

        List<string> folders = [];
        Find(root, folders);
        RunEntry[] entries = new RunEntry[folders.Count];
        Parallel.For(0, folders.Count, i => entries[i] = RunEntry.Read(folders[i]));
        StringComparer natural = StringComparer.Create(System.Globalization.CultureInfo.InvariantCulture, System.Globalization.CompareOptions.NumericOrdering);
        return [.. entries.OrderBy(e => e.Path, natural)];
    }

    private static void Find(string folder, List<string> found)
    {
        if (RunRecord.IsRun(folder))
        {
            found.Add(folder);
            return;
        }

        try
        {
            foreach (string inner in Directory.EnumerateDirectories(folder))
            {
                // Links are not followed: one that leads upwards would never end.
                if (!Path.GetFileName(inner).StartsWith('.') && new DirectoryInfo(inner).LinkTarget is null)
                {
                    Find(inner, found);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder that may not be listed shows no runs, and must not hide the others.
        }
    }
}
