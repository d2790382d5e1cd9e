using Brink.Objectives;

namespace Brink.Methods;

/// <summary>
/// <c>ls</c> and <c>nls</c>: starts from the last accepted step; backtracks, or, if the first trial was accepted,
/// multiplies by 1/δ until a trial fails and keeps the last accepted one. An <i>equality-type</i> search: the result
/// brackets the η* at which the acceptance test is an equality, which is what drives the sharpness down to 2/K
/// (Flatland, arXiv 2606.06722).
/// </summary>
public sealed class ExtrapolatingSearch : LineSearch
{
    /// <summary>Sets up the search.</summary>
    /// <param name="name"><c>ls</c> or <c>nls</c>.</param>
    /// <param name="reference">Monotone for <c>ls</c>; Zhang–Hager or Grippo for <c>nls</c>.</param>
    /// <param name="parameters">Its parameters.</param>
    public ExtrapolatingSearch(string name, ReferenceValue reference, SearchParameters parameters)
        : base(reference, parameters) => Name = name;

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    protected override double StartingStepSize(Evaluation at, double squaredGradientNorm, double lastStepSize) => lastStepSize;

    /// <inheritdoc/>
    protected override void Extend(Trials trials, double flatStep)
    {
        ArgumentNullException.ThrowIfNull(trials);
        double next = trials.StepSize / Parameters.Contraction;
        while (next <= Parameters.LargestStepSize && trials.Attempt(next))
        {
            next = trials.StepSize / Parameters.Contraction;
        }
    }
}
