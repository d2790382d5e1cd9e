namespace Brink.Data;

/// <summary>
/// The cropped digits of SVHN: a MATLAB file with <c>X</c>, 32×32×3×N bytes, and <c>y</c>, N labels of which 10 stands for
/// the digit 0. Class c is the digit c here, as in torchvision: the label 10 becomes class 0. MATLAB stores arrays with the
/// first index fastest, so a plane lies column by column; each is transposed to lie row by row.
/// </summary>
public sealed class SvhnFormat : ImageFormat
{
    private static readonly string[] s_arrays = ["X", "y"];

    /// <inheritdoc/>
    public override string Name => "MATLAB level 5";

    /// <inheritdoc/>
    internal override ShardContent Parse(IReadOnlyList<FileContent> files, ImageSetTraits traits, DataShard shard)
    {
        FileContent file = files[0];
        Dictionary<string, MatArray> arrays = MatFile.Read(file, s_arrays, (long)shard.Count * traits.SampleLength);
        string[] absent = [.. s_arrays.Where(name => !arrays.ContainsKey(name))];
        if (absent.Length > 0)
        {
            throw new BrinkException($"{file.Display}: truncated or another file: expected the arrays X and y, found no {string.Join(" and no ", absent)}");
        }

        // MATLAB drops a last size of 1.
        MatArray images = arrays["X"];
        int[] sizes = images.Sizes.Length == 3 ? [.. images.Sizes, 1] : images.Sizes;
        if (images.Elements != MatElement.UInt8 || sizes.Length != 4
            || !sizes.AsSpan(0, 3).SequenceEqual([traits.Height, traits.Width, traits.Channels]))
        {
            throw new BrinkException(
                $"{file.Display}: expected X to hold bytes in {traits.Height}×{traits.Width}×{traits.Channels}×N, "
                + $"found {images.Elements} in {string.Join('×', images.Sizes)}");
        }

        int count = sizes[3];
        RequireAtMost(count, shard, file.Display);
        double[] values = arrays["y"].ToDoubles();
        if (values.Length != count)
        {
            throw new BrinkException($"{file.Display}: expected {count} labels in y as X has images, found {values.Length}");
        }

        int[] labels = new int[count];
        for (int n = 0; n < count; n++)
        {
            if (values[n] is not (>= 1 and <= 10) || values[n] != Math.Floor(values[n]))
            {
                throw new BrinkException($"{file.Display}: expected labels from 1 to 10, found {values[n]:R} at sample {n}");
            }

            labels[n] = (int)values[n] % 10;
        }

        TransposePlanes(images.Data, traits.Height, traits.Width);
        return new ShardContent(images.Data, 0, traits.SampleLength, labels);
    }

    // In place through one plane, so that the whole set lies in memory once.
    private static void TransposePlanes(Span<byte> planes, int height, int width)
    {
        Span<byte> plane = stackalloc byte[height * width];
        for (int start = 0; start < planes.Length; start += plane.Length)
        {
            Span<byte> target = planes.Slice(start, plane.Length);
            target.CopyTo(plane);
            for (int row = 0; row < height; row++)
            {
                for (int column = 0; column < width; column++)
                {
                    target[(row * width) + column] = plane[(column * height) + row];
                }
            }
        }
    }
}
