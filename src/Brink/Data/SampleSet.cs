namespace Brink.Data;

/// <summary>Labelled samples of one shape, N×C×H×W, and the channel statistics that standardise them.</summary>
public abstract class SampleSet
{
    /// <summary>Checks and keeps what all kinds of samples have.</summary>
    /// <param name="traits">Shape, classes and statistics.</param>
    /// <param name="split"><c>train</c> or <c>test</c>, or any name for a set of one's own.</param>
    /// <param name="values">Number of values given, N·C·H·W.</param>
    /// <param name="labels">N labels, 0 … K − 1; kept, not copied.</param>
    /// <param name="sampleIndices">Each sample's place in the order of its split; 0 … N − 1 when omitted.</param>
    /// <exception cref="ArgumentException">Lengths disagree, or a label or a statistic is out of range.</exception>
    private protected SampleSet(ImageSetTraits traits, string split, long values, int[] labels, int[]? sampleIndices)
    {
        ArgumentNullException.ThrowIfNull(traits);
        ArgumentNullException.ThrowIfNull(labels);
        if (values != (long)labels.Length * traits.SampleLength)
        {
            throw new ArgumentException(
                $"{labels.Length} samples of {traits.Channels}×{traits.Height}×{traits.Width} take "
                + $"{(long)labels.Length * traits.SampleLength} values, given {values}", nameof(values));
        }

        if (sampleIndices is not null && sampleIndices.Length != labels.Length)
        {
            throw new ArgumentException(
                $"{sampleIndices.Length} sample indices for {labels.Length} samples", nameof(sampleIndices));
        }

        if (traits.Mean.Length != traits.Channels || traits.StandardDeviation.Length != traits.Channels)
        {
            throw new ArgumentException($"one mean and one deviation for each of {traits.Channels} channels", nameof(traits));
        }

        if (!Array.TrueForAll(traits.Mean, double.IsFinite)
            || !Array.TrueForAll(traits.StandardDeviation, s => double.IsFinite(s) && s > 0))
        {
            throw new ArgumentException("means must be finite and deviations positive", nameof(traits));
        }

        int wrong = Array.FindIndex(labels, label => label < 0 || label >= traits.Classes);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"label {labels[wrong]} of sample {wrong} is outside 0 to {traits.Classes - 1}", nameof(labels));
        }

        Traits = traits;
        Split = split;
        Labels = labels;
        SampleIndices = sampleIndices ?? [.. Enumerable.Range(0, labels.Length)];
    }

    /// <summary>Shape, classes and statistics in one value.</summary>
    public ImageSetTraits Traits { get; }

    /// <summary>The set's name, e.g. <c>fashion-mnist</c>.</summary>
    public string Name => Traits.Name;

    /// <summary>The split the samples come from.</summary>
    public string Split { get; }

    /// <summary>N, the number of samples held.</summary>
    public int Count => Labels.Length;

    /// <summary>K, the number of classes.</summary>
    public int Classes => Traits.Classes;

    /// <summary>C, channels.</summary>
    public int Channels => Traits.Channels;

    /// <summary>H, in pixels.</summary>
    public int Height => Traits.Height;

    /// <summary>W, in pixels.</summary>
    public int Width => Traits.Width;

    /// <summary>C·H·W, the length of one input.</summary>
    public int SampleLength => Traits.SampleLength;

    /// <summary>Channel means, of pixel/255 for images; length C.</summary>
    public IReadOnlyList<double> Mean => Traits.Mean;

    /// <summary>Channel standard deviations, of pixel/255 for images; length C.</summary>
    public IReadOnlyList<double> StandardDeviation => Traits.StandardDeviation;

    /// <summary>Class names in the order of the labels, where known.</summary>
    public IReadOnlyList<string>? ClassNames => Traits.ClassNames;

    /// <summary>The label of each sample, 0 … K − 1.</summary>
    public int[] Labels { get; }

    /// <summary>Where each sample stands in the official order of its split.</summary>
    public int[] SampleIndices { get; }

    /// <summary>Writes (value − mean)/std of the given samples in double arithmetic, each operation rounded once.</summary>
    /// <param name="samples">Places in this set, 0 … N − 1, in any order, repeats allowed.</param>
    /// <param name="destination">Receives samples.Length × C×H×W values; at least that long.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    public abstract void CopyStandardised(ReadOnlySpan<int> samples, Span<double> destination);

    /// <summary>
    /// Writes (value − mean)/std of the given samples in single precision: values and statistics are rounded to float32 first
    /// and each operation is rounded once, as PyTorch computes it on a float32 tensor.
    /// </summary>
    /// <param name="samples">Places in this set, 0 … N − 1, in any order, repeats allowed.</param>
    /// <param name="destination">Receives samples.Length × C×H×W values; at least that long.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    public abstract void CopyStandardised(ReadOnlySpan<int> samples, Span<float> destination);

    /// <summary>Writes the labels of the given samples as the 64-bit integers that losses take.</summary>
    /// <param name="samples">Places in this set, 0 … N − 1.</param>
    /// <param name="destination">Receives samples.Length labels; at least that long.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void CopyLabels(ReadOnlySpan<int> samples, Span<long> destination)
    {
        RequireRoom(samples.Length, destination.Length);
        for (int n = 0; n < samples.Length; n++)
        {
            destination[n] = Labels[samples[n]];
        }
    }

    private protected int RequireSample(int sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, Count);
        return sample;
    }

    private protected static void RequireRoom(long needed, int destination)
    {
        if (destination < needed)
        {
            throw new ArgumentException($"the destination holds {destination} values, {needed} are needed", nameof(destination));
        }
    }
}
