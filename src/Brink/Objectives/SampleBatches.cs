using Brink.Torch;

namespace Brink.Objectives;

/// <summary>The samples of an objective, cut into micro-batches that lie ready in memory.</summary>
public sealed class SampleBatches : IDisposable
{
    private readonly Tensor[] _inputs;
    private readonly Tensor[] _targets;
    private readonly Tensor[] _labels;
    private readonly bool _borrowed;

    /// <summary>Cuts samples into micro-batches.</summary>
    /// <param name="inputs">N × … inputs, on the device and in the precision of the objective. Copied.</param>
    /// <param name="labels">N classes, Int64, there too. Copied.</param>
    /// <param name="outputs">K.</param>
    /// <param name="loss">The loss, which decides between one-hot rows and labels.</param>
    /// <param name="microBatch">Samples per micro-batch; the last one may be smaller.</param>
    /// <param name="channelsLast">Whether four-dimensional inputs are laid out channels innermost.</param>
    public SampleBatches(Tensor inputs, Tensor labels, int outputs, LossFunction loss, long microBatch, bool channelsLast)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentOutOfRangeException.ThrowIfLessThan(microBatch, 1);
        Samples = inputs.Shape[0];
        MicroBatch = Math.Min(microBatch, Samples);
        int count = (int)((Samples + MicroBatch - 1) / MicroBatch);
        _inputs = new Tensor[count];
        _targets = new Tensor[count];
        _labels = new Tensor[count];
        MemoryFormat format = channelsLast && inputs.Dimensions == 4 ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        for (int k = 0; k < count; k++)
        {
            using var scope = new TensorScope();
            long start = k * MicroBatch;
            long length = Math.Min(MicroBatch, Samples - start);
            _inputs[k] = inputs.Narrow(0, start, length).Clone().Contiguous(format).Unscoped();
            _labels[k] = labels.Narrow(0, start, length).Clone().Unscoped();
            _targets[k] = loss.NeedsOneHotTargets ? OneHot(_labels[k], outputs, inputs.Type).Unscoped() : _labels[k];
        }
    }

    private SampleBatches(SampleBatches owner)
    {
        (_inputs, _targets, _labels) = (owner._inputs, owner._targets, owner._labels);
        (Samples, MicroBatch) = (owner.Samples, owner.MicroBatch);
        _borrowed = true;
    }

    private SampleBatches(Tensor[] inputs, Tensor[] targets, Tensor[] labels)
    {
        (_inputs, _targets, _labels) = (inputs, targets, labels);
        Samples = labels.Sum(part => part.Count);
        MicroBatch = labels.Max(part => part.Count);
    }

    /// <summary>N.</summary>
    public long Samples { get; }

    /// <summary>Samples per micro-batch; the most where they differ.</summary>
    public long MicroBatch { get; }

    /// <summary>Number of micro-batches.</summary>
    public int Count => _inputs.Length;

    /// <summary>Inputs of a micro-batch.</summary>
    /// <param name="index">Which.</param>
    /// <returns>The inputs.</returns>
    public Tensor Inputs(int index) => _inputs[index];

    /// <summary>Targets of a micro-batch, as the loss wants them.</summary>
    /// <param name="index">Which.</param>
    /// <returns>One-hot rows or labels.</returns>
    public Tensor Targets(int index) => _targets[index];

    /// <summary>Classes of the samples of a micro-batch.</summary>
    /// <param name="index">Which.</param>
    /// <returns>Int64 labels.</returns>
    public Tensor Labels(int index) => _labels[index];

    /// <summary>The same samples for another objective, on another thread perhaps; nothing is copied.</summary>
    /// <returns>Batches that these must outlive.</returns>
    public SampleBatches Borrow() => new(this);

    /// <summary>
    /// A copy of some samples, those of every <paramref name="parts"/>-th micro-batch in one micro-batch of their own: what a
    /// worker takes of the whole it takes of the part, in one piece.
    /// </summary>
    /// <param name="samples">Indices below <see cref="Samples"/>, at least one.</param>
    /// <param name="parts">The number of workers, at least 1.</param>
    /// <returns>Batches of their own; parts without a sample are left out.</returns>
    /// <exception cref="ArgumentException">There is no such sample, or none was named.</exception>
    public SampleBatches Gather(ReadOnlySpan<long> samples, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        long[] chosen = samples.ToArray();
        if (chosen.Length == 0 || chosen.Min() < 0 || chosen.Max() >= Samples)
        {
            throw new ArgumentException($"at least one sample is needed, each from 0 to {Samples - 1}", nameof(samples));
        }

        long[] starts = Starts();
        (int Batch, long[] Rows)[][] all =
        [
            .. chosen.GroupBy(sample => BatchOf(starts, sample)).OrderBy(group => group.Key)
                .Select(group => (group.Key, group.Select(sample => sample - starts[group.Key]).ToArray()))
                .GroupBy(group => group.Key % parts).OrderBy(part => part.Key).Select(part => part.ToArray()),
        ];
        Tensor[] labels = [.. all.Select(part => Rows(part, _labels))];
        Tensor[] targets = ReferenceEquals(_targets[0], _labels[0]) ? labels : [.. all.Select(part => Rows(part, _targets))];
        return new SampleBatches([.. all.Select(part => Rows(part, _inputs))], targets, labels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_borrowed)
        {
            return;
        }

        foreach (Tensor tensor in _inputs.Concat(_targets).Concat(_labels))
        {
            tensor.Dispose();
        }
    }

    /// <summary>Rows that are 1 at the class and 0 elsewhere.</summary>
    /// <param name="labels">Int64 classes.</param>
    /// <param name="outputs">K.</param>
    /// <param name="type">Precision of the rows.</param>
    /// <returns>N × K, owned by the current scope.</returns>
    public static Tensor OneHot(Tensor labels, int outputs, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(labels);
        long[] classes = labels.ToArray<long>();
        byte[] ones = new byte[classes.Length * outputs];
        for (int k = 0; k < classes.Length; k++)
        {
            ones[(k * outputs) + classes[k]] = 1;
        }

        return Tensor.From(ones, classes.Length, outputs).To(type).To(labels.Device);
    }

    /// <summary>The first sample of each micro-batch.</summary>
    internal long[] Starts()
    {
        long[] starts = new long[Count];
        for (int k = 1; k < starts.Length; k++)
        {
            starts[k] = starts[k - 1] + _labels[k - 1].Count;
        }

        return starts;
    }

    private static int BatchOf(long[] starts, long sample)
    {
        int place = Array.BinarySearch(starts, sample);
        return place >= 0 ? place : ~place - 1;
    }

    private static Tensor Rows((int Batch, long[] Rows)[] groups, Tensor[] from)
    {
        using var scope = new TensorScope();
        Tensor[] parts = [.. groups.Select(group => from[group.Batch].IndexSelect(0, Tensor.From(group.Rows).To(from[group.Batch].Device)))];
        return Tensor.Concatenate(parts, 0).Unscoped();
    }
}
