using Brink.Curvature;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>
/// The gradient-flow solution of a point w, the limit of ẇ = −∇f(w) from it, and the sharpness there, φ(w) = λ₁(∇²f(S_GF(w)))
/// (Kreisler et al., arXiv 2305.13064), with a certificate: what was asked for, what was reached, and what it cost. A number
/// whose certificate is not whole is not φ to the accuracy asked for, and says so.
/// </summary>
/// <param name="Sharpness">φ: λ₁ at the end of the flow.</param>
/// <param name="Weights">The end, of length P; owned by the scope that was current at the call.</param>
/// <param name="Loss">f there.</param>
/// <param name="GradNorm">‖∇f‖ there.</param>
/// <param name="Time">Length of the flow.</param>
/// <param name="Remaining">Estimated relative change of λ₁ were the flow to go on for ever; NaN where too little is known.</param>
/// <param name="Residual">‖Hv − λ₁v‖ / |λ₁| at the end.</param>
/// <param name="Tolerance">Of the integrator: allowed local error per step relative to the weights.</param>
/// <param name="Steps">Steps of the flow.</param>
/// <param name="Gradients">Gradient evaluations, those of rejected steps included.</param>
/// <param name="Rejected">Rejected steps.</param>
/// <param name="Hvps">Hessian-vector products, for the integrator and for λ₁.</param>
/// <param name="Missed">What was asked for and not reached, in words; empty where all was.</param>
public sealed record GradientFlowSolution(
    double Sharpness,
    Tensor Weights,
    double Loss,
    double GradNorm,
    double Time,
    double Remaining,
    double Residual,
    double Tolerance,
    int Steps,
    int Gradients,
    int Rejected,
    int Hvps,
    IReadOnlyList<string> Missed)
{
    /// <summary>λ₁ is sampled from here on: where the loss is this many times the one to reach.</summary>
    private const double NearLoss = 30;

    /// <summary>The same for the gradient's norm.</summary>
    private const double NearGradNorm = 5;

    /// <summary>Whether everything asked for was reached.</summary>
    public bool Converged => Missed.Count == 0;

    /// <summary>Follows the flow to its end.</summary>
    /// <param name="objective">f.</param>
    /// <param name="weights">w, of length P; left as it is.</param>
    /// <param name="options">When the flow counts as ended; the defaults if not given.</param>
    /// <param name="nearby">What a <see cref="SharpnessTracker"/> exported at w or near it, to start from; null for a cold start.</param>
    /// <param name="cancellation">Gives up between steps.</param>
    /// <returns>The solution with its certificate.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static GradientFlowSolution Find(
        Objective objective,
        Tensor weights,
        FlowSolutionOptions? options = null,
        IReadOnlyDictionary<string, Tensor>? nearby = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(weights);
        options ??= new FlowSolutionOptions();
        using var scope = new TensorScope();
        using FlowIntegrator integrator = FlowIntegrator.Named(options.Integrator, options.Tolerance);
        using var tracker = new SharpnessTracker(new LanczosOptions { ResidualTolerance = options.ResidualTolerance });
        if (nearby is { Count: > 0 })
        {
            tracker.Import(nearby);
            if (integrator is not DormandPrince)
            {
                integrator.Restore(nearby, objective);
            }
        }

        var settling = new SharpnessSettling(options.LossToReach is not null);
        bool settles = !double.IsPositiveInfinity(options.Accuracy);
        var missed = new List<string>();
        double residual = double.NaN;
        double time = 0;
        (int steps, int gradients, int rejected, int hvps) = (0, 1, 0, 0);
        Evaluation at = objective.Evaluate(weights.Clone().Unscoped(), Wanted.ValueAndGradient);
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                double norm = at.Gradient().Norm();
                bool reached = !(at.Value > options.LossToReach) && !(norm > options.UntilGradNorm);
                bool near = !(at.Value > NearLoss * options.LossToReach) && !(norm > NearGradNorm * options.UntilGradNorm);
                if (settles && near && settling.IsDue(time))
                {
                    Sample();
                }

                bool settled = !settles || (settling.Time == time && settling.Remaining <= options.Accuracy);
                if (norm == 0 || !at.IsFinite || (reached && settled))
                {
                    break;
                }

                if (gradients >= options.MaximumGradients)
                {
                    missed.Add($"{gradients} gradients were spent, of {options.MaximumGradients} allowed");
                    break;
                }

                Evaluation next;
                FlowStep step;
                try
                {
                    (next, step) = integrator.Step(objective, at, double.PositiveInfinity);
                }
                catch (BrinkException stopped)
                {
                    missed.Add(stopped.Message);
                    break;
                }

                at.Dispose();
                at = next;
                time += step.Duration;
                steps++;
                gradients += step.Gradients;
                rejected += step.Rejected;
                hvps += step.Hvps;
            }

            if (settling.Time != time)
            {
                Sample();
            }

            double last = at.Gradient().Norm();
            double remaining = last == 0 ? 0 : settling.Remaining;
            Judge(at.Value, last, remaining);
            return new GradientFlowSolution(
                settling.Value, scope.Keep(at.Weights.Clone()), at.Value, last, time, remaining, residual, options.Tolerance,
                steps, gradients, rejected, hvps, missed);
        }
        finally
        {
            at.Dispose();
        }

        void Sample()
        {
            // The integrator's own eigenvectors are those of a point near by.
            Dictionary<string, Tensor> known = integrator.State()
                .Where(entry => entry.Key.StartsWith(SharpnessTracker.Prefix)).ToDictionary();
            if (double.IsNaN(settling.Time) && known.Count > 0)
            {
                tracker.Import(known);
            }

            SharpnessMeasurement found = tracker.Measure(new HessianOperator(objective, at), at.Gradient());
            at.ReleaseCurvature();
            hvps += found.Products;
            residual = found.RelativeResidual;
            settling.Add(time, found.Value, at.Value, at.Gradient().Norm());
        }

        void Judge(double loss, double norm, double remaining)
        {
            if (!(loss <= (options.LossToReach ?? double.PositiveInfinity)))
            {
                missed.Add($"the loss is {loss:G3}, not {options.LossToReach:G3}");
            }

            if (!(norm <= (options.UntilGradNorm ?? double.PositiveInfinity)))
            {
                missed.Add($"the gradient's norm is {norm:G3}, not {options.UntilGradNorm:G3}");
            }

            if (settles && !(remaining <= options.Accuracy))
            {
                missed.Add(double.IsNaN(remaining)
                    ? "whether λ₁ has settled is not known"
                    : $"λ₁ may still change by {remaining:G2} of itself, not {options.Accuracy:G2}");
            }

            if (!(residual <= options.ResidualTolerance))
            {
                missed.Add($"the residual of λ₁ is {residual:G2}, not {options.ResidualTolerance:G2}");
            }
        }
    }
}
