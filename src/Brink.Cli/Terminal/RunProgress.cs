using Brink.Experiments;
using Brink.Methods;

namespace Brink.Cli.Terminal;

/// <summary>What the recorded lines of a run so far add up to; the displays only lay it out.</summary>
internal sealed class RunProgress
{
    private double _firstSeconds;
    private long _firstIteration;

    /// <summary>The run folder.</summary>
    internal string Folder { get; private set; } = string.Empty;

    /// <summary>Iterations the run takes in all.</summary>
    internal long Iterations { get; private set; }

    /// <summary>The sharpness below which no weights come; null where there is no such bound.</summary>
    internal double? FlattestSharpness { get; private set; }

    /// <summary>The method's edge of stability; null where its step or batch changes.</summary>
    internal StabilityThreshold? Threshold { get; private set; }

    /// <summary>The last line recorded; null before the first.</summary>
    internal MetricsLine? Last { get; private set; }

    /// <summary>The last step taken, η.</summary>
    internal double? StepSize { get; private set; }

    /// <summary>The last fraction of training samples classified rightly.</summary>
    internal double? TrainAccuracy { get; private set; }

    /// <summary>The last fraction of test samples classified rightly.</summary>
    internal double? TestAccuracy { get; private set; }

    /// <summary>The last measured λ₁.</summary>
    internal double? Sharpness { get; private set; }

    /// <summary>What stands behind <see cref="Sharpness"/> where it missed its tolerance; else empty.</summary>
    internal string SharpnessDoubt { get; private set; } = string.Empty;

    /// <summary>
    /// η_k·λ₁(w_k) where both were last known of the same iteration; λ₁ of P⁻¹H for a method whose threshold bounds that.
    /// </summary>
    internal double? Product { get; private set; }

    /// <summary>What <see cref="Product"/> is at the edge of stability: 2, or the method's own threshold times η.</summary>
    internal double Edge => Threshold is { } threshold && StepSize is { } step ? threshold.Value * step : 2;

    /// <summary>The product over its value at the edge; null where the method has no threshold or nothing was measured.</summary>
    internal double? EdgeRatio => Threshold is null ? null : Product / Edge;

    /// <summary>Loss evaluations since this process took the run up.</summary>
    internal long FunctionEvaluations { get; private set; }

    /// <summary>Gradient evaluations since this process took the run up.</summary>
    internal long GradientEvaluations { get; private set; }

    /// <summary>Hessian-vector products since this process took the run up.</summary>
    internal long HessianVectorProducts { get; private set; }

    /// <summary>The course of the loss.</summary>
    internal Trace Losses { get; } = new();

    /// <summary>The course of η.</summary>
    internal Trace StepSizes { get; } = new();

    /// <summary>The course of η·λ₁, one point a measurement.</summary>
    internal Trace Products { get; } = new();

    /// <summary>Seconds the run has taken.</summary>
    internal double Seconds => Last?.Seconds ?? 0;

    /// <summary>Share of the iterations taken, in [0, 1].</summary>
    internal double Share => Iterations > 0 ? Math.Clamp((double)(Last?.Iteration ?? _firstIteration) / Iterations, 0, 1) : 0;

    /// <summary>Seconds left at the pace so far; null before there is one.</summary>
    internal double? SecondsLeft
    {
        get
        {
            long taken = (Last?.Iteration ?? 0) - _firstIteration;
            return taken > 0 ? (Seconds - _firstSeconds) / taken * (Iterations - Last!.Iteration) : null;
        }
    }

    /// <summary>Takes up what <see cref="IRunObserver.Started"/> tells.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="iteration">Iteration it starts from.</param>
    /// <param name="iterations">Iterations in all.</param>
    /// <param name="flattestSharpness">The sharpness below which no weights come, where there is such a bound.</param>
    /// <param name="threshold">The method's edge of stability, where it has one.</param>
    internal void Start(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null)
    {
        Threshold = threshold;
        Folder = folder;
        Iterations = iterations;
        FlattestSharpness = flattestSharpness;
        _firstIteration = iteration;
    }

    /// <summary>Takes up a recorded line.</summary>
    /// <param name="line">The line.</param>
    internal void Add(MetricsLine line)
    {
        if (Last is null)
        {
            _firstSeconds = line.Seconds;
            _firstIteration = line.Iteration;
        }

        Last = line;
        Losses.Add(line.Loss);
        TrainAccuracy = line.TrainAccuracy ?? TrainAccuracy;
        TestAccuracy = line.TestAccuracy ?? TestAccuracy;
        FunctionEvaluations += line.FunctionEvaluations ?? 0;
        GradientEvaluations += line.GradientEvaluations ?? 0;
        HessianVectorProducts += line.Hvps ?? 0;
        if (line.StepSize is { } step)
        {
            StepSize = step;
            StepSizes.Add(step);
        }

        if (line.Sharpness is not null)
        {
            Sharpness = line.Sharpness;
            SharpnessDoubt = Doubt(line.SharpnessUnconverged, line.SharpnessResidual);
        }

        double? curvature = Threshold is { Preconditioned: true } ? line.PreconditionedSharpness : line.Sharpness;
        if (curvature * line.StepSize is { } product)
        {
            Product = product;
            Products.Add(product);
        }
    }

    /// <summary>What stands behind an eigenvalue that missed its tolerance, with the residual it has; else empty. ASCII.</summary>
    /// <param name="unconverged">Whether it did.</param>
    /// <param name="residual">The relative residual.</param>
    internal static string Doubt(bool? unconverged, double? residual) =>
        unconverged == true ? $" (not converged: residual {Quantity.Number(residual)})" : string.Empty;

    /// <summary>The one line that remains of a run on the screen.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="reason">Why; null when simply finished.</param>
    /// <param name="unicode">Whether λ and η can be shown.</param>
    /// <returns>The line.</returns>
    internal string EndLine(RunStatus status, string? reason, bool unicode)
    {
        var parts = new List<string>
        {
            $"{status.ToString().ToLowerInvariant()} after {Quantity.Count(Last?.Iteration ?? _firstIteration)} iterations in {Quantity.Duration(Seconds)}",
        };
        if (Last is not null)
        {
            parts[0] += $": loss {Quantity.Number(Last.Loss)}";
        }

        if (TestAccuracy is not null || TrainAccuracy is not null)
        {
            parts.Add(TestAccuracy is not null
                ? $"test accuracy {Quantity.Percent(TestAccuracy)}"
                : $"train accuracy {Quantity.Percent(TrainAccuracy)}");
        }

        if (Sharpness is not null)
        {
            parts.Add($"{(unicode ? "λ₁" : "sharpness")} {Quantity.Number(Sharpness)}{SharpnessDoubt}{(FlattestSharpness is { } floor ? $" (at least {Quantity.Number(floor)})" : string.Empty)}");
        }

        parts.Add(Folder);
        return string.Join(", ", parts) + (reason is null ? string.Empty : $" — {reason}");
    }
}
