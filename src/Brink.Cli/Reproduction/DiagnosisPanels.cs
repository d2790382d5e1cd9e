using System.Globalization;
using Brink.Cli.Figures;
using Brink.Experiments;
using Brink.Experiments.Reproduction;

namespace Brink.Cli.Reproduction;

/// <summary>Pictures of what a run diagnosed on its way: the gradient layer by layer, what is zero, and how smooth the loss is along a step.</summary>
internal static class DiagnosisPanels
{
    /// <summary>Segments in one picture.</summary>
    private const int Segments = 6;

    private static readonly FigureAxis s_iteration = new("iteration k");

    /// <summary>Norms of the gradient in every weight, the last bias in bold colour apart.</summary>
    internal static Figure GradientNorms(RunTrajectory one)
    {
        MetricsLine[] measured = [.. one.Lines.Where(line => line.GradientNorms is not null)];
        string[] weights = [.. measured.SelectMany(line => line.GradientNorms!.Keys).Distinct(StringComparer.Ordinal).Where(name => name.EndsWith("weight", StringComparison.Ordinal))];
        return new Figure(s_iteration, new FigureAxis("‖∇f‖ of a parameter") { Logarithmic = true })
        {
            Curves =
            [
                .. weights.Select((name, k) => Curve(k == 0 ? "the weights, layer by layer" : null, measured, line => line.GradientNorms!.GetValueOrDefault(name, double.NaN)) with { Colour = 5 }),
                Curve("the last bias", measured, line => line.LastBiasGradientNorm) with { Colour = 1 },
            ],
        };
    }

    /// <summary>Shares of zeros: entries of the gradient, units that are zero on every sample, outputs of activations.</summary>
    internal static Figure Zeros(RunTrajectory one)
    {
        MetricsLine[] measured = [.. one.Lines.Where(line => line.ZeroGradientFraction is not null)];
        return new Figure(s_iteration, new FigureAxis("share, %") { From = 0, To = 100 })
        {
            Curves =
            [
                Curve("zero gradient entries", measured, line => 100 * line.ZeroGradientFraction),
                Curve("dead units", measured, line => 100 * line.DeadFraction),
                Curve("zero activations", measured, line => 100 * line.ZeroActivationFraction),
            ],
        };
    }

    /// <summary>The difference quotient along the step's segment against its length, at some iterations.</summary>
    internal static Figure Smoothness(RunTrajectory one)
    {
        MetricsLine[] measured = [.. one.Lines.Where(line => line.SegmentSmoothness is not null)];
        MetricsLine[] chosen = [.. Enumerable.Range(0, Segments).Select(k => measured[k * (measured.Length - 1) / (Segments - 1)]).Distinct()];
        IReadOnlyList<double> steps = one.Specification.SegmentSteps;
        return new Figure(new FigureAxis("η along −∇f(w)") { Logarithmic = true }, new FigureAxis("‖∇f(w) − ∇f(w − ηg)‖ / (η‖g‖)") { Logarithmic = true })
        {
            Curves = [.. chosen.Select(line => new FigureCurve(
                string.Create(CultureInfo.InvariantCulture, $"k = {line.Iteration}, η = {line.StepSize:G3}"),
                steps, [.. line.SegmentSmoothness!.Zip(steps).Select(pair => pair.Second >= (line.SegmentResolution ?? 0) ? pair.First : double.NaN)], CurveStyle.LinePoints))],
        };
    }

    /// <summary>What curves along the gradient, beside λ₁ and 2/η.</summary>
    internal static Figure CurvatureAlongGradient(RunTrajectory one)
    {
        MetricsLine[] measured = [.. one.Lines.Where(line => line.GradientCurvature is not null)];
        return new Figure(s_iteration, new FigureAxis("curvature") { Logarithmic = true })
        {
            Curves =
            [
                Curve("λ₁", measured, line => line.Sharpness),
                Curve("‖Hg‖/‖g‖", measured, line => line.GradientCurvature),
                Curve("gᵀHg/‖g‖²", measured, line => line.GradientRayleigh),
                Curve("quotient at η", measured, line => line.StepSmoothness),
                Curve("2/η", measured, line => 2 / line.StepSize) with { Colour = 6, Dashed = true },
            ],
        };
    }

    private static FigureCurve Curve(string? name, IEnumerable<MetricsLine> lines, Func<MetricsLine, double?> value)
    {
        MetricsLine[] all = [.. lines];
        return new FigureCurve(name, [.. all.Select(line => (double)line.Iteration)], [.. all.Select(line => value(line) ?? double.NaN)]);
    }
}
