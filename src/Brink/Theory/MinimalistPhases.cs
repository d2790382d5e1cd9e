namespace Brink.Theory;

/// <summary>When each phase of a run on the minimalist example begins; null for a phase that it does not reach.</summary>
/// <param name="ProgressiveSharpening">
/// 0 where the start lies below the edge, S·η &lt; 2, and the sharpness first rises above its start's.
/// </param>
/// <param name="EdgeOfStability">The first iteration with S·η ≥ 2: the crossing.</param>
/// <param name="Convergence">
/// The first iteration from which on S·η and φ·η stay below 2 and S within 1 % of φ, the sharpness of the minimum that the flow leads to:
/// nothing is left to be stabilised. It must last for the last tenth of the run at least.
/// </param>
public sealed record MinimalistPhases(int? ProgressiveSharpening, int? EdgeOfStability, int? Convergence)
{
    private const double SettledWithin = 0.01;
    private const double LastingPart = 0.1;

    /// <summary>Finds the phases.</summary>
    /// <param name="points">The run, from iteration 0.</param>
    /// <param name="stepSize">η.</param>
    public static MinimalistPhases Find(IReadOnlyList<MinimalistPoint> points, double stepSize)
    {
        ArgumentNullException.ThrowIfNull(points);
        int? crossing = null;
        int settled = points.Count;
        double largest = double.NegativeInfinity;
        for (int k = points.Count - 1; k >= 0; k--)
        {
            MinimalistPoint point = points[k];
            crossing = point.Sharpness * stepSize >= 2 ? k : crossing;
            largest = Math.Max(largest, point.Sharpness);
            bool calm = point.Sharpness * stepSize < 2 && point.GfsSharpness is { } phi && phi * stepSize < 2
                && Math.Abs(point.Sharpness - phi) <= SettledWithin * phi;
            settled = calm && settled == k + 1 ? k : settled;
        }

        bool sharpens = points.Count > 0 && crossing != 0 && largest > points[0].Sharpness;
        bool lasts = points.Count > 1 && points.Count - settled >= LastingPart * points.Count;
        return new MinimalistPhases(sharpens ? 0 : null, crossing, lasts ? settled : null);
    }
}
