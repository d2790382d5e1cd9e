using Brink.Objectives;

namespace Brink.Methods;

/// <summary>
/// <c>ponls</c>: starts each iteration from Polyak's step (f(w) − f*) / (c_p‖g‖² + 1e-8) and only backtracks, against a
/// nonmonotone reference (math.md §2).
/// </summary>
public sealed class PolyakSearch : LineSearch
{
    private readonly double _factor;
    private readonly double _optimum;

    /// <summary>Sets up the search.</summary>
    /// <param name="reference">Zhang–Hager unless asked otherwise.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="factor">c_p, positive.</param>
    /// <param name="optimum">f*, the smallest loss there is.</param>
    /// <exception cref="BrinkException">c_p is not positive.</exception>
    public PolyakSearch(ReferenceValue reference, SearchParameters parameters, double factor = 0.1, double optimum = 0)
        : base(reference, parameters)
    {
        _factor = Require.Positive("cp", factor);
        _optimum = optimum;
    }

    /// <inheritdoc/>
    public override string Name => "ponls";

    /// <inheritdoc/>
    protected override double StartingStepSize(Evaluation at, double squaredGradientNorm, double lastStepSize)
    {
        ArgumentNullException.ThrowIfNull(at);
        return (at.Value - _optimum) / ((_factor * squaredGradientNorm) + 1e-8);
    }
}
