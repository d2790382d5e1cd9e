using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary>What a central flow came to, in words.</summary>
internal static class CentralFlowText
{
    /// <summary>Writes it.</summary>
    /// <param name="s">The summary.</param>
    /// <param name="output">Where to.</param>
    internal static void Write(CentralFlowSummary s, TextWriter output)
    {
        output.WriteLine($"{s.Iterations} iterations of η = {s.Eta:G4}: loss {s.Loss:G5}, predicted time-averaged loss {s.PredictedLoss:G5}");
        output.WriteLine(s.EdgeReachedAt is { } k
            ? $"λ₁ reached its bound {s.Bound:G5} at iteration {k}; {s.AtEdge} eigenvalues are held there at the end, tr Σ = {s.SigmaTrace:G4}; largest λ₁ {s.LargestSharpness:G6}"
            : $"λ₁ never reached its bound {s.Bound:G5}: up to there the central flow is gradient flow; largest λ₁ {s.LargestSharpness:G6}");
        foreach (LossDeviation deviation in s.Deviations)
        {
            output.WriteLine($"predicted against gradient descent's loss, both averaged over a Gaussian of {deviation.Width:G2} steps: at most {deviation.Worst:P1} apart (at iteration {deviation.At}), {deviation.RootMeanSquare:P1} in the root mean square");
        }

        if (s.DistanceToGd is { } near)
        {
            string factor = near > 0 ? $", {s.FlowDistanceToGd / near:G3} times that" : string.Empty;
            string beside = s.FlowDistanceToGd is { } far ? $"; gradient flow's: {far:G4}{factor}" : string.Empty;
            output.WriteLine($"distance to gradient descent's weights at the end: {near:G4}{beside}");
        }

        // Also where the run itself was quiet: such a comparison is not to be read without.
        foreach (string limit in s.Limits)
        {
            output.WriteLine($"note: {limit}");
        }

        output.WriteLine($"{s.Gradients} gradients, {s.Hvps} Hessian-vector products, {s.Seconds:F0} s");
    }
}
