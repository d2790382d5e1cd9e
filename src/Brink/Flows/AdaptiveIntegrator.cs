using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>An attempt at a step.</summary>
/// <param name="Next">The evaluation at its end, with gradient; null where a stage was not finite.</param>
/// <param name="Error">Estimated local error in units of what is allowed.</param>
/// <param name="Stages">Stages.</param>
/// <param name="Gradients">Gradient evaluations.</param>
internal sealed record FlowAttempt(Evaluation? Next, double Error, int Stages, int Gradients);

/// <summary>
/// An integrator with an error estimate: attempts are made until the error is allowed and the loss has not risen, which along a
/// gradient flow it never does.
/// </summary>
public abstract class AdaptiveIntegrator : FlowIntegrator
{
    private const string ProposalName = "next_step";
    private const int MostRejections = 60;

    private readonly StepController _controller;

    /// <summary>Sets up what all share.</summary>
    /// <param name="tolerance">Allowed local error per step, relative to the weights' root mean square; positive.</param>
    /// <param name="absolute">What is allowed besides, per weight; not negative.</param>
    /// <param name="controller">Chooses the steps.</param>
    private protected AdaptiveIntegrator(double tolerance, double absolute, StepController controller)
    {
        Tolerance = Require.Inside("tolerance", tolerance, 0, 1);
        Norm = new ErrorNorm(tolerance, Require.AtLeast("absolute tolerance", absolute, 0));
        _controller = controller;
    }

    /// <summary>Allowed local error per step, relative to the weights.</summary>
    public double Tolerance { get; }

    /// <summary>How errors are measured.</summary>
    private protected ErrorNorm Norm { get; }

    /// <summary>What is remembered between steps.</summary>
    private protected MethodVectors Memory { get; } = new();

    /// <summary>λ₁ where it is known; 0 where not.</summary>
    private protected virtual double Radius => 0;

    /// <summary>The longest step that is stable; infinite where the error alone tells.</summary>
    private protected virtual double LongestStable => double.PositiveInfinity;

    /// <inheritdoc/>
    public override (Evaluation Next, FlowStep Report) Step(Objective objective, Evaluation at, double longest)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(at);
        Require.Duration(longest);
        using var scope = new TensorScope();
        int hvps = Prepare(objective, at);
        double proposed = Memory.Number(ProposalName);
        proposed = Math.Min(proposed > 0 ? proposed : FirstStep(at), LongestStable);
        double step = Land(proposed, longest);
        int gradients = 0;
        for (int rejected = 0; rejected <= MostRejections; rejected++)
        {
            FlowAttempt attempt = Try(objective, at, step);
            gradients += attempt.Gradients;
            bool leaves = attempt.Next is null || ErrorNorm.Rises(at, attempt.Next, Radius);
            if (!leaves && attempt.Error <= 1)
            {
                double next = _controller.AfterAcceptance(Memory, step, attempt.Error, rejected > 0);

                // A step cut short to land somewhere says nothing against the longer one that was proposed.
                Memory.Set(ProposalName, rejected == 0 ? Math.Max(next, step < proposed ? proposed : 0) : next);
                Accepted();
                return (attempt.Next!, new FlowStep(step, gradients, rejected, attempt.Stages, hvps, attempt.Error));
            }

            attempt.Next?.Dispose();
            hvps += Rejected(objective, at);
            double shorter = _controller.AfterRejection(step, leaves ? double.NaN : attempt.Error);
            step = Math.Min(shorter, LongestStable);
        }

        throw new BrinkException(
            $"{Name}: {MostRejections} attempts in a row at a step along the flow were rejected, the last of length {step:G3}; "
            + $"a looser tolerance than {Tolerance:G3} or dtype float64 would be right where rounding is the reason");
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State() => Memory.State();

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective) => Memory.Restore(state, objective);

    /// <summary>Makes an attempt.</summary>
    /// <param name="objective">f.</param>
    /// <param name="at">The evaluation at the start.</param>
    /// <param name="step">h.</param>
    /// <returns>Where it led; its evaluation belongs to the caller.</returns>
    private protected abstract FlowAttempt Try(Objective objective, Evaluation at, double step);

    /// <summary>The first step to try.</summary>
    private protected abstract double FirstStep(Evaluation at);

    /// <summary>Measures what a step needs to know.</summary>
    /// <returns>Hessian-vector products spent.</returns>
    private protected virtual int Prepare(Objective objective, Evaluation at) => 0;

    /// <summary>After an accepted attempt.</summary>
    private protected virtual void Accepted()
    {
    }

    /// <summary>After a rejected attempt.</summary>
    /// <returns>Hessian-vector products spent.</returns>
    private protected virtual int Rejected(Objective objective, Evaluation at) => 0;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Memory.Dispose();
        base.Dispose(disposing);
    }
}
