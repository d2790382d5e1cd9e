namespace Brink.Cli.Figures;

/// <summary>Cells of an even grid coloured by a number, with a bar that tells the colours.</summary>
/// <param name="Label">What the numbers are.</param>
/// <param name="Columns">Cells along x.</param>
/// <param name="Rows">Cells along y.</param>
/// <param name="Values">The number of every cell, row by row, the lowest row first; not finite for a cell that is left white.</param>
/// <param name="X">Value of x at the centres of the first and the last column.</param>
/// <param name="Y">Value of y at the centres of the first and the last row.</param>
internal sealed record HeatMap(string Label, int Columns, int Rows, float[] Values, (double First, double Last) X, (double First, double Last) Y)
{
    /// <summary>Places of the vertical axis with what stands at them; empty leaves them to the numbers.</summary>
    public IReadOnlyList<(double At, string Text)> Tics { get; init; } = [];

    /// <summary>The numbers at the ends of the colours; smaller ones have the first, larger ones the last colour.</summary>
    public required (double Low, double High) Range { get; init; }
}
