using Brink.Objectives;
using Brink.Torch;

namespace Brink.Curvature;

/// <summary>
/// The batch sharpness: λ₁ of the Hessian of a batch's loss, over the batches (Flatland, arXiv 2606.06722, App. E). It is no
/// estimate of the sharpness of the whole loss: λ₁ is convex, so that the mean over batches that share the samples evenly is at
/// least λ₁ of their mean.
/// </summary>
/// <param name="Mean">Mean over the batches, each counted once whatever its size.</param>
/// <param name="Smallest">The smallest.</param>
/// <param name="Largest">The largest.</param>
/// <param name="Batches">Number of batches.</param>
/// <param name="Products">Hessian-vector products spent, each on one batch.</param>
/// <param name="WorstResidual">The largest relative residual ‖Hv − λ₁v‖ / |λ₁| among them.</param>
/// <param name="Unconverged">How many missed the tolerance.</param>
public sealed record BatchSharpness(
    double Mean, double Smallest, double Largest, int Batches, int Products, double WorstResidual, int Unconverged)
{
    /// <summary>Measures λ₁ batch by batch, each from where the one before was found.</summary>
    /// <param name="objective">The loss as a mean over samples.</param>
    /// <param name="weights">w, a vector of length P.</param>
    /// <param name="batches">Indices of samples, at least one batch.</param>
    /// <param name="tracker">Goes from batch to batch, and remembers the last for the next time.</param>
    /// <returns>What was found; NaN where a product was not finite.</returns>
    /// <exception cref="ArgumentException">There is no batch.</exception>
    public static BatchSharpness Measure(
        Objective objective, Tensor weights, IReadOnlyList<long[]> batches, SharpnessTracker tracker)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(tracker);
        if (batches.Count == 0)
        {
            throw new ArgumentException("at least one batch is needed", nameof(batches));
        }

        var readings = new SharpnessMeasurement[batches.Count];
        for (int k = 0; k < readings.Length; k++)
        {
            using var scope = new TensorScope();
            using Objective batch = objective.Restrict(batches[k]);
            using Evaluation at = batch.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
            readings[k] = tracker.Measure(new HessianOperator(batch, at));
        }

        double[] values = [.. readings.Select(reading => reading.Value)];
        return new BatchSharpness(
            values.Average(),
            values.Min(),
            values.Max(),
            values.Length,
            readings.Sum(reading => reading.Products),
            readings.Max(reading => reading.RelativeResidual),
            readings.Count(reading => !reading.Converged));
    }
}
