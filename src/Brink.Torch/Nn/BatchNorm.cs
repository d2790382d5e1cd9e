namespace Brink.Torch.Nn;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy 2015): γ (x − mean) / √(variance + ε) + β for each channel, over the samples
/// and positions of the batch.
/// </summary>
/// <remarks>
/// <para>In training mode the batch's own mean and (biased) variance are used and nothing else happens: a forward pass
/// has no side effect, so that evaluating an objective twice gives the same number and changes nothing. PyTorch's
/// running average of the batches seen on the way does not exist here.</para>
/// <para>In evaluation mode (<see cref="Module.Train"/> with false) recorded statistics are used. They are buffers under
/// PyTorch's names, empty at first and filled only on demand by <see cref="BatchStatistics.Record"/> (or by loading
/// values into <see cref="Module.NamedBuffers"/>).</para>
/// </remarks>
public abstract class BatchNorm : Module
{
    private readonly double _epsilon;
    private readonly int _dimensions;

    /// <summary>Makes the layer's parameters and buffers.</summary>
    /// <param name="channels">Number of channels.</param>
    /// <param name="epsilon">ε, added to the variance.</param>
    /// <param name="dimensions">Dimensions of the input.</param>
    private protected BatchNorm(long channels, double epsilon, int dimensions)
    {
        _epsilon = epsilon;
        _dimensions = dimensions;
        Weight = AddParameter("weight", channels);
        Bias = AddParameter("bias", channels);
        RunningMean = AddBuffer("running_mean", channels);
        RunningVariance = AddBuffer("running_var", channels);
        BatchesTracked = AddBuffer("num_batches_tracked");
    }

    /// <summary>γ, one number per channel.</summary>
    public Parameter Weight { get; }

    /// <summary>β, one number per channel.</summary>
    public Parameter Bias { get; }

    /// <summary>Recorded mean of each channel.</summary>
    public ModuleBuffer RunningMean { get; }

    /// <summary>Recorded variance of each channel, unbiased within each batch as PyTorch records it.</summary>
    public ModuleBuffer RunningVariance { get; }

    /// <summary>How many batches the recorded statistics average; Int64.</summary>
    public ModuleBuffer BatchesTracked { get; }

    /// <inheritdoc/>
    protected override bool UsesBatchStatistics => Training;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The input has another number of dimensions, or a training batch has one value per channel, whose variance is none.
    /// </exception>
    /// <exception cref="InvalidOperationException">Evaluation mode, and no statistics were recorded.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        long[] shape = input.Shape;
        if (shape.Length != _dimensions)
        {
            throw new ArgumentException(
                $"this batch normalisation takes {_dimensions} dimensions; the input has shape [{string.Join(", ", shape)}]", nameof(input));
        }

        if (!Training && !BatchStatistics.IsRecording)
        {
            return input.BatchNormalization(
                Weight.Value, Bias.Value, Recorded(RunningMean, input), Recorded(RunningVariance, input), false, 0, _epsilon);
        }

        if (SharedBatchStatistics.Current is { } shared)
        {
            return ForwardShared(input, shared);
        }

        if (input.Count == shape[1])
        {
            throw new ArgumentException(
                $"batch normalisation needs more than one value per channel; a batch of shape [{string.Join(", ", shape)}] has one", nameof(input));
        }

