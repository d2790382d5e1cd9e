namespace Brink.Cli.Figures;

/// <summary>
/// Colours of the curves: Okabe and Ito's (Color Universal Design, 2008), which readers with any colour vision tell
/// apart and which differ in brightness when printed in grey.
/// </summary>
internal static class FigureColours
{
    private static readonly string[] s_curves =
        ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8a800"];

    /// <summary>Colour of a curve.</summary>
    /// <param name="index">Its place; the colours repeat after eight.</param>
    /// <returns>A colour as #rrggbb.</returns>
    internal static string Curve(int index) => s_curves[index % s_curves.Length];
}
