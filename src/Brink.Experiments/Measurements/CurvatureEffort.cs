using Brink.Curvature;
using Brink.Objectives;

namespace Brink.Experiments;

/// <summary>How good a run's eigenvalues must be, and what one measurement of them may cost.</summary>
internal static class CurvatureEffort
{
    /// <summary>
    /// Share of the flat level below which an eigenvalue need not be known: a step would have to be a million times K (under
    /// <c>mse</c>) to meet it, a hundred times the longest that a search tries by default. Without a last bias λ₁ does go there.
    /// </summary>
    internal const double NegligibleShare = 1e-6;

    /// <summary>When a measurement of λ₁ stops.</summary>
    /// <param name="specification">The run's.</param>
    /// <param name="negligible"><see cref="Negligible"/>.</param>
    internal static LanczosOptions ForSharpness(Specification specification, double negligible) => new()
    {
        ResidualTolerance = specification.SharpnessTolerance,
        MaximumProducts = specification.SharpnessMaxProducts,
        Negligible = negligible,
        Seed = (ulong)specification.Seed,
    };

    /// <summary>The size of an eigenvalue that need not be known.</summary>
    /// <param name="specification">The run's.</param>
    /// <param name="objective">Its loss.</param>
    /// <returns>A share of 2/K under <c>mse</c>, and of its analogue under other losses; 0 for a model, which has no such scale.</returns>
    internal static double Negligible(Specification specification, Objective objective) =>
        specification.Model is null ? NegligibleShare * 2 / objective.FlatStep : 0;
}
