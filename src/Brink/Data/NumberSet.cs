using System.Numerics;

namespace Brink.Data;

/// <summary>Labelled samples of real numbers, N×C×H×W, in the precision of the file they came from.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NumberSet<T> : SampleSet
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _values;

    /// <summary>Wraps samples already in memory.</summary>
    /// <param name="traits">Shape, classes and statistics of the values as they are.</param>
    /// <param name="split"><c>train</c> or <c>test</c>.</param>
    /// <param name="values">N·C·H·W numbers; kept, not copied.</param>
    /// <param name="labels">N labels, 0 … K − 1; kept, not copied.</param>
    /// <param name="sampleIndices">Each sample's place in the file.</param>
    /// <exception cref="ArgumentException">Lengths disagree, or a label or a statistic is out of range.</exception>
    public NumberSet(ImageSetTraits traits, string split, T[] values, int[] labels, int[]? sampleIndices = null)
        : base(traits, split, values?.LongLength ?? 0, labels, sampleIndices) =>
        _values = values ?? throw new ArgumentNullException(nameof(values));

    /// <inheritdoc/>
    public override void CopyStandardised(ReadOnlySpan<int> samples, Span<double> destination) => Copy(samples, destination);

    /// <inheritdoc/>
    public override void CopyStandardised(ReadOnlySpan<int> samples, Span<float> destination) => Copy(samples, destination);

    private void Copy<TTarget>(ReadOnlySpan<int> samples, Span<TTarget> destination)
        where TTarget : struct, IBinaryFloatingPointIeee754<TTarget>
    {
        RequireRoom((long)samples.Length * SampleLength, destination.Length);
        int area = Height * Width;
        for (int n = 0; n < samples.Length; n++)
        {
            int sample = RequireSample(samples[n]);
            for (int c = 0; c < Channels; c++)
            {
                var mean = TTarget.CreateTruncating(Mean[c]);
                var deviation = TTarget.CreateTruncating(StandardDeviation[c]);
                ReadOnlySpan<T> source = _values.AsSpan((sample * SampleLength) + (c * area), area);
                Span<TTarget> target = destination.Slice((n * SampleLength) + (c * area), area);
                for (int i = 0; i < area; i++)
                {
                    target[i] = (TTarget.CreateTruncating(source[i]) - mean) / deviation;
                }
            }
        }
    }
}
