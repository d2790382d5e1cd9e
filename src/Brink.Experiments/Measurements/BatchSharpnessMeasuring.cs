using Brink.Curvature;
using Brink.Methods;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>λ₁ of the batches that a stochastic run goes through in the epoch of w_k, at w_k, at every so many iterates.</summary>
internal sealed class BatchSharpnessMeasuring(Specification specification, double negligible) : RunMeasurement
{
    private const string Prefix = "batches.";

    private readonly SharpnessTracker _tracker = new(CurvatureEffort.ForSharpness(specification, negligible));

    internal override int Every => specification.BatchSharpnessEvery;

    internal override MetricsLine Measure(MeasuredPoint point, MetricsLine line)
    {
        using var scope = new TensorScope();
        IReadOnlyList<long[]> batches = ((StochasticMethod)point.Method).Batches(point.Problem.Objective.Samples);
        int wanted = specification.BatchSharpnessBatches;
        BatchSharpness found = BatchSharpness.Measure(
            point.Problem.Objective, point.At.Weights, wanted == 0 ? batches : [.. batches.Take(wanted)], _tracker);
        if (found.Unconverged > 0)
        {
            point.Note($"iteration {point.Iteration}: the sharpness of {found.Unconverged} of {found.Batches} batches misses the tolerance {specification.SharpnessTolerance:G2}; the largest residual is {found.WorstResidual:G2}");
        }

        return line with
        {
            BatchSharpnessMean = found.Mean,
            BatchSharpnessMin = found.Smallest,
            BatchSharpnessMax = found.Largest,
            BatchSharpnessUnconverged = found.Unconverged > 0 ? found.Unconverged : null,
            BatchHvps = found.Products,
        };
    }

    internal override IReadOnlyDictionary<string, Tensor> Export() => Every == 0
        ? new Dictionary<string, Tensor>()
        : _tracker.Export().ToDictionary(entry => Prefix + entry.Key, entry => entry.Value);

    internal override void Import(IReadOnlyDictionary<string, Tensor> state)
    {
        Dictionary<string, Tensor> own = state.Where(entry => entry.Key.StartsWith(Prefix))
            .ToDictionary(entry => entry.Key[Prefix.Length..], entry => entry.Value);
        if (own.Count > 0)
        {
            _tracker.Import(own);
        }
    }

    public override void Dispose()
    {
        _tracker.Dispose();
        base.Dispose();
    }
}
