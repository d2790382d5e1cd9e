using Brink.Curvature;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>λ₁ at every so many iterates, warm-started from one to the next.</summary>
internal sealed class SharpnessMeasuring(Specification specification, double negligible) : RunMeasurement
{
    private readonly SharpnessTracker _tracker = new(CurvatureEffort.ForSharpness(specification, negligible));

    internal override int Every => specification.SharpnessEvery;

    /// <summary>Beside the segment smoothness stands λ₁ at the same point.</summary>
    internal override bool IsWanted => base.IsWanted || specification.SegmentSmoothnessEvery > 0;

    internal override bool IsDue(long iteration) =>
        base.IsDue(iteration) || (specification.SegmentSmoothnessEvery > 0 && iteration % specification.SegmentSmoothnessEvery == 0);

    internal override bool AtMidpoints => specification.MeasureAt == "midpoints";

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        if (line.Sharpness is not null)
        {
            return line; // The spectrum measured here begins with it.
        }

        using var scope = new TensorScope();

        // The gradient is at hand: where eigenvectors have moved far, λ₁ is found sooner from it.
        SharpnessMeasurement reading = _tracker.Measure(point.Hessian(), point.GradientAtHand);
        point.At.ReleaseCurvature();
        if (!reading.Converged)
        {
            point.Note($"iteration {point.Iteration}: sharpness reached a residual of {reading.RelativeResidual:G2}, not {specification.SharpnessTolerance:G2}");
        }

        return line with
        {
            Sharpness = reading.Value,
            SharpnessResidual = reading.RelativeResidual,
            SharpnessUnconverged = reading.Converged ? null : true,
            Hvps = (line.Hvps ?? 0) + reading.Products,
        };
    }

    internal override IReadOnlyDictionary<string, Tensor> Export() => _tracker.Export();

    internal override void Import(IReadOnlyDictionary<string, Tensor> state) => _tracker.Import(state);

    public override void Dispose()
    {
        _tracker.Dispose();
        base.Dispose();
    }
}
