using Brink.Methods;

namespace Brink.Flows;

/// <summary>
/// Chooses the next step from the error of the last two: h ← h · safety · err^{−a} · err₋₁^{b} · (h / h₋₁)^{c}. With c = 0 the PI
/// controller (Gustafsson 1991; Hairer &amp; Wanner, Solving ODEs II, IV.2), with c = 1 the predictive one of RKC (Sommeijer,
/// Shampine &amp; Verwer 1998, eq. 3.5).
/// </summary>
/// <param name="order">Order of the error estimate in h (local error ∝ h^order).</param>
/// <param name="proportional">a.</param>
/// <param name="previous">b.</param>
/// <param name="ratio">c.</param>
/// <param name="safety">Below 1.</param>
internal sealed class StepController(int order, double proportional, double previous, double ratio, double safety)
{
    private const string ErrorName = "last_error";
    private const string StepName = "last_step";
    private const double Smallest = 0.1;
    private const double Largest = 10;

    /// <summary>An error of zero tells no more than that the step may grow.</summary>
    private const double LeastError = 1e-10;

    /// <summary>The step after an accepted one.</summary>
    /// <param name="memory">Holds error and length of the step before; renewed.</param>
    /// <param name="step">h of the accepted step.</param>
    /// <param name="error">Its error, in units of what is allowed.</param>
    /// <param name="afterRejection">Whether attempts were rejected before: then the step does not grow.</param>
    /// <returns>The step to try next.</returns>
    internal double AfterAcceptance(MethodVectors memory, double step, double error, bool afterRejection)
    {
        error = Math.Max(error, LeastError);
        double lastError = memory.Number(ErrorName);
        double lastStep = memory.Number(StepName);
        double factor = lastError > 0
            ? safety * Math.Pow(error, -proportional) * Math.Pow(lastError, previous) * Math.Pow(step / lastStep, ratio)
            : safety * Math.Pow(error, -1.0 / order);
        memory.Set(ErrorName, error);
        memory.Set(StepName, step);
        return step * Math.Clamp(factor, Smallest, afterRejection ? 1 : Largest);
    }

    /// <summary>The step to try after a rejected one.</summary>
    /// <param name="step">h of the rejected attempt.</param>
    /// <param name="error">Its error; infinite or NaN where an evaluation was not finite.</param>
    /// <returns>At most half the step where there is no error to go by.</returns>
    internal double AfterRejection(double step, double error) =>
        double.IsFinite(error) && error > 1 ? step * Math.Clamp(safety * Math.Pow(error, -1.0 / order), Smallest, 0.9) : step / 2;
}
