using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>
/// <c>dopri5</c>: Dormand and Prince's pair of orders 5 and 4 (J. Comput. Appl. Math. 6, 1980; Hairer, Nørsett &amp; Wanner, Solving
/// ODEs I, table II.5.2) with PI control of the step. Six gradients a step; the seventh stage begins the next one. For accurate
/// solutions where the flow is not stiff.
/// </summary>
public sealed class DormandPrince : AdaptiveIntegrator
{
    private const int NewStages = 6;

    /// <summary>Rows 2 to 7 of the tableau; the last is the solution of order five as well.</summary>
    private static readonly double[][] s_rows =
    [
        [1.0 / 5],
        [3.0 / 40, 9.0 / 40],
        [44.0 / 45, -56.0 / 15, 32.0 / 9],
        [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
        [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
        [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
    ];

    /// <summary>Fifth order less fourth.</summary>
    private static readonly double[] s_error =
        [71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40];

    /// <summary>Sets up the integrator.</summary>
    /// <param name="tolerance">Allowed local error per step, relative to the weights' root mean square; in (0, 1).</param>
    /// <param name="absolute">What is allowed besides, per weight; not negative.</param>
    /// <exception cref="BrinkException">A parameter is out of range.</exception>
    public DormandPrince(double tolerance = DefaultTolerance, double absolute = 0)
        : base(tolerance, absolute, new StepController(order: 5, proportional: 0.7 / 5, previous: 0.4 / 5, ratio: 0, safety: 0.9))
    {
    }

    /// <inheritdoc/>
    public override string Name => "dopri5";

    /// <inheritdoc/>
    private protected override double FirstStep(Evaluation at) => StartingStep(at);

    /// <inheritdoc/>
    private protected override FlowAttempt Try(Objective objective, Evaluation at, double step)
    {
        using var scope = new TensorScope();
        var slopes = new List<Tensor> { at.Gradient() };
        Evaluation? next = null;
        for (int stage = 0; stage < NewStages; stage++)
        {
            next?.Dispose();
            next = Ahead(objective, at, Combine(slopes, s_rows[stage], -step));
            if (!next.IsFinite)
            {
                next.Dispose();
                return new FlowAttempt(null, double.NaN, NewStages, stage + 1);
            }

            // The last gradient stays with the evaluation that is handed on.
            slopes.Add(stage == NewStages - 1 ? next.Gradient() : next.Gradient().Clone());
        }

        Tensor error = Combine(slopes, s_error, -step);
        return new FlowAttempt(next, Norm.Of(error, at.Weights, next!.Weights), NewStages, NewStages);
    }

    private static Tensor Combine(List<Tensor> slopes, double[] factors, double step)
    {
        Tensor sum = slopes[0] * (step * factors[0]);
        for (int j = 1; j < factors.Length; j++)
        {
            if (factors[j] != 0)
            {
                sum.AddInPlace(slopes[j], step * factors[j]);
            }
        }

        return sum;
    }
}
