using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Flows;

/// <summary>
/// λ₁ along the flow, as good as step and stages need it: measured loosely from the last eigenvectors, every so many steps, and
/// more often where it changes.
/// </summary>
/// <param name="mostSteps">Steps a measurement is used for at most, at least 1.</param>
/// <param name="tolerance">Relative error of the eigenvalue that is good enough, in (0, 1).</param>
internal sealed class SpectralRadius(int mostSteps, double tolerance) : IDisposable
{
    private const string ValueName = "radius";
    private const string AgeName = "radius_age";
    private const string UsedForName = "radius_used_for";

    /// <summary>A measurement that does not reach its tolerance in so many products is used as it is; the error control does the rest.</summary>
    private const int MostProducts = 60;

    /// <summary>A relative change below which a measurement is used for twice as many steps.</summary>
    private const double Slow = 0.05;

    /// <summary>A relative change above which it is used for half as many.</summary>
    private const double Fast = 0.15;

    private readonly SharpnessTracker _tracker = new(
        new LanczosOptions { EigenvalueTolerance = tolerance, MaximumProducts = MostProducts });

    public void Dispose() => _tracker.Dispose();

    /// <summary>λ₁ as last measured, 0 where it is negative.</summary>
    internal static double Value(MethodVectors memory) => memory.Number(ValueName);

    /// <summary>Measures where a step is about to be taken, if that is due.</summary>
    /// <param name="memory">What is remembered between steps.</param>
    /// <param name="objective">f.</param>
    /// <param name="at">The evaluation at w.</param>
    /// <returns>Hessian-vector products spent.</returns>
    internal int BeforeStep(MethodVectors memory, Objective objective, Evaluation at)
    {
        double age = memory.Number(AgeName, double.PositiveInfinity);
        return age < memory.Number(UsedForName, 1) ? 0 : Measure(memory, objective, at);
    }

    /// <summary>Counts a step that was taken.</summary>
    internal static void StepTaken(MethodVectors memory) => memory.Set(AgeName, memory.Number(AgeName) + 1);

    /// <summary>Measures again after a rejected attempt, unless the value is of this very point.</summary>
    internal int AfterRejection(MethodVectors memory, Objective objective, Evaluation at) =>
        memory.Number(AgeName) == 0 ? 0 : Measure(memory, objective, at);

    /// <summary>Tells apart a tracker's tensors and the rest of a state.</summary>
    internal static (IReadOnlyDictionary<string, Tensor> Own, IReadOnlyDictionary<string, Tensor> Tracker) Split(
        IReadOnlyDictionary<string, Tensor> state)
    {
        ILookup<bool, KeyValuePair<string, Tensor>> parts = state.ToLookup(entry => entry.Key.StartsWith(SharpnessTracker.Prefix));
        return (parts[false].ToDictionary(), parts[true].ToDictionary());
    }

    /// <summary>What decides the next measurement.</summary>
    internal IReadOnlyDictionary<string, Tensor> State() => _tracker.Export();

    /// <summary>Takes back what <see cref="State"/> gave.</summary>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state) => _tracker.Import(state);

    private int Measure(MethodVectors memory, Objective objective, Evaluation at)
    {
        using var scope = new TensorScope();
        SharpnessMeasurement found = _tracker.Measure(new HessianOperator(objective, at), at.Gradient());
        at.ReleaseCurvature();
        if (found.Status == EigenStatus.NotFinite || !double.IsFinite(found.Value))
        {
            throw new BrinkException("the Hessian at a point of the flow is not finite, so no step along it can be chosen");
        }

        // A value short of its tolerance lies below λ₁ by at most its residual, as far as anyone knows.
        double value = Math.Max(0, found.Converged ? found.Value : found.Value * (1 + found.RelativeResidual));
        double last = Value(memory);
        double usedFor = memory.Number(UsedForName, 1);
        double change = last > 0 ? Math.Abs((value / last) - 1) : 1;
        memory.Set(UsedForName, change < Slow ? Math.Min(2 * usedFor, mostSteps) : change > Fast ? Math.Max(1, Math.Floor(usedFor / 2)) : usedFor);
        memory.Set(ValueName, value);
        memory.Set(AgeName, 0);
        return found.Products;
    }
}
