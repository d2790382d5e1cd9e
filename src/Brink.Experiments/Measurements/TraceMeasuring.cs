using Brink.Curvature;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>The trace of the Hessian by Hutch++ at every so many iterates, each time from random vectors of its own.</summary>
internal sealed class TraceMeasuring(Specification specification) : RunMeasurement
{
    internal override int Every => specification.TraceEvery;

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var scope = new TensorScope();
        var matrix = point.Hessian();
        try
        {
            // A seed for every iterate: errors of neighbouring estimates are independent, and nothing needs to be remembered.
            ulong seed = unchecked((ulong)specification.Seed + ((ulong)point.Iteration * 0x9E3779B97F4A7C15UL));
            var estimate = TraceEstimate.HutchPlusPlus(matrix, specification.TraceProducts, seed);
            line = line with { Trace = estimate.Trace, TraceStandardError = estimate.StandardError };
        }
        catch (BrinkException failure)
        {
            point.Note($"iteration {point.Iteration}: no trace: {failure.Message}");
        }

        point.At.ReleaseCurvature();
        return line with { Hvps = (line.Hvps ?? 0) + (int)matrix.Products };
    }
}
