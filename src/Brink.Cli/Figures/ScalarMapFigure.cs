using Brink.Theory;

namespace Brink.Cli.Figures;

/// <summary>The region of starts for which the theorem on scalar networks holds, as a picture.</summary>
internal static class ScalarMapFigure
{
    /// <summary>In the order of the legend; Okabe and Ito's colours, and greys for what the theorem does not speak of.</summary>
    private static readonly (ScalarOutcome Outcome, string Name, string Colour)[] s_outcomes =
    [
        (ScalarOutcome.Fell, "φ fell", "#009e73"),
        (ScalarOutcome.Rose, "φ rose", "#d55e00"),
        (ScalarOutcome.LeftOrthant, "left the orthant", "#888888"),
        (ScalarOutcome.OutsideStart, "φ₀ η not in (2, 2√2)", "#e0e0e0"),
    ];

    /// <summary>Makes the picture.</summary>
    /// <param name="cells">The map, a row of values of η for each imbalance.</param>
    /// <returns>The figure; its legend names only what is there.</returns>
    internal static Figure Create(IReadOnlyList<ScalarMapCell> cells)
    {
        int side = (int)Math.Round(Math.Sqrt(cells.Count));
        (ScalarOutcome Outcome, string Name, string Colour)[] present = [.. s_outcomes.Where(kind => cells.Any(cell => cell.Outcome == kind.Outcome))];
        return new Figure(new FigureAxis("η"), new FigureAxis("imbalance of the start"))
        {
            Map = new CategoryMap(
                [.. present.Select(kind => (kind.Name, kind.Colour))],
                side, side,
                [.. cells.Select(cell => (byte)Array.FindIndex(present, kind => kind.Outcome == cell.Outcome))],
                (cells[0].Eta, cells[^1].Eta),
                (cells[0].Imbalance, cells[^1].Imbalance)),
        };
    }
}
