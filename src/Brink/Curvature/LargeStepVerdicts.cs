using System.Globalization;
using Brink.Theory;

namespace Brink.Curvature;

/// <summary>
/// What measured steps say of the statements about large steps in Flatland (arXiv 2606.06722, §2). l(w, η) is a supremum over a
/// segment of which a few quotients are known, that is a lower bound: a verdict passes only where that is enough.
/// </summary>
public static class LargeStepVerdicts
{
    /// <summary>A point counts as near a stationary one where the gradient is linear along the search segment to this share of λ₁.</summary>
    public const double NearStationary = 0.01;

    private const string Paper = "Flatland, arXiv 2606.06722";

    /// <summary>
    /// Definition 2.3: the sequence of steps is large at every k: η_k ≥ 1/l(w_k, η_k), and within a bounded number P of
    /// iterations some step has η > 2/l.
    /// </summary>
    /// <param name="steps">The steps in order; those without quotients are passed over.</param>
    /// <param name="unmet">Why the definition does not speak of these steps, or null.</param>
    /// <param name="most">P; null for any: then a run that ends in a longer wait than every one before decides nothing.</param>
    /// <returns>The verdict, which names the longest wait. It fails where the quotients measured do not show a large step.</returns>
    public static Verdict Definition(IReadOnlyList<MeasuredStep> steps, string? unmet = null, long? most = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        (long Iteration, double Product)[] products =
            [.. steps.Where(step => step.Smoothness is not null).Select(step => (step.Iteration, step.StepSize * step.Smoothness!.Value))];
        (long longest, long open) = Waits(products);
        int above = products.Count(one => one.Product > 2);
        bool all = products.All(one => one.Product >= 1);
        unmet ??= products.Length == 0 ? "the segment smoothness was not measured at any step"
            : all && above > 0 && most is null && open > longest
                ? $"the last {open} iterations had no η > 2/l, the longest such wait before was {longest}: whether the waits are bounded is not known"
                : null;
        string within = most is { } bound ? $"P = {bound}" : "a bounded number P of";
        return Verdict.Of(
            $"Definition 2.3, large steps ({Paper})",
            $"η_k ≥ 1/l(w_k, η_k) at every k, and within {within} iterations some η > 2/l",
            unmet,
            () => $"η·l ≥ {Number(products.Min(one => one.Product))} at {Count(products.Length)}, {products.Count(one => one.Product < 1)} of them below 1; above 2 at {above}, after waits of at most {longest} iterations{(open > 0 ? $" and not in the last {open}" : string.Empty)} (l: the largest quotient measured, a lower bound)",
            () => all && above > 0 && (most is not { } p || Math.Max(longest, open) <= p));
    }

    /// <summary>Proposition 2.5: a step that a rejected trial at η_k/δ decided has η_k ≥ 2δ(1 − c)/l(w_k, η_k/δ).</summary>
    /// <param name="steps">The steps; those that no rejected trial decided, or without quotients, are passed over.</param>
    /// <param name="c">c of the acceptance test.</param>
    /// <param name="delta">δ.</param>
    /// <param name="unmet">Why the proposition does not speak of these steps, or null.</param>
    /// <returns>
    /// The verdict. It cannot fail, for a lower bound of l refutes nothing: where the quotients are too small it is not applicable,
    /// and says at how many steps.
    /// </returns>
    public static Verdict Proposition(IReadOnlyList<MeasuredStep> steps, double c, double delta, string? unmet = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        double bound = 2 * delta * (1 - c);
        double[] products = [.. steps.Where(step => step.RejectedSmoothness is not null).Select(step => step.StepSize * step.RejectedSmoothness!.Value)];
        int undecided = products.Count(product => product < bound);
        unmet ??= products.Length == 0
            ? "at no step that a rejected trial decided was the segment smoothness measured"
            : undecided > 0
                ? $"at {undecided} of {Count(products.Length)} the quotients measured, a lower bound of l, are too small to decide (least η·l = {Number(products.Min())}); more segment-steps may"
                : null;
        return Verdict.Of(
            $"Proposition 2.5, lower bound of the step ({Paper})",
            $"η_k ≥ 2δ(1−c)/l(w_k, η_k/δ), that is η·l ≥ {Number(bound)}",
            unmet,
            () => $"η·l ≥ {Number(products.Min())} at {Count(products.Length)} (l: the largest quotient measured, a lower bound)",
            () => true);
    }

