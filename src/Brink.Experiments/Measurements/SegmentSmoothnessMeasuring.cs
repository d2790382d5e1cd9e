using Brink.Curvature;
using Brink.Methods;

namespace Brink.Experiments;

/// <summary>
/// How fast the gradient changes along −g at every so many iterates: at the steps asked for before the step is taken, at the
/// step itself and at the trial rejected last once they are known.
/// </summary>
internal sealed class SegmentSmoothnessMeasuring(Specification specification) : RunMeasurement
{
    internal override int Every => specification.SegmentSmoothnessEvery;

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var segment = new SegmentSmoothness(point.Problem.Objective, point.At);
        (double rayleigh, double norm) = segment.AlongGradient();
        if (double.IsNaN(norm))
        {
            point.Note($"iteration {point.Iteration}: no segment smoothness: the gradient is {segment.GradientNorm}");
            return line;
        }

        double[] quotients = [.. specification.SegmentSteps.Select(segment.Quotient)];
        return line with
        {
            SegmentSmoothness = quotients,
            SegmentResolution = segment.Resolution,
            GradientRayleigh = rayleigh,
            GradientCurvature = norm,
            SegmentGradients = segment.Gradients,
            Hvps = (line.Hvps ?? 0) + 1,
        };
    }

    internal override MetricsLine Complete(MeasuredPoint point, StepReport report, MetricsLine line)
    {
        if (line.SegmentSmoothness is null)
        {
            return line;
        }

        using var segment = new SegmentSmoothness(point.Problem.Objective, point.At);
        double? Known(double? step) => step is not { } eta || !double.IsFinite(eta) || eta <= 0 ? null
            : segment.Quotient(eta) is var quotient && double.IsFinite(quotient) ? quotient : null;
        return line with
        {
            StepSmoothness = Known(report.StepSize),
            RejectedSmoothness = Known(StepVerdicts.RejectedStep(specification, report.StepSize, report.Backtracks)),
            SegmentGradients = line.SegmentGradients + segment.Gradients,
        };
    }
}
