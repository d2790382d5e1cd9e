using Brink.Flows;

namespace Brink.Experiments;

/// <summary>
/// One line of <c>gfs.jsonl</c>: φ at an iterate with its certificate, and the settings under which it was found. Lines stand in
/// the order in which they were finished.
/// </summary>
public sealed record FlowSolutionLine
{
    /// <summary>k.</summary>
    public required long Iteration { get; init; }

    /// <summary>f(w_k), before the flow.</summary>
    public required double LossBefore { get; init; }

    /// <summary>φ(w_k): λ₁ at the end of the flow; not to be taken for it where <see cref="Converged"/> is false.</summary>
    public required double Sharpness { get; init; }

    /// <summary>Whether everything asked for was reached.</summary>
    public required bool Converged { get; init; }

    /// <summary>What was not, in words.</summary>
    public IReadOnlyList<string>? Missed { get; init; }

    /// <summary>Loss at the end.</summary>
    public required double Loss { get; init; }

    /// <summary>Norm of the gradient at the end.</summary>
    public required double GradNorm { get; init; }

    /// <summary>Length of the flow.</summary>
    public required double Time { get; init; }

    /// <summary>Estimated relative change of φ were the flow to go on for ever; null where too little is known.</summary>
    public required double Remaining { get; init; }

    /// <summary>Relative residual of λ₁ at the end.</summary>
    public required double Residual { get; init; }

    /// <summary>Steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Gradient evaluations.</summary>
    public required int Gradients { get; init; }

    /// <summary>Rejected steps.</summary>
    public required int Rejected { get; init; }

    /// <summary>Hessian-vector products.</summary>
    public required int Hvps { get; init; }

    /// <summary>Wall-clock seconds of the flow, on one core.</summary>
    public required double Seconds { get; init; }

    /// <summary>The settings; lines of other settings are no part of the same table.</summary>
    public required FlowSolutionOptions Settings { get; init; }

    internal static FlowSolutionLine Of(long iteration, double lossBefore, GradientFlowSolution found, FlowSolutionOptions settings, double seconds) => new()
    {
        Iteration = iteration,
        LossBefore = lossBefore,
        Sharpness = found.Sharpness,
        Converged = found.Converged,
        Missed = found.Converged ? null : found.Missed,
        Loss = found.Loss,
        GradNorm = found.GradNorm,
        Time = found.Time,
        Remaining = found.Remaining,
        Residual = found.Residual,
        Steps = found.Steps,
        Gradients = found.Gradients,
        Rejected = found.Rejected,
        Hvps = found.Hvps,
        Seconds = seconds,
        Settings = settings,
    };
}
