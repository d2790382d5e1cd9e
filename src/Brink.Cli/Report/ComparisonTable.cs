using Brink.Cli.Terminal;
using Spectre.Console;

namespace Brink.Cli.Report;

/// <summary>The comparison of runs as a table on the terminal.</summary>
internal static class ComparisonTable
{
    /// <summary>Builds the table.</summary>
    /// <param name="runs">The runs, one row each.</param>
    /// <param name="unicode">Whether λ, η and box characters can be shown.</param>
    /// <returns>The table, to be written to a console.</returns>
    internal static Table Create(IReadOnlyList<RunView> runs, bool unicode)
    {
        var table = new Table().Border(unicode ? TableBorder.Simple : TableBorder.None);
        table.AddColumn(new TableColumn("run").NoWrap().Padding(0, 0, 1, 0));
        foreach (string heading in ComparisonColumns.Headings)
        {
            // Headings stand on two lines, so that the numbers decide the width of a column.
            int space = heading.IndexOf(' ', StringComparison.Ordinal);
            string stacked = space < 0 ? heading : $"{heading[..space]}\n{heading[(space + 1)..]}";
            table.AddColumn(new TableColumn(new Text(Spell(stacked, unicode))).RightAligned().NoWrap().Padding(1, 0, 0, 0));
        }

        foreach (RunView run in runs)
        {
            Style style = run.EndedBadly ? new Style(new Color(213, 94, 0)) : Style.Plain;
            table.AddRow(ComparisonColumns.CellsOf(run).Prepend(run.Name).Select(cell => new Text(Spell(cell, unicode), style)));
        }

        return table;
    }

    private static string Spell(string text, bool unicode) => unicode
        ? text
        : text.Replace("λ₁", "sharpness").Replace("η·", "step*").Replace("∇f", "grad").Replace(Quantity.Absent, "-");
}
