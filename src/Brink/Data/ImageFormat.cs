namespace Brink.Data;

/// <summary>A file format of labelled images: turns the bytes of a shard's files into samples.</summary>
public abstract class ImageFormat
{
    /// <summary>The name that lists and documents use.</summary>
    public abstract string Name { get; }

    /// <summary>Parses one shard.</summary>
    /// <param name="files">The shard's files with their unpacked bytes, in the order of <see cref="DataShard.Files"/>.</param>
    /// <param name="traits">The expected shape and number of classes.</param>
    /// <param name="shard">The expected number of samples: fewer is allowed, more is not.</param>
    /// <exception cref="BrinkException">The bytes are not what the format prescribes; one line names the file.</exception>
    internal abstract ShardContent Parse(IReadOnlyList<FileContent> files, ImageSetTraits traits, DataShard shard);

    private protected static void RequireLabels(ReadOnlySpan<int> labels, int classes, string file, int first = 0)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes)
            {
                throw new BrinkException(
                    $"{file}: expected labels from {first} to {first + classes - 1}, found {labels[i] + first} at sample {i}");
            }
        }
    }

    private protected static void RequireAtMost(int found, DataShard shard, string file)
    {
        if (found > shard.Count)
        {
            throw new BrinkException($"{file}: expected at most {shard.Count} samples, found {found}");
        }
    }
}

/// <summary>A file's unpacked bytes and the name to call it by in messages.</summary>
/// <param name="Display">Path, with the member where the file lies in an archive.</param>
/// <param name="Bytes">The unpacked content.</param>
internal sealed record FileContent(string Display, ReadOnlyMemory<byte> Bytes);

/// <summary>The samples of one shard, their pixels still in the file's bytes.</summary>
/// <param name="Bytes">The bytes of the file that holds the pixels.</param>
/// <param name="Offset">Where the first sample's pixels begin.</param>
/// <param name="Stride">Bytes from one sample's pixels to the next one's.</param>
/// <param name="Labels">One label a sample, within range.</param>
internal sealed record ShardContent(ReadOnlyMemory<byte> Bytes, int Offset, int Stride, int[] Labels)
{
    /// <summary>The pixels of a sample of the shard.</summary>
    /// <param name="sample">Its place in the shard, from 0.</param>
    /// <param name="length">C·H·W.</param>
    public ReadOnlySpan<byte> Pixels(int sample, int length) =>
        Bytes.Span.Slice(Offset + (sample * Stride), length);
}
