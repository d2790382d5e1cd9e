namespace Brink.Experiments.Tests;

/// <summary>The folder of reference material beside the repository, which not every checkout has.</summary>
internal static class SharedFolder
{
    /// <summary>Full path of a file in it; skips the test where it is not at hand.</summary>
    internal static string Require(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", relative);
            if (File.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"shared/{relative} is not beside this checkout");
        return "";
    }
}
