using Brink.Experiments;

namespace Brink.Server;

/// <summary>
/// The folder that is served, and the way from a run's id to its folder. An id is the path below it with <c>/</c> between the parts;
/// where the served folder is itself a run, its own name. Nothing that an id says leads out: parts that could are refused, and no link
/// below the folder is followed.
/// </summary>
public sealed class RunRoot
{
    private const int LongestId = 1024;

    /// <summary>Serves a folder.</summary>
    /// <param name="path">The folder; it may itself be a link.</param>
    /// <exception cref="BrinkException">It is not there.</exception>
    public RunRoot(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new BrinkException($"there is no folder {path}; 'brink train' makes one, or name the folder of your runs");
        }

        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        IsRun = RunRecord.IsRun(Path);
    }

    /// <summary>The folder, absolute.</summary>
    public string Path { get; }

    /// <summary>Whether it is itself a run folder.</summary>
    public bool IsRun { get; }

    /// <summary>The id of a folder at or below this one.</summary>
    /// <param name="folder">The folder, as <see cref="Path"/> begins.</param>
    public string IdOf(string folder) => IsRun
        ? System.IO.Path.GetFileName(Path)
        : System.IO.Path.GetRelativePath(Path, folder).Replace(System.IO.Path.DirectorySeparatorChar, '/');

    /// <summary>The run folder of an id.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="RequestException">It names no run below the folder that is served.</exception>
    public string FolderOf(string? id)
    {
        if (string.IsNullOrEmpty(id))
        {
            throw new RequestException(400, "which run? give ?run=ID");
        }

        if (IsRun)
        {
            return id == IdOf(Path) ? Path : throw RequestException.NoRun(id);
        }

        string[] parts = id.Split('/');
        if (id.Length > LongestId || !Array.TrueForAll(parts, IsPlainName))
        {
            throw RequestException.NoRun(id);
        }

        string folder = Path;
        foreach (string part in parts)
        {
            folder = System.IO.Path.Combine(folder, part);
            if (new DirectoryInfo(folder) is not { Exists: true, LinkTarget: null })
            {
                throw RequestException.NoRun(id);
            }
        }

        string specification = RunFiles.Specification(folder);
        bool isRun = File.Exists(specification) && !(SafeFile.IsDocument(specification) && TheoryFolder.Is(folder));
        return isRun ? folder : throw RequestException.NoRun(id);
    }

    /// <summary>Whether a text can be the name of a folder of runs: one part of a path, nothing hidden, nothing that leads elsewhere.</summary>
    /// <param name="name">The text.</param>
    internal static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name[0] != '.' && !name.Any(c => c is '/' or '\\' || char.IsControl(c));
}
