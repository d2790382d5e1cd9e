using Brink.Experiments;

namespace Brink.Cli.Commands;

/// <summary>A table of runs as aligned plain text, the same on a terminal, in a pipe and in a log.</summary>
internal static class RunTableText
{
    /// <summary>Writes a table: a line of titles, then a line a run.</summary>
    /// <param name="table">The table.</param>
    /// <param name="output">Where to.</param>
    internal static void Write(RunTable table, TextWriter output)
    {
        string[][] rows =
        [
            [.. table.Columns.Select(RunTable.TitleOf)],
            .. table.Runs.Select(run => table.Columns.Select(column => RunTable.Show(column, run)).ToArray()),
        ];
        int[] widths = [.. table.Columns.Select((_, c) => rows.Max(row => row[c].Length))];
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, c) =>
                table.Columns[c].IsNumber ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }

        if (table.Runs.Any(run => table.Columns.Any(column => RunTable.IsDoubtful(column, run))))
        {
            output.WriteLine($"{RunTable.Doubt} rests on a λ₁ that missed its tolerance; metrics.jsonl has the residuals");
        }
    }
}
