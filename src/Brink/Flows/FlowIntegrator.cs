using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>What one accepted step along the gradient flow was and what it cost.</summary>
/// <param name="Duration">h, the time it advanced by.</param>
/// <param name="Gradients">Gradient evaluations, those of rejected attempts included.</param>
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
    /// <summary>The integrator's name, as on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Takes one accepted step.</summary>
    /// <param name="objective">f.</param>
    /// <param name="at">The evaluation at w(t); its gradient is computed here if it was not before.</param>
    /// <param name="longest">The step is at most this long; above 0, infinity for no limit.</param>
    /// <returns>The evaluation at w(t + h), to be disposed by the caller, and the report.</returns>
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
}
