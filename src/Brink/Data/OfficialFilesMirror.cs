namespace Brink.Data;

/// <summary>A web address under which each official file lies by itself, packed or plain as its makers publish it.</summary>
/// <param name="address">The folder's address, with a slash at its end.</param>
public sealed class OfficialFilesMirror(Uri address) : DataMirror
{
    /// <inheritdoc/>
    public override string Name => address.Host;

    /// <inheritdoc/>
    internal override async Task FetchAsync(MirrorRequest request, CancellationToken cancellation)
    {
        foreach (OfficialFile file in request.Wanted)
        {
            string name = file.PackedName ?? file.Name;
            await request.Download.FetchAsync(
                new Uri(address, name),
                Path.Combine(request.Folder, name),
                file.Packed ?? file.Content ?? throw new InvalidOperationException($"no checksum is published of {name}"),
                Name,
                request.Progress,
                cancellation).ConfigureAwait(false);
        }
    }
}
