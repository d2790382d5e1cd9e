namespace Brink.Data;

/// <summary>Finds a data set's official files in folders of this machine, in the forms that copies have.</summary>
internal sealed class FileFinder
{
    private readonly List<string> _folders = [];
    private readonly List<(string Path, Checksum Published)> _archives = [];
    private readonly VerificationRecord? _record;

    private FileFinder(string place, VerificationRecord? record = null) => (Place, _record) = (place, record);

    /// <summary>Where it looks, for messages.</summary>
    public string Place { get; }

    /// <summary>Looks in a user's copy: the folder itself, the sub-folders copies commonly have, or one archive.</summary>
    /// <param name="definition">The data set.</param>
    /// <param name="from">A folder, or one of the set's archives.</param>
    /// <exception cref="BrinkException">There is no such folder or archive.</exception>
    public static FileFinder InCopy(DataSetDefinition definition, string from)
    {
        if (File.Exists(from) && definition.Archives.FirstOrDefault(a => a.Name == Path.GetFileName(from)) is { } archive)
        {
            var single = new FileFinder(from);
            single._archives.Add((from, archive.Published));
            return single;
        }

        if (!Directory.Exists(from))
        {
            throw new BrinkException(
                File.Exists(from)
                    ? $"{from}: expected a folder with files of {definition.Name}, found a file"
                    : $"{from}: expected a folder with files of {definition.Name}, found nothing there");
        }

        var finder = new FileFinder(from);
        finder.AddFolder(definition, from);
        finder.AddFolder(definition, Path.Combine(from, definition.Name));
        return finder;
    }

    /// <summary>Looks in the data directory's folder of the set, then where Debian's package keeps it.</summary>
    /// <param name="definition">The data set.</param>
    /// <param name="folder">The set's folder in the data directory.</param>
    /// <param name="record">What is known of the files there.</param>
    public static FileFinder InStore(DataSetDefinition definition, string folder, VerificationRecord record)
    {
        string[] packaged = [.. definition.Mirrors.OfType<InstalledPackageMirror>().Select(m => m.Folder)];
        var finder = new FileFinder(string.Join(" nor ", [folder, .. packaged]), record);
        finder.AddFolder(definition, folder);
        foreach (string place in packaged)
        {
            finder.AddFolder(definition, place);
        }

        return finder;
    }

    /// <summary>Finds one file, plain before packed before inside an archive, or gives <see langword="null"/>.</summary>
    /// <param name="file">Which file.</param>
    public LocatedFile? Find(OfficialFile file)
    {
        foreach (string folder in _folders)
        {
            foreach (string name in new[] { file.Name, file.Name + ".gz" })
            {
                string path = Path.Combine(folder, name);
                if (File.Exists(path))
                {
                    return new LocatedFile(file.Content is null ? file with { Content = _record?.ChecksumOf(path) } : file, path);
                }
            }
        }

        return _archives.Count > 0 ? new LocatedFile(file, _archives[0].Path, _archives[0].Published) : null;
    }

    /// <summary>The path of a file that is not an official part, such as a list of class names.</summary>
    /// <param name="name">Its name.</param>
    public string? FindPlain(string name) =>
        _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private void AddFolder(DataSetDefinition definition, string folder)
    {
        foreach (string place in definition.Folders.Select(sub => Path.Combine(folder, sub)).Prepend(folder))
        {
            if (Directory.Exists(place))
            {
                _folders.Add(place);
                _archives.AddRange(definition.Archives.Select(a => (Path.Combine(place, a.Name), a.Published)).Where(a => File.Exists(a.Item1)));
            }
        }
    }
}
