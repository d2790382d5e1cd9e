using Brink.Torch;

namespace Brink.Experiments;

/// <summary>All that a run measures, in the order in which it is measured.</summary>
internal sealed class RunMeasurements : IDisposable
{
    private readonly RunMeasurement[] _all;

    internal RunMeasurements(Specification specification) =>
        _all = [new SharpnessMeasuring(specification), new TestMeasuring(specification), new FlowSolutionMeasuring(specification)];

    public void Dispose() => Array.ForEach(_all, measurement => measurement.Dispose());

    /// <summary>Takes the measurements due at an iterate.</summary>
    /// <param name="point">The iterate.</param>
    /// <param name="isLast">The final point is measured whatever the cadence: it is what tables compare.</param>
    /// <returns>A line with what was found, and whether anything was due.</returns>
    internal (MetricsLine Line, bool Measured) Take(MeasuredPoint point, bool isLast = false)
    {
        var line = new MetricsLine { Iteration = point.Iteration, Loss = 0, Seconds = 0 };
        MetricsLine before = line;
        foreach (RunMeasurement measurement in _all)
        {
            measurement.Pass(point);
            if (measurement.Every > 0 && (isLast || point.Iteration % measurement.Every == 0))
            {
                line = measurement.Measure(point, line);
            }
        }

        return (line, line != before);
    }

    /// <summary>What all of them remember, by name.</summary>
    internal IReadOnlyDictionary<string, Tensor> Export() =>
        _all.SelectMany(measurement => measurement.Export()).ToDictionary();

    /// <summary>Takes back what <see cref="Export"/> gave.</summary>
    internal void Import(IReadOnlyDictionary<string, Tensor> state) =>
        Array.ForEach(_all, measurement => measurement.Import(state));
}
