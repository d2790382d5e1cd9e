using Brink.Cli.Terminal;
using Brink.Experiments;

namespace Brink.Cli.Report;

/// <summary>The columns of the comparison of runs, the same on the terminal and on the page.</summary>
internal static class ComparisonColumns
{
    /// <summary>Headings, the run's name apart.</summary>
    internal static IReadOnlyList<string> Headings { get; } =
        ["final loss", "test accuracy", "final λ₁", "2/K", "mean η·λ₁", "evaluations f + ∇f", "time"];

    /// <summary>The cells of a run, one for each heading.</summary>
    /// <param name="run">The run.</param>
    /// <returns>Texts.</returns>
    internal static string[] CellsOf(RunView run) =>
    [
        // A loss on its way to infinity says less than that it diverged, and where.
        run.Diverged ? Outcome(run)! : Quantity.Number(run.FinalLoss) + (Outcome(run) is { } outcome ? $" ({outcome})" : string.Empty),
        Quantity.Percent(run.FinalTestAccuracy),
        // Behind a tilde: rests on a measurement that missed its tolerance.
        (run.FinalSharpnessUnconverged ? RunTable.Doubt : string.Empty) + Quantity.Number(run.FinalSharpness),
        Quantity.Number(run.SmallestSharpness),
        (run.SharpnessNotConverged > 0 ? RunTable.Doubt : string.Empty) + Quantity.Number(run.MeanEtaSharpness),
        // Losses and gradients are the step's; Hessian-vector products are mostly the measurement's and stand apart.
        $"{Quantity.Count(run.FunctionEvaluations)} + {Quantity.Count(run.GradientEvaluations)}",
        Quantity.Duration(run.Seconds),
    ];

    /// <summary>What to say of a run that did not simply finish.</summary>
    /// <param name="run">The run.</param>
    /// <returns>E.g. <c>diverged at 12</c>; null for a finished run.</returns>
    internal static string? Outcome(RunView run) => run.Status switch
    {
        RunStatus.Finished => null,
        RunStatus.Running => $"at {Quantity.Count(run.Iterations)}",
        _ => $"{run.Status.ToString().ToLowerInvariant()} at {Quantity.Count(run.Iterations)}",
    };
}
