using Brink.Theory.Sweeps;

namespace Brink.Cli.Figures;

/// <summary>A phase diagram as a picture.</summary>
internal static class PhaseFigure
{
    /// <summary>
    /// Colours of Okabe and Ito, and greys, so that neighbours differ for any colour vision; the order is that of the legend.
    /// </summary>
    private static readonly (string Name, string Colour, Func<OrbitSummary, bool> Holds)[] s_categories =
    [
        ("converged", "#56b4e9", cell => cell.Regime == Regime.Converged),
        ("edge", "#e69f00", cell => cell.Regime == Regime.Edge),
        ("period 2", "#009e73", cell => cell.Regime == Regime.Periodic && cell.Period == 2),
        ("period 4", "#0072b2", cell => cell.Regime == Regime.Periodic && cell.Period == 4),
        ("other period", "#cc79a7", cell => cell.Regime == Regime.Periodic),
        ("undecided", "#cccccc", cell => cell.Regime == Regime.Undecided),
        ("unstable", "#f0e442", cell => cell.Regime == Regime.Unstable),
        ("chaotic", "#d55e00", cell => cell.Regime == Regime.Chaotic),
        ("diverged", "#444444", cell => cell.Regime == Regime.Diverged),
        ("not computed", "#ffffff", _ => true),
    ];

    /// <summary>Makes the picture.</summary>
    /// <param name="plane">The parameters.</param>
    /// <param name="cells">The cells, row by row.</param>
    /// <returns>The figure; its legend names only what is there.</returns>
    internal static Figure Create(ParameterPlane plane, IReadOnlyList<OrbitSummary> cells)
    {
        int[] kinds = [.. cells.Select(cell => Array.FindIndex(s_categories, category => category.Holds(cell)))];
        int[] present = [.. kinds.Distinct().Order()];
        byte[] colours = [.. kinds.Select(kind => (byte)Array.IndexOf(present, kind))];
        return new Figure(Axis(plane, plane.X), Axis(plane, plane.Y))
        {
            Map = new CategoryMap(
                [.. present.Select(kind => (s_categories[kind].Name, s_categories[kind].Colour))],
                plane.X.Count, plane.Y.Count, colours, (plane.X.From, plane.X.To), (plane.Y.From, plane.Y.To)),
        };
    }

    private static FigureAxis Axis(ParameterPlane plane, SweepAxis axis) =>
        new(Label(plane, axis)) { Logarithmic = axis.Logarithmic };

    /// <summary>The label of an axis: its parameter's symbol.</summary>
    internal static string Label(ParameterPlane plane, SweepAxis axis) => plane.Model.Parameters[plane.Model.IndexOf(axis.Parameter)].Symbol;
}
