namespace Brink.Experiments;

/// <summary>What lies in the repository that the program was built in, beside the launcher, or in the archive or tool it is installed from.</summary>
public static class Checkout
{
    /// <summary>Finds a file or folder beside the program or in a folder above it.</summary>
    /// <param name="parts">The path within the repository, part by part.</param>
    /// <returns>The path, or null where no folder above holds it.</returns>
    public static string? Find(params ReadOnlySpan<string> parts)
    {
        string relative = Path.Combine(parts);
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, relative);
            if (Path.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
