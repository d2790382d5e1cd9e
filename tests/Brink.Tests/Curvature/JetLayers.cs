namespace Brink.Tests.Curvature;

/// <summary>Layers in loops over <see cref="Jet"/>s, taking their parameters one after the other from a flat vector.</summary>
internal sealed class JetLayers(Jet[] weights)
{
    private int _place;

    internal void AllTaken() => Assert.Equal(weights.Length, _place);

    internal Jet[] Take(int count)
    {
        _place += count;
        return weights[(_place - count).._place];
    }

    /// <summary>Each row times W (outputs × inputs) transposed, plus b.</summary>
    internal Jet[][] Linear(Jet[][] rows, int outputs, bool bias)
    {
        int inputs = rows[0].Length;
        Jet[] w = Take(outputs * inputs);
        Jet[]? b = bias ? Take(outputs) : null;
        return [.. rows.Select(row => Enumerable.Range(0, outputs).Select(o =>
            Jet.Dot([.. row, b?[o] ?? 0], [.. w[(o * inputs)..((o + 1) * inputs)], 1])).ToArray())];
    }

    /// <summary>3×3 convolution with padding 1 of images, channel by channel, row by row.</summary>
    internal Jet[][] Convolve(Jet[][] images, int channels, int size, int filters)
    {
        Jet[] w = Take(filters * channels * 9);
        Jet[] b = Take(filters);
        return [.. images.Select(image => Enumerable.Range(0, filters * size * size).Select(at =>
        {
            (int f, int y, int x) = (at / (size * size), at / size % size, at % size);
            List<Jet> left = [b[f]], right = [1];
            for (int k = 0; k < channels * 9; k++)
            {
                (int c, int v, int u) = (k / 9, y + (k / 3 % 3) - 1, x + (k % 3) - 1);
                if (v >= 0 && v < size && u >= 0 && u < size)
                {
                    left.Add(w[(f * channels * 9) + k]);
                    right.Add(image[(c * size * size) + (v * size) + u]);
                }
            }

            return Jet.Dot(left, right);
        }).ToArray())];
    }

    internal static Jet[][] Pool2(Jet[][] images, int size) => [.. images.Select(image =>
        Enumerable.Range(0, image.Length / 4).Select(at =>
        {
            int half = size / 2;
            int corner = (at / (half * half) * size * size) + (at / half % half * 2 * size) + (at % half * 2);
            return new[] { 0, 1, size, size + 1 }.Select(step => image[corner + step]).MaxBy(jet => jet.Value)!;
        }).ToArray())];

    /// <summary>Batch normalisation over all rows, column by column.</summary>
    internal Jet[][] BatchNorm(Jet[][] rows)
    {
        int width = rows[0].Length;
        Jet[] scale = Take(width), shift = Take(width);
        Jet[][] columns = [.. Enumerable.Range(0, width).Select(k => Normalize([.. rows.Select(row => row[k])]))];
        return [.. rows.Select((_, n) => Enumerable.Range(0, width).Select(k => (columns[k][n] * scale[k]) + shift[k]).ToArray())];
    }

    /// <summary>Layer normalisation, then multi-head attention among the tokens of one sample.</summary>
    internal Jet[][][] Attention(Jet[][][] samples, int heads, int headWidth)
    {
        int width = samples[0][0].Length;
        Jet[] scale = Take(width), shift = Take(width);
        int start = _place;
        return [.. samples.Select(tokens =>
        {
            _place = start;
            Jet[][] normal = [.. tokens.Select(token => Normalize(token).Select((x, k) => (x * scale[k]) + shift[k]).ToArray())];
            Jet[][] all = Linear(normal, 3 * heads * headWidth, bias: false);
            Jet[] Part(int n, int which, int head) => all[n][(((which * heads) + head) * headWidth)..(((which * heads) + head + 1) * headWidth)];
            Jet[][] mixed = [.. tokens.Select((_, n) => Enumerable.Range(0, heads).SelectMany(head =>
            {
                Jet[] chances = Softmax([.. tokens.Select((_, m) => Jet.Dot(Part(n, 0, head), Part(m, 1, head)) * (1 / Math.Sqrt(headWidth)))]);
                return Enumerable.Range(0, headWidth).Select(d => Jet.Dot(chances, [.. tokens.Select((_, m) => Part(m, 2, head)[d])]));
            }).ToArray())];
            return Linear(mixed, width, bias: false);
        })];
    }

    internal static Jet[] Softmax(Jet[] row)
    {
        Jet[] powers = [.. row.Select(x => x.Exp())];
        Jet sum = Jet.Sum(powers);
        return [.. powers.Select(x => x / sum)];
    }

    internal static Jet[][] Map(Jet[][] rows, Func<Jet, Jet> function) => [.. rows.Select(row => Array.ConvertAll(row, x => function(x)))];

    private static Jet[] Normalize(Jet[] values)
    {
        Jet mean = Jet.Sum(values) * (1.0 / values.Length);
        Jet[] centred = [.. values.Select(x => x - mean)];
        Jet factor = ((Jet.Dot(centred, centred) * (1.0 / values.Length)) + 1e-5).Power(-0.5);
        return [.. centred.Select(x => x * factor)];
    }
}
