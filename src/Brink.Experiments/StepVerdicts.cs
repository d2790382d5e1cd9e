using Brink.Curvature;
using Brink.Theory;

namespace Brink.Experiments;

/// <summary>What the lines of a run say of the statements about large steps (<see cref="LargeStepVerdicts"/>).</summary>
public static class StepVerdicts
{
    private static readonly string[] s_searches = MethodFields.Searches;

    /// <summary>All verdicts that the run's measurements are for: four where the segment smoothness was measured, one where only λ₁ was.</summary>
    /// <param name="lines">The lines of the run.</param>
    /// <param name="specification">Its specification, resolved.</param>
    /// <returns>The verdicts; none where neither was measured.</returns>
    public static IReadOnlyList<Verdict> Of(IReadOnlyList<MetricsLine> lines, Specification specification)
    {
        ArgumentNullException.ThrowIfNull(lines);
        bool segments = lines.Any(line => line.SegmentSmoothness is not null);
        bool sharpness = lines.Any(line => line.Sharpness is not null);
        return
        [
            .. segments ? (Verdict[])[Definition(lines, specification), Proposition(lines, specification), Corollary(lines, specification)] : [],
            .. segments || sharpness ? (Verdict[])[EdgeProduct(lines, specification)] : [],
        ];
    }

    /// <summary>What a run's lines say of the statements about large steps; nothing where the run did not ask for it.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="specification">Its specification, resolved.</param>
    /// <exception cref="BrinkException">The lines cannot be read.</exception>
    public static IReadOnlyList<Verdict> OfRun(string folder, Specification specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        return specification.SegmentSmoothnessEvery > 0 ? Of(RunRecord.ReadMetrics(folder), specification) : [];
    }

    /// <summary>Definition 2.3: the steps are large.</summary>
    /// <param name="lines">The lines of the run.</param>
    /// <param name="specification">Its specification, resolved.</param>
    /// <param name="most">P, the longest wait for an η &gt; 2/l that is allowed; null for any.</param>
    /// <returns>The verdict; not applicable to methods that do not step along −∇f.</returns>
    public static Verdict Definition(IReadOnlyList<MetricsLine> lines, Specification specification, long? most = null) =>
        LargeStepVerdicts.Definition(Steps(lines, specification), OffTheGradient(specification), most);

    /// <summary>Proposition 2.5: the lower bound of a step that a rejected trial decided.</summary>
    /// <param name="lines">The lines of the run.</param>
    /// <param name="specification">Its specification, resolved.</param>
    /// <returns>The verdict; not applicable to methods without a search.</returns>
    public static Verdict Proposition(IReadOnlyList<MetricsLine> lines, Specification specification) =>
        NoSearch(specification) is { } unmet
            ? LargeStepVerdicts.Proposition([], 0, 1, unmet)
            : LargeStepVerdicts.Proposition(Steps(lines, specification), specification.C, specification.Delta);

    /// <summary>Corollary 2.10: the same near a stationary point, with λ₁.</summary>
    /// <param name="lines">The lines of the run.</param>
    /// <param name="specification">Its specification, resolved.</param>
    /// <returns>The verdict; not applicable to methods without a search, nor far from stationary points.</returns>
    public static Verdict Corollary(IReadOnlyList<MetricsLine> lines, Specification specification) =>
        NoSearch(specification) is { } unmet
            ? LargeStepVerdicts.Corollary([], 0, 1, unmet)
            : LargeStepVerdicts.Corollary(Steps(lines, specification), specification.C, specification.Delta);

    /// <summary>The edge of stability product η_k·λ₁(H_k) against 1 − c and 2.</summary>
    /// <param name="lines">The lines of the run.</param>
    /// <param name="specification">Its specification, resolved.</param>
    /// <returns>The verdict; not applicable to methods without a search, nor where λ₁ was measured at midpoints.</returns>
    public static Verdict EdgeProduct(IReadOnlyList<MetricsLine> lines, Specification specification) =>
        (NoSearch(specification) ?? AtMidpoints(specification)) is { } unmet
            ? LargeStepVerdicts.EdgeProduct([], 0, unmet)
            : LargeStepVerdicts.EdgeProduct(Steps(lines, specification), specification.C);

