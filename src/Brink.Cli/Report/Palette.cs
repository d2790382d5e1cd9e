namespace Brink.Cli.Report;

/// <summary>
/// Colours of the runs: Okabe and Ito's eight, which readers with any colour vision tell apart (Color Universal Design,
/// 2008). Their black is the page's own ink, so that it also shows on a dark page; more than eight runs repeat the
/// colours with dashes.
/// </summary>
internal static class Palette
{
    private static readonly string[] s_colours =
        ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "var(--ink)", "#b8a800"];

    private static readonly string[] s_dashes = ["none", "7 3", "2 3", "9 3 2 3"];

    /// <summary>Colour of a run.</summary>
    /// <param name="run">Its index.</param>
    /// <returns>A CSS colour.</returns>
    internal static string Colour(int run) => s_colours[run % s_colours.Length];

    /// <summary>Dashes of a run.</summary>
    /// <param name="run">Its index.</param>
    /// <returns>A CSS <c>stroke-dasharray</c>.</returns>
    internal static string Dash(int run) => s_dashes[run / s_colours.Length % s_dashes.Length];
}
