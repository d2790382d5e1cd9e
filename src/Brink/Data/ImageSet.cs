namespace Brink.Data;

/// <summary>
/// Labelled images held as the bytes of the official files, N×C×H×W with the channel before the row before the column,
/// and the channel statistics that standardise them. One byte a pixel: 5,000 CIFAR images take 15 MB; the
/// floating-point inputs are made on request in the precision of the run.
/// </summary>
public sealed class ImageSet : SampleSet
{
    private readonly byte[] _pixels;
    private double[]? _doubleTable;
    private float[]? _singleTable;

    /// <summary>Wraps samples already in memory.</summary>
    /// <param name="traits">Shape, classes and statistics.</param>
    /// <param name="split"><c>train</c> or <c>test</c>, or any name for a set of one's own.</param>
    /// <param name="pixels">N·C·H·W bytes, 0 … 255; kept, not copied.</param>
    /// <param name="labels">N labels, 0 … K − 1; kept, not copied.</param>
    /// <param name="sampleIndices">Each sample's place in the official order; 0 … N − 1 when omitted.</param>
    /// <exception cref="ArgumentException">Lengths disagree, or a label or a statistic is out of range.</exception>
    public ImageSet(ImageSetTraits traits, string split, byte[] pixels, int[] labels, int[]? sampleIndices = null)
        : base(traits, split, pixels?.LongLength ?? 0, labels, sampleIndices) =>
        _pixels = pixels ?? throw new ArgumentNullException(nameof(pixels));

    /// <summary>All pixels, N×C×H×W, as they are on disk.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>The C·H·W pixel bytes of one sample.</summary>
    /// <param name="sample">0 … N − 1: its place in this set.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    public ReadOnlySpan<byte> PixelsOf(int sample) => _pixels.AsSpan(RequireSample(sample) * SampleLength, SampleLength);

    /// <summary>The samples of some classes, which become the classes 0, 1, … of a smaller set; the statistics stay those of the whole.</summary>
    /// <param name="classes">Labels kept, each once, in the order of their new labels.</param>
    /// <exception cref="BrinkException">There is no such class.</exception>
    public ImageSet Only(IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        int unknown = classes.FirstOrDefault(label => label < 0 || label >= Classes, -1);
        if (unknown >= 0)
        {
            throw new BrinkException($"{Name} has no class {unknown}: its classes are 0 to {Classes - 1}");
        }

        Dictionary<int, int> renamed = classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        ImageSetTraits traits = Traits with { Classes = classes.Count, ClassNames = ClassNames is { } names ? [.. classes.Select(label => names[label])] : null };
        int[] places = [.. Enumerable.Range(0, Count).Where(n => renamed.ContainsKey(Labels[n]))];
        return At(traits, places, label => renamed[label]);
    }

    /// <summary>The samples at some places, with labels of their own.</summary>
    internal ImageSet At(ImageSetTraits traits, int[] places, Func<int, int> label)
    {
        byte[] pixels = new byte[places.Length * SampleLength];
        for (int n = 0; n < places.Length; n++)
        {
            PixelsOf(places[n]).CopyTo(pixels.AsSpan(n * SampleLength));
        }

        return new ImageSet(
            traits, Split, pixels, [.. places.Select(place => label(Labels[place]))], [.. places.Select(place => SampleIndices[place])]);
    }

    /// <inheritdoc/>
    public override void CopyStandardised(ReadOnlySpan<int> samples, Span<double> destination) =>
        CopyThroughTable(_doubleTable ??= DoubleTable(), samples, destination);

    /// <inheritdoc/>
    public override void CopyStandardised(ReadOnlySpan<int> samples, Span<float> destination) =>
        CopyThroughTable(_singleTable ??= SingleTable(), samples, destination);

    // A pixel has 256 values, so one table a channel holds every standardised value there is: exact, and faster than
    // two roundings a pixel.
    private double[] DoubleTable()
    {
        double[] table = new double[Channels * 256];
        for (int c = 0; c < Channels; c++)
        {
            for (int value = 0; value < 256; value++)
            {
                table[(c * 256) + value] = ((value / 255.0) - Traits.Mean[c]) / Traits.StandardDeviation[c];
            }
        }

        return table;
    }

    private float[] SingleTable()
    {
        float[] table = new float[Channels * 256];
        for (int c = 0; c < Channels; c++)
        {
            float mean = (float)Traits.Mean[c];
            float deviation = (float)Traits.StandardDeviation[c];
            for (int value = 0; value < 256; value++)
            {
                float scaled = value / 255f;
                float centred = scaled - mean;
                table[(c * 256) + value] = centred / deviation;
            }
        }

        return table;
    }

    private void CopyThroughTable<T>(T[] table, ReadOnlySpan<int> samples, Span<T> destination)
    {
        RequireRoom((long)samples.Length * SampleLength, destination.Length);
        int area = Height * Width;
        for (int n = 0; n < samples.Length; n++)
        {
            ReadOnlySpan<byte> source = PixelsOf(samples[n]);
            Span<T> target = destination.Slice(n * SampleLength, SampleLength);
            for (int c = 0; c < Channels; c++)
            {
                ReadOnlySpan<T> values = table.AsSpan(c * 256, 256);
                ReadOnlySpan<byte> plane = source.Slice(c * area, area);
                Span<T> written = target.Slice(c * area, area);
                for (int i = 0; i < area; i++)
                {
                    written[i] = values[plane[i]];
                }
            }
        }
    }
}
