namespace Brink.Experiments;

/// <summary>Names that tell run folders apart and are no longer than that takes.</summary>
public static class RunNames
{
    /// <summary>The path of each below the lowest folder that is above them all, with <c>/</c> between its parts.</summary>
    /// <param name="folders">Run folders.</param>
    /// <returns>As many names; that of a single folder is its own.</returns>
    public static string[] Of(IReadOnlyList<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        string[] full = [.. folders.Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))];
        string[] above = [.. full.Select(folder => Path.GetDirectoryName(folder) ?? folder)];
        string common = above.FirstOrDefault() ?? string.Empty;
        while (above.Any(folder => Path.GetRelativePath(common, folder).Split(Path.DirectorySeparatorChar)[0] == ".."))
        {
            common = Path.GetDirectoryName(common)!;
        }

        return Array.ConvertAll(full, folder => Path.GetRelativePath(common, folder).Replace(Path.DirectorySeparatorChar, '/'));
    }
}
