using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>All that a run measures, in the order in which it is measured.</summary>
internal sealed class RunMeasurements : IDisposable
{
    private const string LastStepName = "last_step";

    private readonly RunMeasurement[] _all;
    private readonly double? _fixedStep;
    private readonly Midpoints? _midpoints;
    private double? _lastStep;

    internal RunMeasurements(Specification specification, Objective objective)
    {
        double negligible = CurvatureEffort.Negligible(specification, objective);

        // The spectrum comes before the sharpness, which is then taken from it.
        _all =
        [
            new SpectrumMeasuring(specification, negligible), new SharpnessMeasuring(specification, negligible), new TestMeasuring(specification),
            new BesideMeasuring(specification), new FlowSolutionMeasuring(specification),
            new DiagnosticsMeasuring(specification), new TraceMeasuring(specification), new DensityMeasuring(specification),
            new SegmentSmoothnessMeasuring(specification),
            new BatchSharpnessMeasuring(specification, negligible),
        ];
        _fixedStep = specification.Eta;
        _midpoints = _all.Any(measurement => measurement.AtMidpoints) ? new Midpoints() : null;
    }

    public void Dispose()
    {
        Array.ForEach(_all, measurement => measurement.Dispose());
        _midpoints?.Dispose();
    }

    /// <summary>Those that the specification asks for, in the order in which they are measured.</summary>
    internal IEnumerable<RunMeasurement> Asked => _all.Where(measurement => measurement.IsWanted);

    /// <summary>Whether anything is measured at an iterate or around it.</summary>
    /// <param name="iteration">k.</param>
    internal bool AreDue(long iteration) => Array.Exists(_all, measurement => measurement.IsDue(iteration));

    /// <summary>Takes the measurements due at an iterate, before the step from it.</summary>
    /// <param name="point">The iterate.</param>
    /// <returns>A line with what was found, and whether anything was due.</returns>
    internal (MetricsLine Line, bool Measured) Take(MeasuredPoint point)
    {
        Array.ForEach(_all, measurement => measurement.Pass(point));
        return Measure(Due(point.Iteration, atMidpoints: false), point with { StepSize = _fixedStep ?? _lastStep }, Empty(point));
    }

    /// <summary>Takes the measurements due at the midpoint around an iterate, after the step from it.</summary>
    /// <param name="point">The iterate.</param>
    /// <param name="next">The evaluation at w_{k+1}.</param>
    /// <param name="report">The step.</param>
    /// <param name="before">What <see cref="Take"/> gave at the iterate.</param>
    /// <returns>The line with what was found, and whether anything was due here or there.</returns>
    internal (MetricsLine Line, bool Measured) TakeAround(
        MeasuredPoint point, Evaluation next, StepReport report, (MetricsLine Line, bool Measured) before)
    {
        (MetricsLine line, bool measured) = MeasureMidpoint(
            Due(point.Iteration, atMidpoints: true), point with { StepSize = report.StepSize }, next.Weights, before.Line);
        line = Due(point.Iteration, atMidpoints: false)
            .Aggregate(line, (found, measurement) => measurement.Complete(point with { StepSize = report.StepSize }, report, found));
        _lastStep = report.StepSize;
        _midpoints?.Leave(point.At);
        return (line, measured || before.Measured);
    }

    /// <summary>Takes all measurements at the final point, whatever the cadence: it is what tables compare.</summary>
    /// <param name="point">The final point.</param>
    /// <returns>A line with what was found.</returns>
    internal MetricsLine TakeLast(MeasuredPoint point)
    {
        Array.ForEach(_all, measurement => measurement.Pass(point));
        point = point with { StepSize = _fixedStep ?? _lastStep };
        ILookup<bool, RunMeasurement> places = _all.Where(measurement => measurement.IsWanted).ToLookup(measurement => measurement.AtMidpoints);
        MetricsLine line = Measure([.. places[false]], point, Empty(point)).Line;
        return MeasureMidpoint([.. places[true]], point, null, line).Line;
    }

    /// <summary>What all of them remember, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Export()
    {
        var state = _all.SelectMany(measurement => measurement.Export()).ToDictionary();
        if (_fixedStep is null && _lastStep is { } step)
        {
            state[LastStepName] = Tensor.From([step]);
        }

        return _midpoints is null ? state : state.Concat(_midpoints.Export()).ToDictionary();
    }

    /// <summary>Takes back what <see cref="Export"/> gave.</summary>
    internal void Import(IReadOnlyDictionary<string, Tensor> state, Device device)
    {
        Array.ForEach(_all, measurement => measurement.Import(state));
        _lastStep = state.TryGetValue(LastStepName, out Tensor? step) ? step.Item() : null;
        _midpoints?.Import(state, device);
    }

    private static MetricsLine Empty(MeasuredPoint point) => new() { Iteration = point.Iteration, Loss = 0, Seconds = 0 };

    private static (MetricsLine Line, bool Measured) Measure(RunMeasurement[] due, MeasuredPoint point, MetricsLine before)
    {
        MetricsLine line = due.Aggregate(before, (found, measurement) => measurement.Measure(point, found));
        return (line, line != before);
    }

    private RunMeasurement[] Due(long iteration, bool atMidpoints) =>
        [.. _all.Where(one => one.AtMidpoints == atMidpoints && one.IsDue(iteration))];

    private (MetricsLine Line, bool Measured) MeasureMidpoint(RunMeasurement[] due, MeasuredPoint point, Tensor? next, MetricsLine line)
    {
        if (due.Length == 0)
        {
            return (line, false);
        }

        using Evaluation middle = point.Problem.Objective.Evaluate(_midpoints!.Around(point.At.Weights, next), Wanted.Nothing);
        return Measure(due, point with { At = middle, Iterate = point.At }, line);
    }
}