        return BatchStatistics.IsRecording
            ? ForwardAndRecord(input)
            : input.BatchNormalization(Weight.Value, Bias.Value, null, null, true, 0, _epsilon);
    }

    /// <inheritdoc/>
    /// <remarks>γ = 1 and β = 0, without drawing.</remarks>
    public override void DrawDefault(WeightDraw draw)
    {
        draw.Constant(Weight, 1);
        draw.Constant(Bias, 0);
    }

    /// <summary>Forgets the recorded statistics.</summary>
    internal void Forget()
    {
        RunningMean.Value = null;
        RunningVariance.Value = null;
        BatchesTracked.Value = null;
    }

    /// <summary>Takes in what the other ranks recorded, each batch counting alike.</summary>
    internal void AverageOver(ProcessGroup group)
    {
        double here = BatchesTracked.Value!.Item();
        double all = group.Sum(here);
        foreach (ModuleBuffer buffer in (ModuleBuffer[])[RunningMean, RunningVariance])
        {
            using var scope = new TensorScope();
            Tensor sum = buffer.Value! * (here / all);
            group.SumInPlace(sum);
            buffer.Value!.CopyFrom(sum);
        }

        BatchesTracked.Value.Fill(all);
    }

    private static Tensor Recorded(ModuleBuffer buffer, Tensor input) =>
        (buffer.Value ?? throw new InvalidOperationException(
            "no batch statistics are recorded; record them on the training samples before evaluating with them"))
        .To(input.Device).To(input.Type);

    /// <summary>
    /// The mean first and the variance about it after, each a sum over the ranks: sums of x² would lose the digits of a channel
    /// whose mean is far from zero.
    /// </summary>
    private Tensor ForwardShared(Tensor input, SharedBatchStatistics shared)
    {
        long channels = input.Shape[1];
        long count = shared.Count(input.Count / channels);
        if (count < 2)
        {
            throw new ArgumentException("batch normalisation needs more than one value per channel; the batch of all ranks has one", nameof(input));
        }

        long[] along = [.. Enumerable.Range(0, _dimensions).Where(dimension => dimension != 1)];
        long[] places = [.. Enumerable.Range(0, _dimensions).Select(dimension => dimension == 1 ? channels : 1)];
        Tensor mean = shared.Sum(input.Sum(along)) * (1.0 / count);
        Tensor centred = input - mean.View(places);
        Tensor variance = shared.Sum((centred * centred).Sum(along)) * (1.0 / count);
        if (BatchStatistics.IsRecording)
        {
            // The one batch: its statistics are all there is to average.
            Forget();
            RunningMean.Value = mean.Detach().Clone();
            RunningVariance.Value = variance.Detach() * (count / (count - 1.0));
            BatchesTracked.Value = Tensor.Full([], 1, ScalarType.Int64);
        }

        Tensor scale = Weight.Value / (variance + _epsilon).SquareRoot();
        return (centred * scale.View(places)) + Bias.Value.View(places);
    }

    /// <summary>
    /// The batch's statistics join the cumulative average: mean ← mean + (batch mean − mean) / t at the t-th batch, as
    /// in PyTorch with <c>momentum=None</c>.
    /// </summary>
    private Tensor ForwardAndRecord(Tensor input)
    {
        if (RunningMean.Value is null)
        {
            RunningMean.Value = Tensor.Zeros(RunningMean.Shape, input.Type, input.Device);
            RunningVariance.Value = Tensor.Full(RunningVariance.Shape, 1, input.Type, input.Device);
            BatchesTracked.Value = Tensor.Zeros([], ScalarType.Int64);
        }

        double batches = BatchesTracked.Value!.Item() + 1;
        BatchesTracked.Value.Fill(batches);
        return input.BatchNormalization(
            Weight.Value, Bias.Value, RunningMean.Value, RunningVariance.Value, true, 1 / batches, _epsilon);
    }
}

/// <summary>Batch normalisation of N × C × H × W over samples and positions, after <c>torch.nn.BatchNorm2d</c>.</summary>
/// <param name="channels">C.</param>
/// <param name="epsilon">ε, added to the variance.</param>
public sealed class BatchNorm2d(long channels, double epsilon = 1e-5) : BatchNorm(channels, epsilon, 4);

/// <summary>Batch normalisation of N × C over the samples, after <c>torch.nn.BatchNorm1d</c>.</summary>
/// <param name="channels">C.</param>
/// <param name="epsilon">ε, added to the variance.</param>
public sealed class BatchNorm1d(long channels, double epsilon = 1e-5) : BatchNorm(channels, epsilon, 2);
