namespace Brink.Experiments.Planning;

/// <summary>What grows with the samples that a rank holds: seconds or bytes, a + b·n.</summary>
/// <param name="Fixed">a, whatever the samples; at least 0.</param>
/// <param name="PerSample">b, for each sample; at least 0.</param>
public sealed record SampleCost(double Fixed, double PerSample)
{
    /// <summary>The cost for some samples.</summary>
    /// <param name="samples">n.</param>
    public double For(double samples) => Fixed + (PerSample * samples);

    /// <summary>The line through two measurements; neither part is ever negative, whatever the noise in them.</summary>
    /// <param name="fewer">Samples and cost of the smaller measurement.</param>
    /// <param name="more">Those of the larger one; where it has no more samples, all of its cost is taken to grow with them.</param>
    /// <returns>The cost; exact at <paramref name="more"/>.</returns>
    public static SampleCost Through((double Samples, double Cost) fewer, (double Samples, double Cost) more)
    {
        if (more.Samples <= fewer.Samples)
        {
            return new SampleCost(0, more.Cost / Math.Max(1, more.Samples));
        }

        double slope = Math.Clamp((more.Cost - fewer.Cost) / (more.Samples - fewer.Samples), 0, more.Cost / more.Samples);
        return new SampleCost(more.Cost - (slope * more.Samples), slope);
    }
}
