namespace Brink.Curvature;

/// <summary>A mean over independent samples with what is known of its error.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">s/√n with the samples' own deviation s (n − 1 degrees of freedom); NaN for a single sample.</param>
public readonly record struct SampleMean(double Mean, double StandardError)
{
    /// <summary>The mean of samples.</summary>
    /// <param name="samples">At least one.</param>
    /// <returns>Mean and standard error.</returns>
    public static SampleMean Of(IReadOnlyCollection<double> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        double mean = samples.Average();
        double variance = samples.Sum(sample => (sample - mean) * (sample - mean)) / (samples.Count - 1.0);
        return new SampleMean(mean, samples.Count == 1 ? double.NaN : Math.Sqrt(variance / samples.Count));
    }
}
