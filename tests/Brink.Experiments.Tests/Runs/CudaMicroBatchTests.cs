namespace Brink.Experiments.Tests.Runs;

/// <summary>How many samples fit into a GPU, by the arithmetic that two probes of 64 and 192 samples allow.</summary>
public sealed class CudaMicroBatchTests
{
    private const long Mega = 1_000_000;

    [Theory]

    // A sample takes 5 MB, so 5,000 take 25 GB.
    [InlineData(5000, 80_000, 5000)]
    [InlineData(5000, 40_000, 5000)]

    // 0.8 × 16,000 − 1,000 − 24 × 100 leaves 9,400 MB: 1,880 samples, so three parts.
    [InlineData(5000, 16_000, 1667)]

    // Nothing is left: one sample at a time is what there is to try.
    [InlineData(5000, 3_000, 1)]
    public void Whole_where_it_fits_else_the_fewest_equal_parts(int samples, long freeMega, int expected) =>
        Assert.Equal(expected, CudaMicroBatch.Largest(samples, 1320 * Mega, 1960 * Mega, 100 * Mega, freeMega * Mega));

    [Fact]
    public void Whole_where_nothing_could_be_counted() => Assert.Equal(5000, CudaMicroBatch.Largest(5000, 0, 0, 100 * Mega, 16_000 * Mega));
}
