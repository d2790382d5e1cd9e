namespace Brink.Data;

/// <summary>
/// The data sets of this machine: the data directory (one folder a set), what packages of the operating system
/// installed, and a user's own copies named with <c>--from</c>. Loads samples, fetches sets, verifies them.
/// </summary>
public sealed class DataStore
{
    private readonly IReadOnlyList<DataSetDefinition> _definitions;
    private readonly Func<ResumableDownload> _openDownload;

    /// <summary>Opens the store.</summary>
    /// <param name="root">
    /// The data directory; when omitted <c>BRINK_DATA</c>, else <c>$XDG_DATA_HOME/brink</c>, else
    /// <c>~/.local/share/brink</c>. It need not exist.
    /// </param>
    public DataStore(string? root = null)
        : this(root, DataCatalogue.All)
    {
    }

    internal DataStore(
        string? root, IReadOnlyList<DataSetDefinition> definitions, Func<ResumableDownload>? openDownload = null)
    {
        Root = Path.GetFullPath(root ?? DefaultRoot(Environment.GetEnvironmentVariable));
        _definitions = definitions;
        _openDownload = openDownload ?? (() => new ResumableDownload());
    }

    /// <summary>The data directory, absolute.</summary>
    public string Root { get; }

    /// <summary>The names that <see cref="Load"/> knows.</summary>
    public IReadOnlyList<string> Names => [.. _definitions.Select(d => d.Name)];

    /// <summary>What the catalogue says of a data set.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="BrinkException">The name is unknown; the nearest is suggested.</exception>
    public DataSetDefinition Describe(string name) => DataCatalogue.Find(name, _definitions);

    /// <summary>Loads the selected samples of a split, in ascending official order.</summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="split"><c>train</c> or <c>test</c>.</param>
    /// <param name="selection">Which samples.</param>
    /// <param name="from">
    /// A copy of one's own instead of the data directory: a folder with the files or their usual sub-folder, or the
    /// official archive. It may hold only some of the files if the samples lie in them.
    /// </param>
    /// <param name="classes">Labels of the classes kept, each once, which become 0, 1, … in this order; null for all.</param>
    /// <returns>Only the selected samples.</returns>
    /// <exception cref="BrinkException">
    /// Unknown name or split, a selection the split cannot satisfy, or a file that is absent, truncated or corrupt.
    /// </exception>
    public ImageSet Load(string name, string split, SampleSelection selection, string? from = null, IReadOnlyList<int>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(selection);
        DataSetDefinition definition = Describe(name);
        DataSplit part = definition.Split(split);
        selection.Validate();
        var reader = new ShardReader(definition, part, Finder(definition, from), allowShortened: from is not null);
        return classes is null ? reader.Load(selection) : ClassSubset.Load(reader, part.Count, classes, selection);
    }

    /// <summary>Whether all files of a split are at hand. They are not read: a corrupt file shows when it is loaded.</summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="split"><c>train</c> or <c>test</c>.</param>
    /// <param name="from">As in <see cref="Load"/>.</param>
    /// <exception cref="BrinkException">Unknown name or split, or no such folder.</exception>
    public bool Has(string name, string split, string? from = null)
    {
        DataSetDefinition definition = Describe(name);
        FileFinder finder = Finder(definition, from);
        return definition.Split(split).Shards.SelectMany(shard => shard.Files).All(file => finder.Find(file) is not null);
    }

    /// <summary>Every data set with its state on this machine, in the catalogue's order.</summary>
    public IReadOnlyList<DataSetState> List() => [.. _definitions.Select(State)];

    /// <summary>The state of one data set on this machine.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="BrinkException">The name is unknown.</exception>
    public DataSetState State(string name) => State(Describe(name));

    /// <summary>
    /// Makes sure that all official files of a set are here and right: those at hand are verified, the others are
    /// fetched from the mirrors in order. Nothing is downloaded for files that are already right.
    /// </summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="progress">Hears of bytes and of notices such as a mirror that cannot be reached.</param>
    /// <param name="cancellation">Stops; a later call goes on from what was downloaded.</param>
    /// <returns>The state afterwards.</returns>
    /// <exception cref="BrinkException">Unknown name, no mirror could serve, or the data directory cannot be written.</exception>
    public Task<DataSetState> GetAsync(
        string name, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default) =>
        GetAsync(name, null, progress, cancellation);

