using Brink.Experiments.Theory;
using Brink.Theory.Sweeps;

namespace Brink.Cli.Figures;

/// <summary>A phase diagram as a picture.</summary>
internal static class PhaseFigure
{
    /// <summary>Makes the picture.</summary>
    /// <param name="plane">The parameters.</param>
    /// <param name="cells">The cells, row by row.</param>
    /// <returns>The figure; its legend names only what is there.</returns>
    internal static Figure Create(ParameterPlane plane, IReadOnlyList<OrbitSummary> cells)
    {
        int[] kinds = [.. cells.Select(PhaseCategory.Of)];
        int[] present = [.. kinds.Distinct().Order()];
        byte[] colours = [.. kinds.Select(kind => (byte)Array.IndexOf(present, kind))];
        return new Figure(Axis(plane, plane.X), Axis(plane, plane.Y))
        {
            Map = new CategoryMap(
                [.. present.Select(kind => (PhaseCategory.All[kind].Name, PhaseCategory.All[kind].Colour))],
                plane.X.Count, plane.Y.Count, colours, (plane.X.From, plane.X.To), (plane.Y.From, plane.Y.To)),
        };
    }

    private static FigureAxis Axis(ParameterPlane plane, SweepAxis axis) =>
        new(Label(plane, axis)) { Logarithmic = axis.Logarithmic };

    /// <summary>The label of an axis: its parameter's symbol.</summary>
    internal static string Label(ParameterPlane plane, SweepAxis axis) => plane.Model.Parameters[plane.Model.IndexOf(axis.Parameter)].Symbol;
}