    /// <summary>Corollary 2.10: near a stationary point a step that a rejected trial decided has η_k ≥ 2δ(1 − c)/λ₁.</summary>
    /// <remarks>
    /// Near: the quotients on the segment to the rejected trial differ from ‖Hg‖/‖g‖ by at most <see cref="NearStationary"/> of λ₁, so
    /// that f is a quadratic there to about that. The claim is held to the same 1 % and to the residual of λ₁.
    /// </remarks>
    /// <param name="steps">The steps; those that no rejected trial decided, or lack quotients or λ₁, are passed over.</param>
    /// <param name="c">c of the acceptance test.</param>
    /// <param name="delta">δ.</param>
    /// <param name="unmet">Why the corollary does not speak of these steps, or null.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Corollary(IReadOnlyList<MeasuredStep> steps, double c, double delta, string? unmet = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        double bound = 2 * delta * (1 - c);
        MeasuredStep[] near = [.. steps.Where(step => step.RejectedStep is not null && step.EdgeProduct is not null && step.Nonlinearity <= NearStationary)];
        bool Enough(MeasuredStep step) => step.EdgeProduct >= bound * (1 - NearStationary) / (1 + step.SharpnessResidual);
        int missed = near.Count(step => !Enough(step) && !step.SharpnessConverged);
        unmet ??= near.Length == 0
            ? $"no step measured was near a stationary point: along no segment to a rejected trial was the gradient linear to {Number(NearStationary)}·λ₁"
            : missed > 0 ? Doubtful(missed, near.Length) : null;
        return Verdict.Of(
            $"Corollary 2.10, near a stationary point ({Paper})",
            $"η_k ≥ 2(1−c)δ/λ₁, that is η·λ₁ ≥ {Number(bound)}",
            unmet,
            () => $"η·λ₁ from {Number(near.Min(step => step.EdgeProduct!.Value))} to {Number(near.Max(step => step.EdgeProduct!.Value))} at {Count(near.Length)} along which the gradient is linear to {Number(NearStationary)}·λ₁",
            () => near.All(Enough));
    }

    /// <summary>The edge of stability product: η_k·λ₁(H_k) ≥ 1 − c at every step that a rejected trial decided.</summary>
    /// <param name="steps">The steps; those without λ₁ are passed over, those that no rejected trial decided are only told of.</param>
    /// <param name="c">c of the acceptance test.</param>
    /// <param name="unmet">Why the statement does not speak of these steps, or null.</param>
    /// <returns>The verdict; it also tells the mean product and at how many steps it was above 2.</returns>
    public static Verdict EdgeProduct(IReadOnlyList<MeasuredStep> steps, double c, string? unmet = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        MeasuredStep[] known = [.. steps.Where(step => step.EdgeProduct is not null)];
        MeasuredStep[] decided = [.. known.Where(step => step.RejectedStep is not null)];
        MeasuredStep[] rest = [.. known.Where(step => step.RejectedStep is null)];
        bool Enough(MeasuredStep step) => step.EdgeProduct >= (1 - c) / (1 + step.SharpnessResidual);
        int missed = decided.Count(step => !Enough(step) && !step.SharpnessConverged);
        unmet ??= decided.Length == 0
            ? "at no step that a rejected trial decided was λ₁ measured"
            : missed > 0 ? Doubtful(missed, decided.Length) : null;
        return Verdict.Of(
            $"Edge of stability product ({Paper})",
            $"η_k·λ₁(H_k) ≥ 1 − c = {Number(1 - c)} at every step that a rejected trial decided",
            unmet,
            () => $"least {Told(decided.MinBy(step => step.EdgeProduct)!)}, mean {Number(decided.Average(step => step.EdgeProduct!.Value))}, above 2 at {decided.Count(step => step.EdgeProduct > 2)} of {Count(decided.Length)}"
                + (rest.Length == 0 ? string.Empty : $"; not judged: {Count(rest.Length)} that no rejected trial decided, least {Told(rest.MinBy(step => step.EdgeProduct)!)}"),
            () => decided.All(Enough));
    }

    /// <summary>The longest wait, in iterations, from a measured step to the next one above 2 (0 for one that is), and the one the run ended in.</summary>
    private static (long Longest, long Open) Waits((long Iteration, double Product)[] products)
    {
        long longest = 0;
        long? from = null;
        foreach ((long iteration, double product) in products)
        {
            from ??= iteration;
            if (product > 2)
            {
                longest = Math.Max(longest, iteration - from.Value);
                from = null;
            }
        }

        return (longest, from is { } begun ? products[^1].Iteration - begun : 0);
    }

    private static string Doubtful(int missed, int of) => $"at {missed} of {Count(of)} λ₁ missed its tolerance and is too small to decide";

    private static string Count(int steps) => steps == 1 ? "1 step" : $"{steps} steps";

    private static string Told(MeasuredStep step) => $"{Number(step.EdgeProduct!.Value)} at iteration {step.Iteration}";

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
