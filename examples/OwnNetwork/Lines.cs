using Brink.Experiments;
using Brink.Methods;

namespace OwnNetwork;

/// <summary>Prints what a run records.</summary>
internal sealed class Lines : IRunObserver
{
    /// <inheritdoc/>
    public void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null) =>
        Console.WriteLine($"{folder}: {iterations} iterations; no weights have a sharpness below {flattestSharpness:G3}");

    /// <inheritdoc/>
    public void Recorded(MetricsLine line)
    {
        if (line is { Sharpness: { } sharpness, StepSize: { } eta })
        {
            Console.WriteLine($"nls    {line.Iteration,5}  loss {line.Loss:G4}  η {eta:G4}  λ₁ {sharpness:G4}  η·λ₁ {eta * sharpness:G4}");
        }
    }

    /// <inheritdoc/>
    public void Note(string message) => Console.WriteLine(message);

    /// <inheritdoc/>
    public void Ended(RunStatus status, string? reason)
    {
    }
}
