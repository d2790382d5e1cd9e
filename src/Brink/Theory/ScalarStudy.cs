using System.Collections.Concurrent;
using Brink.Data;

namespace Brink.Theory;

/// <summary>How one run stood to the theorem of Kreisler et al.</summary>
/// <param name="Unmet">The hypothesis that was not met, at the start or later; null where all were met all along.</param>
/// <param name="LargestExcess">The largest rise of φ over one step beyond the arithmetic's tolerance, up to where a hypothesis failed; at most 0 where it never rose.</param>
/// <param name="EndProduct">φη at the end.</param>
/// <param name="Steps">Steps compared.</param>
public sealed record ScalarRun(string? Unmet, double LargestExcess, double? EndProduct, int Steps)
{
    /// <summary>The verdict table.</summary>
    public IReadOnlyList<Verdict> Verdicts() =>
    [
        Verdict.Of(
            "φ falls (Kreisler et al. 2023)", "in the positive orthant, from φ₀η in (2, 2√2), φ never rises", Unmet,
            () => LargestExcess <= 0 ? $"{Steps} steps, none beyond the tolerance of the arithmetic" : $"rose by up to {LargestExcess:G3} beyond the tolerance",
            () => LargestExcess <= 0),
    ];
}

/// <summary>Counts over many random starts of one depth.</summary>
/// <param name="Depth">D.</param>
/// <param name="Starts">Starts with φ₀η in (2, 2√2) in the positive orthant.</param>
/// <param name="InHypotheses">Those that stayed in the orthant all along.</param>
/// <param name="Rose">Those among them in which φ rose beyond the tolerance.</param>
/// <param name="AtTheEdge">Those among them that ended with φη between 1.5 and 2.05.</param>
/// <param name="LargestExcess">The largest rise of φ beyond the tolerance; at most 0 where none rose.</param>
public sealed record ScalarCount(int Depth, int Starts, int InHypotheses, int Rose, int AtTheEdge, double LargestExcess);

/// <summary>The monotone decrease of φ, checked on one run and on many.</summary>
public static class ScalarStudy
{
    /// <summary>The end of φη that counts as the edge.</summary>
    public const double EdgeBegins = 1.5;

    /// <summary>The end of φη that counts as the edge.</summary>
    public const double EdgeEnds = 2.05;

    /// <summary>Judges a run.</summary>
    /// <param name="descent">How it was run.</param>
    /// <param name="points">Its points.</param>
    public static ScalarRun Judge(ScalarDescent descent, IEnumerable<ScalarPoint> points)
    {
        ArgumentNullException.ThrowIfNull(descent);
        ArgumentNullException.ThrowIfNull(points);
        ScalarPoint? before = null;
        double excess = double.NegativeInfinity;
        int steps = 0;
        string? unmet = null;
        foreach (ScalarPoint point in points)
        {
            unmet ??= Unmet(descent, point);
            if (unmet is null && before is not null)
            {
                double tolerance = descent.RisingTolerance(before.Weights, point.Weights, descent.Network.FlowLimit(point.Weights));
                excess = Math.Max(excess, point.GfsSharpness!.Value - before.GfsSharpness!.Value - tolerance);
                steps++;
            }

            before = point;
        }

        return new ScalarRun(unmet, excess, before?.GfsSharpness * descent.StepSize, steps);
    }

    /// <summary>Runs many random starts on all cores: uniform in (0.05, 3)^D, with η so that φ₀η is uniform in (2, 2√2).</summary>
    /// <param name="depth">D, at least 2.</param>
    /// <param name="starts">How many.</param>
    /// <param name="iterations">Steps from each.</param>
    /// <param name="seed">Fixes them.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ScalarCount Count(int depth, int starts, int iterations, ulong seed, CancellationToken cancellation)
    {
        var network = new ScalarNetwork(depth);
        ConcurrentBag<ScalarRun> runs = [];
        Parallel.For(0, starts, new ParallelOptions { CancellationToken = cancellation }, start =>
        {
            var bits = new Xoshiro256(seed + (0x9E3779B97F4A7C15UL * (ulong)(start + 1)) + (ulong)depth);
            double[] w = [.. Enumerable.Range(0, depth).Select(_ => 0.05 + (2.95 * NormalDraw.Uniform(bits)))];
            double product = 2 + ((Math.Sqrt(8) - 2) * (1 - NormalDraw.Uniform(bits)));
            double eta = Math.Min(product, Math.BitDecrement(Math.Sqrt(8))) / network.FlowLimitSharpness(w);
            runs.Add(Follow(network, eta, w, iterations));
        });
        ScalarRun[] inside = [.. runs.Where(run => run.Unmet is null)];
        return new ScalarCount(
            depth, starts, inside.Length, inside.Count(run => run.LargestExcess > 0),
            inside.Count(run => run.EndProduct is >= EdgeBegins and <= EdgeEnds),
            inside.Select(run => run.LargestExcess).DefaultIfEmpty(double.NegativeInfinity).Max());
    }

    /// <summary>Runs gradient descent and judges it, without keeping the points.</summary>
    internal static ScalarRun Follow(ScalarNetwork network, double eta, double[] start, int iterations) =>
        Judge(new ScalarDescent(network, eta), Light(network, eta, [.. start], iterations));

    /// <summary>What the theorem asks of a point; null where it is met.</summary>
    private static string? Unmet(ScalarDescent descent, ScalarPoint point)
    {
        if (descent.Network.Dimension < 2)
        {
            return "the depth is 1: f is a parabola, with φ = 1 everywhere";
        }

        if (descent.Network.Target != 1)
        {
            return $"the target is {descent.Network.Target}, not 1";
        }

        if (!point.IsFinite || point.Weights.Any(weight => !(weight > 0)))
        {
            return $"iterate {point.Iteration} lies outside the positive orthant";
        }

        if (point.GfsSharpness is null)
        {
            return $"φ overflows at iterate {point.Iteration}";
        }

        double product = point.GfsSharpness.Value * descent.StepSize;
        return point.Iteration > 0 || (product > 2 && product < Math.Sqrt(8)) ? null : $"φ₀η = {product:G5} is not in (2, 2√2)";
    }

    /// <summary>The run without the sharpness at each point, which the theorem does not ask for; it ends where it leaves the orthant.</summary>
    private static IEnumerable<ScalarPoint> Light(ScalarNetwork network, double eta, double[] w, int iterations)
    {
        double[] gradient = new double[w.Length];
        for (int k = 0; k <= iterations; k++)
        {
            bool inside = w.All(weight => weight > 0 && double.IsFinite(weight));
            double? phi = inside ? network.FlowLimitSharpness(w) : null;
            yield return new ScalarPoint(k, [.. w], inside ? network.Value(w) : double.NaN, 0, phi);
            if (!inside)
            {
                yield break;
            }

            network.Gradient(w, gradient);
            for (int i = 0; i < w.Length; i++)
            {
                w[i] -= eta * gradient[i];
            }
        }
    }
}