    /// <summary>The steps of a run, with what was measured where each began. η_k and λ₁ of one of them belong to the same w_k.</summary>
    /// <param name="lines">The lines of the run.</param>
    /// <param name="specification">Its specification, resolved.</param>
    /// <returns>One for every line with a step.</returns>
    public static IReadOnlyList<MeasuredStep> Steps(IReadOnlyList<MetricsLine> lines, Specification specification)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(specification);
        return [.. lines.Where(line => line.StepSize is { } eta && double.IsFinite(eta)).Select(line => Step(line, specification))];
    }

    /// <summary>η_k/δ where a search rejected a trial there, and that decided its step.</summary>
    /// <param name="specification">The specification, resolved.</param>
    /// <param name="stepSize">η_k.</param>
    /// <param name="backtracks">Rejected trials of the step.</param>
    /// <returns>
    /// η_k/δ; null for methods without a search, and where no trial was rejected (the first one was kept, or the cap ended the
    /// extrapolation) or the fallback was taken.
    /// </returns>
    public static double? RejectedStep(Specification specification, double stepSize, int backtracks)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (!s_searches.Contains(specification.Method, StringComparer.Ordinal) || backtracks == 0)
        {
            return null;
        }

        bool fallback = backtracks >= specification.MaxBacktracks && stepSize == specification.MinEta;
        return fallback ? null : stepSize / specification.Delta;
    }

    private static MeasuredStep Step(MetricsLine line, Specification specification)
    {
        double eta = line.StepSize!.Value;
        double? rejected = RejectedStep(specification, eta, line.Backtracks ?? 0);
        double[] tried = rejected is { } failed && line.RejectedSmoothness is { } last && failed >= line.SegmentResolution
            ? [.. Quotients(line, specification, failed), last]
            : [];
        bool atIterates = AtMidpoints(specification) is null;
        return new MeasuredStep(line.Iteration, eta)
        {
            Smoothness = line.StepSmoothness is { } own && eta >= line.SegmentResolution ? Quotients(line, specification, eta).Append(own).Max() : null,
            RejectedStep = rejected,
            RejectedSmoothness = tried.Length > 0 ? tried.Max() : null,
            Nonlinearity = tried.Length > 0 && line is { GradientCurvature: { } curvature, Sharpness: > 0 }
                ? tried.Max(quotient => Math.Abs(quotient - curvature)) / line.Sharpness : null,
            Sharpness = atIterates && line.Sharpness is { } sharpness && double.IsFinite(sharpness) ? sharpness : null,
            SharpnessConverged = line.SharpnessUnconverged is null,
            SharpnessResidual = line.SharpnessResidual ?? 0,
        };
    }

    /// <summary>What bounds l(w_k, η) from below: the limit ‖Hg‖/‖g‖, and the quotients up to η that are more than rounding.</summary>
    private static IEnumerable<double> Quotients(MetricsLine line, Specification specification, double eta) =>
        (line.SegmentSmoothness ?? []).Zip(specification.SegmentSteps)
            .Where(pair => double.IsFinite(pair.First) && pair.Second <= eta && pair.Second >= line.SegmentResolution)
            .Select(pair => pair.First)
            .Concat(line.GradientCurvature is { } limit ? [limit] : []);

    private static string? NoSearch(Specification specification) => s_searches.Contains(specification.Method, StringComparer.Ordinal)
        ? OnBatches(specification)
        : $"{specification.Method} searches for no step, so no trial was rejected";

    private static string? OnBatches(Specification specification) => specification.IsStochastic
        ? "each step goes along the gradient of a batch and was tried on its loss; curvature was measured on all samples"
        : null;

    private static string? AtMidpoints(Specification specification) => specification.MeasureAt == "midpoints"
        ? "λ₁ was measured at midpoints, not at the w_k that the steps begin at"
        : null;

    private static string? OffTheGradient(Specification s) => OnBatches(s) ?? s switch
    {
        { Method: "ls" or "nls" or "nls-ub" or "ponls" or "cdat" or "warmup" } or { Method: "gd", Momentum: 0, WeightDecay: 0 } => null,
        { Method: "gd" } => "momentum and weight decay turn the step away from −∇f",
        _ => $"{s.Method} does not step along −∇f",
    };
}
