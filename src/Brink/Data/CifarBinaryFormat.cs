namespace Brink.Data;

/// <summary>
/// The binary version of CIFAR: records of label byte(s) followed by the red, the green and the blue plane, each row by
/// row, so that the pixels already lie C×H×W. The files have no header; a length that is no whole number of records
/// is how truncation shows.
/// </summary>
/// <param name="labelBytes">Label bytes a record: 1 in CIFAR-10, 2 (coarse, fine) in CIFAR-100; the last one counts.</param>
public sealed class CifarBinaryFormat(int labelBytes) : ImageFormat
{
    /// <inheritdoc/>
    public override string Name => "CIFAR binary";

    /// <inheritdoc/>
    internal override ShardContent Parse(IReadOnlyList<FileContent> files, ImageSetTraits traits, DataShard shard)
    {
        FileContent file = files[0];
        int record = labelBytes + traits.SampleLength;
        int length = file.Bytes.Length;
        if (length == 0 || length % record != 0)
        {
            throw new BrinkException(
                $"{file.Display}: truncated or corrupt: expected whole records of {record} bytes ({shard.Count} in the official "
                + $"file, {(long)shard.Count * record} bytes), found {length} bytes");
        }

        int count = length / record;
        RequireAtMost(count, shard, file.Display);
        ReadOnlySpan<byte> bytes = file.Bytes.Span;
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = bytes[(i * record) + labelBytes - 1];
        }

        RequireLabels(labels, traits.Classes, file.Display);
        return new ShardContent(file.Bytes, labelBytes, record, labels);
    }
}
