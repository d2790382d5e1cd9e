using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>What one accepted step along the gradient flow was and what it cost.</summary>
/// <param name="Duration">h, the time it advanced by.</param>
/// <param name="Gradients">Gradient evaluations at new points, the one at the end of the step and those of rejected attempts included.</param>
/// <param name="Rejected">Attempts rejected before it.</param>
/// <param name="Stages">Stages of the accepted attempt.</param>
/// <param name="Hvps">Hessian-vector products, spent on the spectral radius.</param>
/// <param name="ErrorEstimate">Estimated local error in units of the tolerance; null for integrators that do not estimate it.</param>
public sealed record FlowStep(double Duration, int Gradients, int Rejected, int Stages, int Hvps, double? ErrorEstimate);

/// <summary>
/// Advances the gradient flow ẇ = −∇f(w). What it remembers between steps (step size, spectral radius) it can hand out and
/// take back, so that an interrupted flow goes on to the same bits.
/// </summary>
public abstract class FlowIntegrator : IDisposable
{
    /// <summary>Allowed local error per step relative to the weights, where none is given.</summary>
    public const double DefaultTolerance = 1e-6;

    /// <summary>The integrators' names; the first is the default.</summary>
    public static IReadOnlyList<string> Names { get; } = ["rkc", "rk4", "dopri5"];

    /// <summary>The integrator's name, as on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Takes one accepted step.</summary>
    /// <param name="objective">f.</param>
    /// <param name="at">The evaluation at w(t); its gradient is computed here if it was not before.</param>
    /// <param name="longest">The step is at most this long; above 0, infinity for no limit.</param>
    /// <returns>The evaluation at w(t + h), to be disposed by the caller, and the report. A duration equal to
    /// <paramref name="longest"/> is exactly that number.</returns>
    /// <exception cref="BrinkException">No step could be taken: the Hessian is not finite, or attempt after attempt was rejected.</exception>
    public abstract (Evaluation Next, FlowStep Report) Step(Objective objective, Evaluation at, double longest);

    /// <summary>What it remembers, by name.</summary>
    /// <returns>Tensors owned by the current scope.</returns>
    public virtual IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>();

    /// <summary>Takes back what <see cref="State"/> gave.</summary>
    /// <param name="state">Names and tensors.</param>
    /// <param name="objective">f, for precision and device.</param>
    public virtual void Restore(IReadOnlyDictionary<string, Tensor> state, Objective objective)
    {
    }

    /// <summary>Makes an integrator by name.</summary>
    /// <param name="name"><c>rkc</c>, <c>rk4</c> or <c>dopri5</c>.</param>
    /// <param name="tolerance">Allowed local error per step relative to the weights; rk4 knows none.</param>
    /// <param name="fraction">α of rk4.</param>
    /// <returns>The integrator, to be disposed by the caller.</returns>
    /// <exception cref="BrinkException">There is no such integrator, or a parameter is out of range.</exception>
    public static FlowIntegrator Named(string name, double tolerance = DefaultTolerance, double fraction = 1) => name switch
    {
        "rkc" => new RungeKuttaChebyshev(tolerance),
        "rk4" => new RungeKutta4(fraction),
        "dopri5" => new DormandPrince(tolerance),
        _ => throw NearestName.Unknown("integrator", name, [.. Names]),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the integrator holds.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>
    /// A step that ends exactly where it has to: the whole way if that is no longer, half of it if that is less than two steps,
    /// so that no sliver is left over.
    /// </summary>
    /// <param name="step">h, as it would be.</param>
    /// <param name="longest">The way to go.</param>
    private protected static double Land(double step, double longest) =>
        longest <= step ? longest : longest < 2 * step ? longest / 2 : step;

    /// <summary>A first step where nothing is known of the curvature: a hundredth of the way to where the weights would vanish.</summary>
    private protected static double StartingStep(Evaluation at)
    {
        double slope = at.Gradient().Norm();
        double size = at.Weights.Norm();
        return slope > 0 ? 0.01 * (size > 0 ? size : 1) / slope : 1;
    }

    /// <summary>Evaluates w + d with its gradient.</summary>
    private protected static Evaluation Ahead(Objective objective, Evaluation at, Tensor distance) => Along(objective, at, distance, 1);

    /// <summary>Evaluates w + c·d with its gradient.</summary>
    private protected static Evaluation Along(Objective objective, Evaluation at, Tensor direction, double factor) =>
        objective.Evaluate(at.Weights.AddScaled(direction, factor).Unscoped(), Wanted.ValueAndGradient);
}
