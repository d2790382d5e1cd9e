using System.Buffers.Binary;

namespace Brink.Data;

/// <summary>
/// IDX, the format of MNIST and the sets made in its likeness: a big-endian magic number (two zero bytes, the element
/// type, the number of dimensions), a big-endian 32-bit size for each dimension, then the elements, the last dimension
/// fastest. Images and labels lie in two files. The count is stated in the header, so a shortened set is recognised as
/// such and a truncated file is not mistaken for one.
/// </summary>
/// <param name="firstLabel">The label that becomes class 0: 1 in EMNIST letters, whose labels are 1 … 26.</param>
public sealed class IdxFormat(int firstLabel = 0) : ImageFormat
{
    private const byte UnsignedByte = 0x08;

    /// <inheritdoc/>
    public override string Name => "IDX";

    /// <inheritdoc/>
    internal override ShardContent Parse(IReadOnlyList<FileContent> files, ImageSetTraits traits, DataShard shard)
    {
        FileContent images = files[0];
        FileContent labels = files[1];
        int[] imageSizes = ReadHeader(images, traits.Channels == 1 ? 3 : 4);
        int[] labelSizes = ReadHeader(labels, 1);
        int[] shape = traits.Channels == 1
            ? [traits.Height, traits.Width]
            : [traits.Channels, traits.Height, traits.Width];
        if (!imageSizes.AsSpan(1).SequenceEqual(shape))
        {
            throw new BrinkException(
                $"{images.Display}: expected images of {string.Join('×', shape)}, found {string.Join('×', imageSizes[1..])}");
        }

        if (imageSizes[0] != labelSizes[0])
        {
            throw new BrinkException(
                $"{labels.Display}: expected {imageSizes[0]} labels as {images.Display} has images, found {labelSizes[0]}");
        }

        RequireAtMost(imageSizes[0], shard, images.Display);
        RequireLength(images, imageSizes, "images");
        RequireLength(labels, labelSizes, "labels");

        ReadOnlySpan<byte> values = labels.Bytes.Span[HeaderLength(1)..];
        int[] parsed = new int[values.Length];
        for (int i = 0; i < parsed.Length; i++)
        {
            parsed[i] = values[i] - firstLabel;
        }

        RequireLabels(parsed, traits.Classes, labels.Display, firstLabel);
        return new ShardContent(images.Bytes, HeaderLength(imageSizes.Length), traits.SampleLength, parsed);
    }

    private static int HeaderLength(int dimensions) => 4 + (4 * dimensions);

    private static int[] ReadHeader(FileContent file, int dimensions)
    {
        ReadOnlySpan<byte> bytes = file.Bytes.Span;
        int expected = (UnsignedByte << 8) | dimensions;
        if (bytes.Length >= 4)
        {
            int magic = BinaryPrimitives.ReadInt32BigEndian(bytes);
            if (magic != expected)
            {
                throw new BrinkException(
                    $"{file.Display}: not an IDX file of bytes in {dimensions} dimension{(dimensions == 1 ? string.Empty : "s")}: "
                    + $"expected the magic number 0x{expected:x8}, found 0x{magic:x8}");
            }
        }

        if (bytes.Length < HeaderLength(dimensions))
        {
            throw new BrinkException(
                $"{file.Display}: truncated: expected a header of {HeaderLength(dimensions)} bytes, found {bytes.Length} bytes in all");
        }

        int[] sizes = new int[dimensions];
        for (int d = 0; d < dimensions; d++)
        {
            sizes[d] = BinaryPrimitives.ReadInt32BigEndian(bytes[(4 + (4 * d))..]);
            if (sizes[d] < 1)
            {
                throw new BrinkException($"{file.Display}: expected positive sizes in the header, found {sizes[d]}");
            }
        }

        return sizes;
    }

    private static void RequireLength(FileContent file, int[] sizes, string what)
    {
        long expected = HeaderLength(sizes.Length) + sizes.Aggregate(1L, (product, size) => product * size);
        if (file.Bytes.Length != expected)
        {
            throw new BrinkException(
                $"{file.Display}: {(file.Bytes.Length < expected ? "truncated" : "too long")}: its header announces {sizes[0]} "
                + $"{what}, expected {expected} bytes, found {file.Bytes.Length}");
        }
    }
}
