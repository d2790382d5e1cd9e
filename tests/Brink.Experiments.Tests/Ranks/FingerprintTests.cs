namespace Brink.Experiments.Tests.Ranks;

/// <summary>Weights that differ in any bit have another fingerprint.</summary>
public sealed class FingerprintTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(75)]
    public void Every_bit_counts(int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(k => (byte)(7 * k))];
        double whole = Fingerprint.Of(bytes);
        Assert.Equal(whole, Fingerprint.Of([.. bytes]));
        HashSet<double> seen = [whole, Fingerprint.Of([.. bytes, 0])];
        for (int bit = 0; bit < 8 * length; bit++)
        {
            byte[] other = [.. bytes];
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            double mark = Fingerprint.Of(other);
            Assert.InRange(mark, 0, (1L << 48) - 1);
            Assert.Equal(Math.Floor(mark), mark);
            Assert.True(seen.Add(mark), $"bit {bit} makes no difference");
        }
    }

    [Fact]
    public void Places_count_also_across_lanes()
    {
        byte[] bytes = [.. Enumerable.Range(0, 128).Select(k => (byte)k)];
        HashSet<double> seen = [Fingerprint.Of(bytes)];
        for (int first = 0; first < 128; first += 8)
        {
            for (int second = first + 8; second < 128; second += 8)
            {
                byte[] swapped = [.. bytes];
                bytes.AsSpan(first, 8).CopyTo(swapped.AsSpan(second));
                bytes.AsSpan(second, 8).CopyTo(swapped.AsSpan(first));
                Assert.True(seen.Add(Fingerprint.Of(swapped)), $"words at {first} and {second} are the same exchanged");
            }
        }
    }
}
