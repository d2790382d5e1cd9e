using Brink.Objectives;

namespace Brink.Methods;

/// <summary>
/// <c>nls-ub</c>: the nonmonotone search with the self-stabilising upper bound. If the first trial was accepted, the
/// step is multiplied by 1/δ once, and only if the result stays below the bound: K for <c>mse</c>, 2 for <c>squared</c>, 2K
/// for <c>ce</c> (<see cref="LossFunction.FlatStep"/>). It keeps gradient descent out of the region where only the last bias
/// curves, whose points are saddles (Flatland, arXiv 2606.06722, for <c>mse</c>).
/// </summary>
public sealed class BoundedSearch : LineSearch
{
    private readonly double? _bound;

    /// <summary>Sets up the search.</summary>
    /// <param name="reference">Zhang–Hager unless asked otherwise.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="bound">What an enlarged step must stay below; <see cref="Objective.FlatStep"/> if not given.</param>
    /// <exception cref="BrinkException">The bound is not positive.</exception>
    public BoundedSearch(ReferenceValue reference, SearchParameters parameters, double? bound = null)
        : base(reference, parameters) => _bound = bound is { } given ? Require.Positive("upper-bound", given) : null;

    /// <inheritdoc/>
    public override string Name => "nls-ub";

    /// <inheritdoc/>
    protected override double StartingStepSize(Evaluation at, double squaredGradientNorm, double lastStepSize) => lastStepSize;

    /// <inheritdoc/>
    protected override void Extend(Trials trials, double flatStep)
    {
        ArgumentNullException.ThrowIfNull(trials);
        double next = trials.StepSize / Parameters.Contraction;
        if (next < (_bound ?? flatStep) && next <= Parameters.LargestStepSize)
        {
            // If it fails, backtracking leads to the first trial, which is known to be acceptable.
            trials.Attempt(next);
        }
    }
}
