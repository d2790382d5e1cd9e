using Brink.Experiments;
using Brink.Methods;

namespace Brink.Cli.Terminal;

/// <summary>
/// Progress for a file or a pipe: one self-contained line for the first point, for every measured sharpness and
/// otherwise about every two seconds of the run's own clock. ASCII only.
/// </summary>
/// <param name="output">Where to.</param>
internal sealed class PlainProgress(TextWriter output) : IRunObserver
{
    private const double SecondsBetweenLines = 2;
    private readonly RunProgress _progress = new();
    private double _lastSeconds = double.NegativeInfinity;

    /// <inheritdoc/>
    public void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null)
    {
        _progress.Start(folder, iteration, iterations, flattestSharpness, threshold);
        Write(iteration > 0
            ? $"resuming {folder} at iteration {iteration} of {iterations}"
            : $"run folder {folder}, {iterations} iterations");
    }

    /// <inheritdoc/>
    public void Recorded(MetricsLine line)
    {
        _progress.Add(line);
        if (line.Sharpness is null && line.PreconditionedSharpness is null && line.BatchSharpnessMean is null && line.Seconds - _lastSeconds < SecondsBetweenLines)
        {
            return;
        }

        _lastSeconds = line.Seconds;
        var parts = new List<string> { $"iteration {line.Iteration}/{_progress.Iterations}", $"loss {Quantity.Number(line.Loss)}" };
        if (line.Epoch is { } epoch)
        {
            parts.Insert(1, $"epoch {Quantity.Number(epoch)}");
        }

        if (line.Time is { } time)
        {
            parts.Add($"time {Quantity.Number(time)}");
        }

        if (line.TrainAccuracy is not null)
        {
            parts.Add($"accuracy {Quantity.Percent(line.TrainAccuracy)}");
        }

        if (line.TestAccuracy is not null)
        {
            parts.Add($"test {Quantity.Percent(line.TestAccuracy)}");
        }

        if (line.StepSize is not null)
        {
            parts.Add($"step {Quantity.Number(line.StepSize)}");
        }

        if (line.Sharpness is not null)
        {
            parts.Add($"sharpness {Quantity.Number(line.Sharpness)}{RunProgress.Doubt(line.SharpnessUnconverged, line.SharpnessResidual)}");
            if (line.StepSize is not null)
            {
                parts.Add($"step*sharpness {Quantity.Number(line.StepSize * line.Sharpness)}");
            }
        }

        if (line.BatchSharpnessMean is not null)
        {
            string doubt = line.BatchSharpnessUnconverged is { } missed ? $", {missed} not converged" : string.Empty;
            parts.Add($"of batches {Quantity.Number(line.BatchSharpnessMean)} ({Quantity.Number(line.BatchSharpnessMin)} to {Quantity.Number(line.BatchSharpnessMax)}{doubt})");
        }

        if (line.PreconditionedSharpness is not null)
        {
            parts.Add($"preconditioned sharpness {Quantity.Number(line.PreconditionedSharpness)}{RunProgress.Doubt(line.PreconditionedUnconverged, line.PreconditionedResidual)}");
        }

        if (_progress.Threshold is { } threshold && (threshold.Preconditioned ? line.PreconditionedSharpness : line.Sharpness) is { } curvature)
        {
            parts.Add($"{Quantity.Number(curvature / threshold.Value)} of {EdgeText.Spell(threshold.Formula, unicode: false)}");
        }

        parts.Add($"evaluations {_progress.FunctionEvaluations}");
        parts.Add(Quantity.Duration(line.Seconds));
        if (_progress.SecondsLeft is { } left and > 0)
        {
            parts.Add($"{Quantity.Duration(left)} left");
        }

        Write(string.Join("  ", parts));
    }

    /// <inheritdoc/>
    public void Note(string message) => Write($"note: {message}");

    /// <inheritdoc/>
    public void Ended(RunStatus status, string? reason) => Write(_progress.EndLine(status, reason, unicode: false));

    private void Write(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
