namespace Brink.Cli.Figures;

/// <summary>
/// Colours of the curves: Okabe and Ito's (Color Universal Design, 2008), which readers with any colour vision tell
/// apart and which differ in brightness when printed in grey.
/// </summary>
internal static class FigureColours
{
    private static readonly string[] s_curves =
        ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8a800"];

    /// <summary>From little to much, for heat maps: one hue that grows darker, as gnuplot's palette takes it.</summary>
    internal const string Ramp = "0 '#f2f6fa', 0.25 '#c2d8ea', 0.5 '#6ba6d2', 0.75 '#2268a8', 1 '#0a2a52'";

    /// <summary>Colour of a curve.</summary>
    /// <param name="index">Its place; the colours repeat after eight.</param>
    /// <returns>A colour as #rrggbb.</returns>
    internal static string Curve(int index) => s_curves[index % s_curves.Length];
}
