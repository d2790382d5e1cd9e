namespace Brink.Experiments;

/// <content>Stochastic training.</content>
public sealed partial record Specification
{
    /// <summary>Samples of a stochastic step; 0 for all.</summary>
    public int BatchSize
    {
        get => Value(BatchFields.BatchSize);
        init => Set(BatchFields.BatchSize, value);
    }

    /// <summary>Iterations between measurements of λ₁ of the batches; 0 for never.</summary>
    public int BatchSharpnessEvery
    {
        get => Value(BatchFields.SharpnessEvery);
        init => Set(BatchFields.SharpnessEvery, value);
    }

    /// <summary>How many of the epoch's batches it is measured on; 0 for all.</summary>
    public int BatchSharpnessBatches
    {
        get => Value(BatchFields.SharpnessBatches);
        init => Set(BatchFields.SharpnessBatches, value);
    }

    /// <summary>Whether steps take random batches instead of all samples.</summary>
    internal bool IsStochastic => BatchFields.BatchSize.AppliesTo(this) && BatchSize > 0;

    /// <summary>Steps of an epoch, the last of which may take fewer samples.</summary>
    /// <param name="samples">N.</param>
    internal int StepsPerEpoch(long samples) => (int)((samples + BatchSize - 1) / BatchSize);

    /// <summary>Passes over the samples that so many steps make.</summary>
    /// <param name="steps">k.</param>
    /// <param name="samples">N.</param>
    internal double EpochsOf(long steps, long samples)
    {
        long perEpoch = StepsPerEpoch(samples);
        return (steps / perEpoch) + ((double)(steps % perEpoch) * BatchSize / samples);
    }
}
