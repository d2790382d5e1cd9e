using System.Numerics;

namespace Brink.Data;

/// <summary>The mean and the standard deviation of each channel, of pixel/255 for bytes and of the values for real numbers.</summary>
/// <param name="Mean">Length C.</param>
/// <param name="Deviation">Length C, all positive; of the population, √(Σ(x − mean)²/n).</param>
public sealed record Standardisation(double[] Mean, double[] Deviation)
{
    /// <summary>Measures the channels of images, exactly but for the last rounding: from the count of each of the 256 values.</summary>
    internal static Standardisation OfPixels(ReadOnlySpan<byte> pixels, int channels, int area, string what)
    {
        long[] counts = new long[channels * 256];
        for (int start = 0, c = 0; start < pixels.Length; start += area, c = (c + 1) % channels)
        {
            Span<long> counted = counts.AsSpan(c * 256, 256);
            foreach (byte pixel in pixels.Slice(start, area))
            {
                counted[pixel]++;
            }
        }

        double[] mean = new double[channels];
        double[] deviation = new double[channels];
        double total = (double)pixels.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            long[] counted = counts[(c * 256)..((c + 1) * 256)];
            mean[c] = counted.Select((count, value) => (double)count * value).Sum() / total;
            deviation[c] = Math.Sqrt(counted.Select((count, value) => count * (value - mean[c]) * (value - mean[c])).Sum() / total) / 255;
            mean[c] /= 255;
        }

        return Varying(mean, deviation, what);
    }

    /// <summary>Measures the channels of real numbers, the mean first and then the deviations from it.</summary>
    internal static Standardisation OfNumbers<T>(ReadOnlySpan<T> values, int channels, int area, string what)
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        double[] mean = new double[channels];
        double[] deviation = new double[channels];
        double total = (double)values.Length / channels;
        for (int start = 0, c = 0; start < values.Length; start += area, c = (c + 1) % channels)
        {
            foreach (T value in values.Slice(start, area))
            {
                mean[c] += double.CreateTruncating(value) / total;
            }
        }

        for (int start = 0, c = 0; start < values.Length; start += area, c = (c + 1) % channels)
        {
            foreach (T value in values.Slice(start, area))
            {
                double off = double.CreateTruncating(value) - mean[c];
                deviation[c] += off * off / total;
            }
        }

        return Varying(mean, [.. deviation.Select(Math.Sqrt)], what);
    }

    private static Standardisation Varying(double[] mean, double[] deviation, string what)
    {
        int constant = Array.FindIndex(deviation, d => !(d > 0 && double.IsFinite(d)));
        return constant < 0
            ? new Standardisation(mean, deviation)
            : throw new BrinkException(
                $"{what}: channel {constant} has no spread to standardise by (standard deviation {deviation[constant]:R}); give mean and standard-deviation");
    }
}
