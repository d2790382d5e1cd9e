using Brink.Curvature;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>An iterate of a run, found again.</summary>
/// <param name="Iteration">k.</param>
/// <param name="Loss">f(w_k).</param>
/// <param name="Weights">w_k; owned by whoever holds the iterate.</param>
/// <param name="Nearby">The eigenvectors of λ₁ there, as a <see cref="SharpnessTracker"/> exports them.</param>
internal sealed record ReplayedIterate(long Iteration, double Loss, Tensor Weights, IReadOnlyDictionary<string, Tensor> Nearby) : IDisposable
{
    public void Dispose()
    {
        Weights.Dispose();
        foreach (Tensor tensor in Nearby.Values)
        {
            tensor.Dispose();
        }
    }
}

/// <summary>
/// Takes a run's steps again from its start: a run keeps its last checkpoints only, but the same specification gives the same
/// bits. Losses are compared with the recorded ones, so that a replay on another machine that departs from the run is noticed.
/// </summary>
internal sealed class Replay(Problem problem, IReadOnlyList<MetricsLine> recorded, RunRanks? ranks)
{
    private readonly Dictionary<long, double> _recorded = recorded.ToDictionary(line => line.Iteration, line => line.Loss);

    /// <summary>The first iteration at which the loss is not the recorded one, with both; null where all agree.</summary>
    internal (long Iteration, double Replayed, double Recorded)? Departure { get; private set; }

    /// <summary>The iterates wanted, in order.</summary>
    /// <param name="every">Every so many, counted from iteration 0.</param>
    /// <param name="from">Not before this one.</param>
    /// <param name="to">Not after this one.</param>
    /// <param name="cancellation">Ends the replay early.</param>
    internal IEnumerable<ReplayedIterate> Iterates(int every, long from, long to, CancellationToken cancellation)
    {
        using Method method = MethodFactory.Create(problem.Specification);
        using var tracker = new SharpnessTracker();
        Objective objective = problem.Objective;
        Evaluation at = objective.Evaluate(RunRanks.Together(ranks, problem.StartWeights), method.Wanted);
        try
        {
            for (long k = 0; ; k++)
            {
                Compare(k, at);
                if (k >= from && k % every == 0)
                {
                    using var scope = new TensorScope();

                    // Always from the iterate before, so that what is stored does not depend on where a call was interrupted.
                    FlowSolutionMeasuring.Approach(
                        tracker, objective, at, method.Wanted == Wanted.Nothing ? null : at.Gradient(), CancellationToken.None);
                    yield return new ReplayedIterate(
                        k, at.Value, at.Weights.Clone().Unscoped(),
                        tracker.Export().ToDictionary(entry => entry.Key, entry => entry.Value.Clone().Unscoped()));
                }

                if (k + every - (k % every) > to || cancellation.IsCancellationRequested)
                {
                    yield break;
                }

                (Evaluation next, _) = method.Step(objective, at);
                at.Dispose();
                at = next;
            }
        }
        finally
        {
            at.Dispose();
        }
    }

    private void Compare(long k, Evaluation at)
    {
        if (Departure is null && _recorded.TryGetValue(k, out double loss) && double.IsFinite(loss) && at.Value != loss)
        {
            Departure = (k, at.Value, loss);
        }
    }
}