    /// <summary>The same, with a copy of one's own that is tried before any mirror.</summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="from">A folder (or official archive) whose verified files are copied into the data directory.</param>
    /// <param name="progress">Hears of bytes and notices.</param>
    /// <param name="cancellation">Stops; a later call goes on from what was downloaded.</param>
    /// <returns>The state afterwards.</returns>
    /// <exception cref="BrinkException">As above; also where a file of the copy is truncated or corrupt.</exception>
    public async Task<DataSetState> GetAsync(
        string name, string? from, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        DataSetDefinition definition = Describe(name);
        IReadOnlyList<OfficialFile> missing = await UnverifiedAsync(definition, progress, cancellation).ConfigureAwait(false);
        if (missing.Count == 0)
        {
            return State(definition);
        }

        string folder = FolderOf(definition);
        CreateFolder(folder);
        using ResumableDownload download = _openDownload();
        void Remember(OfficialFile file, string path, Checksum found)
        {
            var record = new VerificationRecord(folder);
            record.Add(new LocatedFile(file with { Content = found }, path));
            record.Save();
        }

        var reasons = new List<string>();
        IEnumerable<DataMirror> mirrors = from is null
            ? definition.Mirrors
            : definition.Mirrors.Prepend(new LocalCopyMirror(FileFinder.InCopy(definition, from)));
        foreach (DataMirror mirror in mirrors)
        {
            try
            {
                await mirror
                    .FetchAsync(new MirrorRequest(definition, missing, folder, download, progress, Remember), cancellation)
                    .ConfigureAwait(false);
            }
            catch (MirrorException failure)
            {
                reasons.Add($"{mirror.Name}: {failure.Message}");
                progress?.Report(new DownloadProgress(mirror.Name, definition.Name, 0, null, $"{mirror.Name}: {failure.Message}"));
            }

            missing = await UnverifiedAsync(definition, progress, cancellation).ConfigureAwait(false);
            if (missing.Count == 0)
            {
                return State(definition);
            }
        }

        throw new BrinkException(
            $"{name}: no mirror could serve {string.Join(", ", missing.Select(file => file.Name))} ({string.Join("; ", reasons)}); "
            + "name a local copy with --from DIR");
    }

    /// <summary>Reads every official file that is at hand and compares its checksum.</summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="from">A copy of one's own instead of the data directory.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <returns>One outcome a file, absent ones included.</returns>
    /// <exception cref="BrinkException">The name is unknown, or there is no such folder.</exception>
    public async Task<IReadOnlyList<FileVerification>> VerifyAsync(
        string name, string? from = null, CancellationToken cancellation = default)
    {
        DataSetDefinition definition = Describe(name);
        FileFinder finder = Finder(definition, from);
        var record = new VerificationRecord(FolderOf(definition));
        var outcomes = new List<FileVerification>();
        foreach (OfficialFile file in definition.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            outcomes.Add(await Task.Run(() => Verify(file, finder, record), cancellation).ConfigureAwait(false));
        }

        if (from is null && outcomes.Exists(outcome => outcome.Path is not null))
        {
            record.Save();
        }

        return outcomes;
    }

    private static FileVerification Verify(OfficialFile file, FileFinder finder, VerificationRecord record)
    {
        LocatedFile? located = finder.Find(file);
        if (located is null)
        {
            return new FileVerification(file, null, $"{file.Name}: not in {finder.Place}");
        }

        try
        {
            located.Read(allowShortened: false);
            if (located.Official.Content is null && located.Archive is null)
            {
                return new FileVerification(file, located.Display, $"{located.Display}: of the official length, but no checksum of it is published to compare with");
            }

            record.Add(located);
            return new FileVerification(file, located.Display, null);
        }
        catch (BrinkException failure)
        {
            record.Doubt(located);
            return new FileVerification(file, located.Display, failure.Message);
        }
    }

    private async Task<IReadOnlyList<OfficialFile>> UnverifiedAsync(
        DataSetDefinition definition, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        if (State(definition).Presence == DataPresence.Verified)
        {
            return [];
        }

        var unverified = new List<OfficialFile>();
        foreach (FileVerification outcome in await VerifyAsync(definition.Name, null, cancellation).ConfigureAwait(false))
        {
            if (outcome.Problem is null)
            {
                continue;
            }

            unverified.Add(outcome.File);
            if (outcome.Path is not null)
            {
                // It would stand before the good copy that is about to be fetched; nothing but a download is lost.
                progress?.Report(new DownloadProgress(definition.Name, outcome.File.Name, 0, null, outcome.Problem + "; fetching it anew"));
                if (outcome.Path.StartsWith(FolderOf(definition), StringComparison.Ordinal))
                {
                    File.Delete(outcome.Path);
                }
            }
        }

        return unverified;
    }

    private DataSetState State(DataSetDefinition definition)
    {
        FileFinder finder = Finder(definition, null);
        var record = new VerificationRecord(FolderOf(definition));
        OfficialFile[] files = [.. definition.Files];
        LocatedFile[] located = [.. files.Select(finder.Find).OfType<LocatedFile>()];
        DataPresence presence = located.Length switch
        {
            0 => DataPresence.Absent,
            int n when n < files.Length => DataPresence.Partial,
            _ => Array.TrueForAll(located, record.Holds) ? DataPresence.Verified : DataPresence.Present,
        };
        return new DataSetState(
            definition,
            presence,
            located.Length == 0 ? null : Path.GetDirectoryName(located[0].Path),
            located.Select(file => file.Path).Distinct().Sum(path => new FileInfo(path).Length),
            [.. files.Where(file => finder.Find(file) is null).Select(file => file.Name)]);
    }

    private FileFinder Finder(DataSetDefinition definition, string? from) =>
        from is null ? FileFinder.InStore(definition, FolderOf(definition), new VerificationRecord(FolderOf(definition))) : FileFinder.InCopy(definition, from);

    private string FolderOf(DataSetDefinition definition) => Path.Combine(Root, definition.Name);

    private static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"{folder}: cannot be created: {failure.Message}; name another data directory with --data-dir or BRINK_DATA", failure);
        }
    }

    /// <summary>The data directory where none is named.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    internal static string DefaultRoot(Func<string, string?> environment)
    {
        if (environment("BRINK_DATA") is { Length: > 0 } named)
        {
            return named;
        }

        return environment("XDG_DATA_HOME") is { Length: > 0 } shared
            ? Path.Combine(shared, "brink")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "brink");
    }
}
