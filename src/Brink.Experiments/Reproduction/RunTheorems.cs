using System.Globalization;
using Brink.Curvature;
using Brink.Theory;

namespace Brink.Experiments.Reproduction;

/// <summary>The claims of <i>Flatland</i> (arXiv 2606.06722) that one run can be held against.</summary>
internal static class RunTheorems
{
    /// <summary>
    /// How far from ± pairs the eigenvalues below the first K may be in the median (<see cref="SpectrumPairing.Mismatch"/>). The paper gives no number.
    /// </summary>
    internal const double PairingTolerance = 0.2;

    private static readonly (string Name, Func<RunTrajectory, Verdict> Judge)[] s_all =
    [
        ("edge of stability", EdgeOfStability),
        ("flat region", FlatRegion),
        ("saddle", Saddle),
        ("large steps", run => StepVerdicts.Definition(run.Lines, run.Specification)),
        ("proposition 2.5", run => StepVerdicts.Proposition(run.Lines, run.Specification)),
        ("corollary 2.10", run => StepVerdicts.Corollary(run.Lines, run.Specification)),
    ];

    /// <summary>Their names in a file.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. s_all.Select(one => one.Name)];

    /// <summary>Judges a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="theorem">One of <see cref="Names"/>.</param>
    internal static Verdict Judge(RunTrajectory run, string theorem) => s_all.Single(one => one.Name == theorem).Judge(run);

    /// <summary>η_k·λ₁(w_k) ≥ 1 − c wherever it was measured, up to the residual of λ₁.</summary>
    private static Verdict EdgeOfStability(RunTrajectory run)
    {
        IReadOnlyList<(long Iteration, double Product)> products = run.Products;
        string? unmet = !MethodFields.Searches.Contains(run.Specification.Method, StringComparer.Ordinal) ? $"{run.Specification.Method} is no line search"
            : products.Count == 0 ? "λ₁ was not measured: set sharpness-every"
            : null;
        double least = (1 - run.Specification.C) * (1 - run.Specification.SharpnessTolerance);
        return Verdict.Of(
            "edge of stability (Flatland)", $"η·λ₁ ≥ 1 − c = {Show(1 - run.Specification.C)} throughout", unmet,
            () =>
            {
                (long iteration, double product) = products.MinBy(at => at.Product);
                int below = products.Count(at => at.Product < least);
                return $"least {Show(product)}, at iteration {iteration}" + (below == 0 ? $", of {products.Count} measurements" : $"; below in {below} of {products.Count} measurements");
            },
            () => products.All(at => at.Product >= least));
    }

    /// <summary>The sharpness comes down to its global minimum 2/K.</summary>
    private static Verdict FlatRegion(RunTrajectory run)
    {
        MetricsLine[] measured = [.. run.Lines.Where(line => line.Sharpness is not null)];
        string? unmet = run.UnmetByFlatRegion ?? (measured.Length == 0 ? "λ₁ was not measured: set sharpness-every" : null);
        return Verdict.Of(
            "flat region (Flatland)",
            $"λ₁ reaches its global minimum, the last bias's curvature{(run.LastBiasSharpness is { } bias ? $" {Show(bias)}" : string.Empty)} (to {RunTrajectory.FlatTolerance:P0})", unmet,
            () =>
            {
                MetricsLine lowest = measured.MinBy(line => line.Sharpness)!;
                return run.InFlatRegion is { Count: > 0 } there
                    ? $"{Show(lowest.Sharpness!.Value)}; within {RunTrajectory.FlatTolerance:P0} first at iteration {there[0].Iteration}, in {there.Count} of {measured.Length} measurements"
                    : $"lowest {Show(lowest.Sharpness!.Value)}, at iteration {lowest.Iteration}";
            },
            () => run.InFlatRegion.Count > 0);
    }

    /// <summary>In the flat region the top K eigenvalues equal 2/K and the others come in ± pairs: it is a saddle.</summary>
    private static Verdict Saddle(RunTrajectory run)
    {
        int outputs = run.Summary.Outputs ?? 0;
        double flattest = run.FlattestSharpness ?? double.NaN;
        MetricsLine[] there = [.. run.InFlatRegion.Where(line => line.Eigenvalues?.Length > outputs && line.SmallestEigenvalues?.Length > 0)];
        string? unmet = run.UnmetByFlatRegion
            ?? (run.Lines.All(line => line.SmallestEigenvalues is null || line.Eigenvalues is null || line.Eigenvalues.Length <= outputs) ? "eigenvalues were not followed: set eigenvalues above K, and smallest" : null)
            ?? (there.Length == 0 ? "the flat region was not reached where eigenvalues were measured" : null);
        double Mismatch() => RunMeasures.Median(there.Select(line => SpectrumPairing.Of(line.Eigenvalues!, line.SmallestEigenvalues!, outputs).Mismatch));
        double FromFlattest() => there.Max(line => line.Eigenvalues!.Take(outputs).Max(value => Math.Abs((value / flattest) - 1)));
        return Verdict.Of(
            "saddle (Flatland)",
            $"in the flat region the first K = {outputs} eigenvalues equal its sharpness (to {RunTrajectory.FlatTolerance:P0}), others are negative, and they come in ± pairs (to {PairingTolerance:P0} in the median)", unmet,
            () => string.Create(
                CultureInfo.InvariantCulture,
                $"at {there.Length} points: first K within {FromFlattest():P2}, smallest eigenvalue {Show(there.Min(line => line.SmallestEigenvalues![0]))} to {Show(there.Max(line => line.SmallestEigenvalues![0]))}, mismatch of pairs {Mismatch():P0}"),
            () => FromFlattest() <= RunTrajectory.FlatTolerance && there.All(line => line.SmallestEigenvalues![0] < 0) && Mismatch() <= PairingTolerance);
    }

    private static string Show(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
