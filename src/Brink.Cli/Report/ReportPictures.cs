using Brink.Cli.Figures;

namespace Brink.Cli.Report;

/// <summary>The pictures beside a report, for papers: one PDF with a page for each, or an SVG each.</summary>
internal static class ReportPictures
{
    /// <summary>Draws the pictures of runs.</summary>
    /// <param name="report">The report's file, after which they are named.</param>
    /// <param name="runs">The runs' folders.</param>
    /// <param name="pdf">Whether <c>NAME.pdf</c> is drawn.</param>
    /// <param name="svg">Whether an SVG each is drawn, in <c>NAME-figures/</c>. The scripts and data that draw both are there in any case.</param>
    /// <returns>The files drawn.</returns>
    /// <exception cref="BrinkException">There is nothing to draw, or gnuplot is missing.</exception>
    internal static IReadOnlyList<string> Draw(string report, IReadOnlyList<string> runs, bool pdf, bool svg)
    {
        if (!pdf && !svg)
        {
            return [];
        }

        IReadOnlyList<(string Name, Figure Figure)> figures = RunFigures.Of(RunViewReader.ReadAll(runs));
        if (figures.Count == 0)
        {
            throw new BrinkException("there is nothing to draw: no line of these runs has a number");
        }

        string name = Path.ChangeExtension(report, null);
        string folder = name + "-figures";
        List<string> drawn = [];
        if (pdf)
        {
            Gnuplot.DrawPages(figures, folder, name + ".pdf");
            drawn.Add(name + ".pdf");
        }

        if (svg)
        {
            drawn.AddRange(figures.SelectMany(one => Gnuplot.Draw(one.Figure, Path.Combine(folder, one.Name), "svg")));
        }

        return drawn;
    }
}
