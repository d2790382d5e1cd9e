using Brink.Experiments;

namespace Brink.Cli.Terminal;

/// <summary>A run's edge of stability in words.</summary>
internal static class EdgeText
{
    /// <summary>The one line at the end of a run; null for a method without a threshold, or where nothing was measured against it.</summary>
    /// <param name="summary">The run's summary.</param>
    /// <param name="unicode">Whether λ and η can be shown.</param>
    /// <returns>E.g. <c>edge of stability: λ₁ first reached 2/η = 100 at iteration 420; …</c></returns>
    internal static string? Of(RunSummary summary, bool unicode)
    {
        if (summary.Threshold() is not { } threshold || (!threshold.Preconditioned && summary.MaxSharpness is null))
        {
            return null;
        }

        string doubt = summary.SharpnessNotConverged is { } missed ? $"; {Quantity.Count(missed)} of the measurements missed their tolerance" : string.Empty;
        string quantity = Spell(threshold.Preconditioned ? "λ₁(P⁻¹H)" : "λ₁", unicode);
        string bound = $"{Spell(threshold.Formula, unicode)} = {Quantity.Number(threshold.Value)}";
        if (summary.EdgeReachedAt is not { } iteration)
        {
            return threshold.Preconditioned
                ? $"edge of stability: {quantity} was not measured at or above {bound}{doubt}"
                : $"edge of stability: {quantity} stayed below {bound}; the largest was {Quantity.Number(summary.MaxSharpness)}{doubt}";
        }

        string since = summary.EdgeRatioPoints > 1
            ? $"; since then {Quantity.Number(summary.EdgeRatioLowest)} to {Quantity.Number(summary.EdgeRatioHighest)} times that, {Quantity.Number(summary.EdgeRatioMean)} in the mean of {Quantity.Count(summary.EdgeRatioPoints)} measurements"
            : string.Empty;
        string reached = iteration == 0 ? $"{quantity} began above {bound}" : $"{quantity} first reached {bound} at iteration {Quantity.Count(iteration)}";
        return $"edge of stability: {reached}{since}{doubt}";
    }

    /// <summary>A formula, in letters that the terminal can show.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="unicode">Whether Greek letters can be shown.</param>
    internal static string Spell(string formula, bool unicode) => unicode
        ? formula
        : formula.Replace("λ₁(P⁻¹H)", "preconditioned sharpness").Replace("λ₁", "sharpness").Replace("η", "eta")
            .Replace("β", "beta").Replace("τ", "dampening").Replace("₁", "1").Replace("−", "-");
}
