using System.Text.Json;
using Brink.Cli.Terminal;
using Brink.Experiments.Theory;
using Brink.Theory.Sweeps;
using Spectre.Console;

namespace Brink.Cli.Commands.Theory;

/// <summary>A phase diagram in a few numbers: summary.json, and what <c>--json</c> prints.</summary>
/// <param name="Model">The model.</param>
/// <param name="X">The axis of the columns.</param>
/// <param name="Y">The axis of the rows.</param>
/// <param name="Precision">double or single.</param>
/// <param name="Cells">Cells in all.</param>
/// <param name="Computed">Cells that are computed.</param>
/// <param name="Regimes">Cells of each regime.</param>
/// <param name="Periods">Cells of each period from 2.</param>
/// <param name="StillMoving">Cells among those converged or at the edge that are not at rest.</param>
/// <param name="LargestExponent">The largest Lyapunov exponent.</param>
/// <param name="Seconds">Wall-clock time of this call.</param>
/// <param name="Folder">Where the results are.</param>
internal sealed record PhaseSummary(
    string Model,
    string X,
    string Y,
    string Precision,
    int Cells,
    int Computed,
    IReadOnlyDictionary<string, int> Regimes,
    IReadOnlyDictionary<string, int> Periods,
    int StillMoving,
    double LargestExponent,
    double Seconds,
    string Folder)
{
    internal static PhaseSummary Of(PhaseFolder results, ParameterPlane plane, double seconds)
    {
        OrbitSummary[] computed = [.. results.Cells.Where(cell => cell.Regime != Regime.None)];
        return new PhaseSummary(
            plane.Model.Name,
            plane.X.ToString(),
            plane.Y.ToString(),
            plane.Single ? "single" : "double",
            results.Cells.Length,
            computed.Length,
            Enum.GetValues<Regime>().Where(regime => regime != Regime.None)
                .ToDictionary(regime => regime.ToString().ToLowerInvariant(), regime => computed.Count(cell => cell.Regime == regime)),
            computed.Where(cell => cell.Period > 1).GroupBy(cell => cell.Period).OrderBy(group => group.Key)
                .ToDictionary(group => $"{group.Key}", group => group.Count()),
            computed.Count(cell => cell.Period == 0 && (cell.Regime is Regime.Converged or Regime.Edge)),
            computed.Select(cell => (double)cell.Exponent).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max(),
            seconds,
            Path.GetFullPath(results.Path));
    }

    internal string ToJson() => JsonSerializer.Serialize(this, JsonText.Options) + "\n";

    internal void Print(TextWriter output)
    {
        output.WriteLine($"{Model}: {X} × {Y}, {Computed} of {Cells} cells in {Quantity.Duration(Seconds)}, {Precision} precision");
        var table = new Table().Border(TableBorder.Markdown).AddColumns("regime", "cells", "share");
        foreach ((string regime, int count) in Regimes.Where(one => one.Value > 0))
        {
            table.AddRow(regime, Quantity.Count(count), Quantity.Percent((double)count / Math.Max(1, Computed)));
        }

        ProgressDisplay.ConsoleOf(output).Write(table);
        string periods = string.Join(", ", Periods.Select(one => $"{one.Key} ({Quantity.Count(one.Value)})"));
        output.WriteLine($"periods: {(periods.Length > 0 ? periods : "none")}; still moving: {Quantity.Count(StillMoving)}; largest Lyapunov exponent: {Quantity.Number(LargestExponent)}");
        output.WriteLine($"results: {Folder}");
    }
}
