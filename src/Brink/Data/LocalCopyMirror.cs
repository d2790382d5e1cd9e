namespace Brink.Data;

/// <summary>A folder of the user's own, whose official files are verified and copied, unpacked, into the data directory.</summary>
/// <param name="finder">Looks in that folder.</param>
internal sealed class LocalCopyMirror(FileFinder finder) : DataMirror
{
    /// <inheritdoc/>
    public override string Name => finder.Place;

    /// <inheritdoc/>
    internal override Task FetchAsync(MirrorRequest request, CancellationToken cancellation)
    {
        foreach (OfficialFile file in request.Wanted)
        {
            cancellation.ThrowIfCancellationRequested();
            if (finder.Find(file) is not { } located)
            {
                continue;
            }

            // A bad file in a folder that the user named is the user's to know of, not to be passed over.
            FileContent content = located.Read(allowShortened: false);
            if (file.Content is null && located.Archive is null)
            {
                request.Progress?.Report(new DownloadProgress(
                    Name, file.Name, 0, file.Length, $"{located.Display}: no checksum of it is published; taken as it is, and its SHA256 remembered"));
            }

            request.Store(file, content.Bytes.Span);
        }

        return Task.CompletedTask;
    }
}
