using Brink.Theory.Sweeps;

namespace Brink.Experiments.Theory;

/// <summary>A colour of a phase diagram: a regime, or cycles of one length among the periodic.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Colour">Its colour, <c>#rrggbb</c>: those of Okabe and Ito, and greys, so that neighbours differ for any colour vision.</param>
public sealed record PhaseCategory(string Name, string Colour)
{
    /// <summary>The categories in the order of a legend; the last is that of cells which are not computed.</summary>
    public static IReadOnlyList<PhaseCategory> All { get; } =
    [
        new("converged", "#56b4e9"),
        new("edge", "#e69f00"),
        new("period 2", "#009e73"),
        new("period 4", "#0072b2"),
        new("other period", "#cc79a7"),
        new("undecided", "#cccccc"),
        new("unstable", "#f0e442"),
        new("chaotic", "#d55e00"),
        new("diverged", "#444444"),
        new("not computed", "#ffffff"),
    ];

    /// <summary>The category of a cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <returns>Its place in <see cref="All"/>.</returns>
    public static int Of(OrbitSummary cell) => cell switch
    {
        { Regime: Regime.Converged } => 0,
        { Regime: Regime.Edge } => 1,
        { Regime: Regime.Periodic, Period: 2 } => 2,
        { Regime: Regime.Periodic, Period: 4 } => 3,
        { Regime: Regime.Periodic } => 4,
        { Regime: Regime.Undecided } => 5,
        { Regime: Regime.Unstable } => 6,
        { Regime: Regime.Chaotic } => 7,
        { Regime: Regime.Diverged } => 8,
        _ => 9,
    };
}
