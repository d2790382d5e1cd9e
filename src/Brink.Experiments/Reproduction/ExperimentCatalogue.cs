namespace Brink.Experiments.Reproduction;

/// <summary>The experiments that come with Brink, <c>experiments/PAPER/FIGURE.yaml</c>, and those of a user's own.</summary>
public static class ExperimentCatalogue
{
    private const string Ending = ".yaml";

    /// <summary>The folder that they lie in.</summary>
    /// <exception cref="BrinkException">No folder above the program holds it.</exception>
    public static string Folder => Checkout.Find("experiments")
        ?? throw new BrinkException($"the folder experiments is in no folder above {AppContext.BaseDirectory}; run brink from a clone of the repository, or name a file");

    /// <summary>Their names, in order.</summary>
    /// <exception cref="BrinkException">There is no such folder.</exception>
    public static IReadOnlyList<string> Names
    {
        get
        {
            string folder = Folder;
            return [.. Directory.EnumerateFiles(folder, "*" + Ending, SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(folder, file)[..^Ending.Length].Replace(Path.DirectorySeparatorChar, '/'))
                .Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Reads an experiment.</summary>
    /// <param name="given">A name, or the path of a file, which ends in <c>.yaml</c> or <c>.yml</c>.</param>
    /// <param name="reduced">Whether its reduced setting is wanted.</param>
    /// <param name="overrides">Values that every trajectory gets whatever the file says, by field, spelled as in the file.</param>
    /// <exception cref="BrinkException">There is none, or something in its file is wrong.</exception>
    public static Experiment Open(string given, bool reduced = false, IReadOnlyDictionary<string, string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(given);
        return given.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) || given.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
            ? ExperimentReader.Read(Path.GetFileNameWithoutExtension(given), given, reduced, overrides)
            : Names.Contains(given, StringComparer.Ordinal)
                ? ExperimentReader.Read(given, Path.Combine(Folder, given.Replace('/', Path.DirectorySeparatorChar) + Ending), reduced, overrides)
                : throw NearestName.Unknown("experiment", given, Names);
    }
}
