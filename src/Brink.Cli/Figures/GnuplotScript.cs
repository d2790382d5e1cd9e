using System.Globalization;
using System.Text;

namespace Brink.Cli.Figures;

/// <summary>
/// A figure as a gnuplot script that draws it from data files beside it. Labels are written as literal text
/// (octal codes for what gnuplot would expand, no markup), so that nothing in the data can be read as a command.
/// </summary>
internal static class GnuplotScript
{
    /// <summary>Kinds of picture that can be drawn.</summary>
    internal static readonly IReadOnlyList<string> Formats = ["png", "svg", "pdf"];

    private const string Heading = "# Draws the pictures anew from the data beside it: run gnuplot on this file in its folder.\n";
    private const string Ink = "#333333";
    private const double PixelsPerCentimetre = 300 / 2.54;

    /// <summary>Writes the script.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="name">File name of the pictures without its ending; the data are name.dat and name.u8.</param>
    /// <param name="formats">Some of <see cref="Formats"/>.</param>
    /// <returns>The script's text.</returns>
    internal static string Write(Figure figure, string name, IReadOnlyList<string> formats)
    {
        var script = new StringBuilder(Heading);
        Setting(script, figure);
        string plot = Plot(figure, name);
        for (int k = 0; k < formats.Count; k++)
        {
            Line(script, $"set terminal {Terminal(formats[k], figure)}");
            Line(script, $"set output {File($"{name}.{formats[k]}")}");
            script.Append(plot);
        }

        script.Append("set output\n");
        return script.ToString();
    }

    /// <summary>Writes the script of one PDF with a page for every figure, all of the size of the first.</summary>
    /// <param name="pages">The figures, at least one, and the names of their data.</param>
    /// <param name="document">The PDF, as the script's folder sees it.</param>
    /// <returns>The script's text.</returns>
    internal static string WritePages(IReadOnlyList<(string Name, Figure Figure)> pages, string document)
    {
        var script = new StringBuilder(Heading);
        Line(script, $"set terminal {Terminal("pdf", pages[0].Figure)}");
        Line(script, $"set output {File(document)}");
        foreach ((string name, Figure figure) in pages)
        {
            script.Append("reset\n");
            Setting(script, figure);
            script.Append(Plot(figure, name));
        }

        script.Append("set output\n");
        return script.ToString();
    }

    private static void Setting(StringBuilder script, Figure figure)
    {
        bool cells = figure.Map is not null || figure.Heat is not null;
        script.Append("set encoding utf8\n");
        script.Append("set style line 100 lc rgb '#dddddd' lw 0.5\n");
        Line(script, $"set border 3 lc rgb '{Ink}' lw 0.8");
        Line(script, $"set tics nomirror out scale 0.6 textcolor rgb '{Ink}'");
        script.Append(!cells ? "set grid back ls 100\n" : "set tics front\n");
        script.Append(figure.Map is null ? "set key outside below center horizontal Left reverse\n" : "set key outside right center vertical Left reverse samplen 0.8 spacing 1.15\n");
        if (figure.Title is not null)
        {
            Line(script, $"set title {Quote(figure.Title)} noenhanced");
        }

        Axis(script, "x", figure.X, figure.Map?.X ?? figure.Heat?.X, figure.Map?.Columns ?? figure.Heat?.Columns ?? 0);
        Axis(script, "y", figure.Y, figure.Map?.Y ?? figure.Heat?.Y, figure.Map?.Rows ?? figure.Heat?.Rows ?? 0);
        Bands(script, figure);
        Thresholds(script, figure);
        if (figure.Map is { } map)
        {
            Line(script, $"set palette model RGB maxcolors {map.Categories.Count} defined ({string.Join(", ", Enumerable.Range(0, map.Categories.Count).Select(k => $"{k} {Quote(map.Categories[k].Colour)}"))}{(map.Categories.Count == 1 ? $", 1 {Quote(map.Categories[0].Colour)}" : string.Empty)})");
            Line(script, $"set cbrange [-0.5:{map.Categories.Count - 0.5}]");
            script.Append("unset colorbox\n");
        }

        if (figure.Heat is { } heat)
        {
            Line(script, $"set palette defined ({FigureColours.Ramp})");
            Line(script, $"set cbrange [{Number(heat.Range.Low)}:{Number(heat.Range.High)}]");
            Line(script, $"set cblabel {Quote(heat.Label)} noenhanced");
            if (heat.Tics.Count > 0)
            {
                // Their texts are ours and have markup.
                Line(script, $"set ytics ({string.Join(", ", heat.Tics.Select(tic => $"\"{tic.Text}\" {Number(tic.At)}"))})");
            }
        }
    }

    private static string Plot(Figure figure, string name) => "plot " + string.Join(", \\\n     ", Plots(figure, name)) + "\n";

    /// <summary>The numbers of all curves: one block a curve, two empty lines between, as gnuplot's <c>index</c> counts.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="data">Where to.</param>
    internal static void WriteCurves(Figure figure, TextWriter data)
    {
        foreach (FigureCurve curve in figure.Curves)
        {
            int[] drawnPoints = CurveThinning.Of(curve);
            string thinned = drawnPoints.Length < curve.X.Count ? $"; {drawnPoints.Length} of {curve.X.Count} points, extremes kept" : string.Empty;
            data.Write($"# {OneLine(curve.Name ?? "curve")}: {OneLine(figure.X.Label)}, {OneLine(figure.Y.Label)}{thinned}\n");
            foreach (int k in drawnPoints)
            {
                // gnuplot leaves a gap where it reads NaN.
                bool drawn = double.IsFinite(curve.X[k]) && double.IsFinite(curve.Y[k])
                    && !(figure.X.Logarithmic && curve.X[k] <= 0) && !(figure.Y.Logarithmic && curve.Y[k] <= 0);
                data.Write(drawn ? $"{Number(curve.X[k])} {Number(curve.Y[k])}\n" : "NaN NaN\n");
            }

            data.Write("\n\n");
        }
    }

    /// <summary>A gnuplot string of exactly this text.</summary>
    /// <param name="text">Any text; control characters become spaces.</param>
    /// <returns>The literal.</returns>
    /// <remarks>
    /// In double quotes, with octal codes for what ends the string, escapes, or is expanded before a line is read (` runs a
    /// command, @ is a macro). Single quotes would need none of it, but gnuplot 5.4 misreads one that begins with a quote.
    /// </remarks>
    internal static string Quote(string text) => $"\"{string.Concat(OneLine(text).Select(Escape))}\"";

    private static string Escape(char letter) => letter switch
    {
        '"' => "\\042",
        '\\' => "\\134",
        '`' => "\\140",
        '@' => "\\100",
        _ => letter.ToString(),
    };

    /// <summary>A file of the folder: the leading ./ keeps gnuplot from taking a name that begins with | or &lt; for a command.</summary>
    private static string File(string name) => Quote("./" + name);

    private static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder script, FormattableString line) =>
        script.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Terminal(string format, Figure figure) => format switch
    {
        "png" => string.Create(CultureInfo.InvariantCulture, $"pngcairo enhanced size {figure.Width * PixelsPerCentimetre:F0},{figure.Height * PixelsPerCentimetre:F0} font 'DejaVu Sans,8' fontscale 3.9 linewidth 3.4 pointscale 2"),
        "pdf" => string.Create(CultureInfo.InvariantCulture, $"pdfcairo enhanced size {figure.Width}cm,{figure.Height}cm font 'DejaVu Sans,8' linewidth 1 pointscale 0.5"),
        "svg" => string.Create(CultureInfo.InvariantCulture, $"svg enhanced size {figure.Width * 40:F0},{figure.Height * 40:F0} font 'DejaVu Sans,11' linewidth 1.2 background 'white'"),
        _ => throw NearestName.Unknown("kind of picture", format, Formats),
    };

    private static void Axis(StringBuilder script, string axis, FigureAxis shown, (double First, double Last)? cells, int count)
    {
        Line(script, $"set {axis}label {Quote(shown.Label)} noenhanced{(axis == "x" && cells is null ? " offset 0,0.4" : string.Empty)}");
        if (cells is { } ends)
        {
            // A map's cells are even: a logarithmic axis is drawn in exponents, with tics written at their values.
            MapAxis place = new(ends.First, ends.Last, count, shown.Logarithmic);
            Line(script, $"set {axis}range [{Number(place.Begin)}:{Number(place.End)}]");
            string tics = shown.Logarithmic ? $"({place.Tics()})" : Number(place.TicStep());
            Line(script, $"set {axis}tics {tics}");

            return;
        }

        if (shown.Logarithmic)
        {
            Line(script, $"set logscale {axis} 10");
            Line(script, $"set format {axis} '10^{{%T}}'");
        }

        if (shown is { Logarithmic: false, From: { } first, To: { } last } && last > first)
        {
            // gnuplot's own choice crowds the names where the range begins between two tics.
            Line(script, $"set {axis}tics {Number(MapAxis.TicStep(last - first))}");
        }

        Line(script, $"set {axis}range [{(shown.From is { } from ? Number(from) : "*")}:{(shown.To is { } to ? Number(to) : "*")}]");
    }

    /// <summary>Tints and names the bands. A name begins where its band does, or after the name before it, and ends within the bands.</summary>
    private static void Bands(StringBuilder script, Figure figure)
    {
        if (figure.Bands.Count == 0)
        {
            return;
        }

        const double LetterWidth = 0.0155; // of the picture's width between the axes, at 12 cm
        double end = figure.Bands.Max(band => band.To);
        double letter = LetterWidth * (end - Math.Min(0, figure.Bands.Min(band => band.From)));
        double free = double.NegativeInfinity;
        script.Append("set tmargin 2\n");
        foreach (FigureBand band in figure.Bands)
        {
            if (band.Tinted)
            {
                Line(script, $"set object rectangle from first {Number(band.From)}, graph 0 to first {Number(band.To)}, graph 1 behind fc rgb '#eaeff3' fs solid noborder");
            }

            double at = Math.Max(free, band.From);
            free = at + (letter * (band.Name.Length + 2));
            Line(script, $"set label {Quote(band.Name)} at first {Number(free > end && at <= band.From ? end : at)}, graph 1.045 {(free > end && at <= band.From ? "right" : "left")} noenhanced textcolor rgb '{Ink}'");
        }
    }

    private static void Thresholds(StringBuilder script, Figure figure)
    {
        foreach (FigureThreshold threshold in figure.Thresholds)
        {
            bool exponent = figure.Map is not null && (threshold.Vertical ? figure.X : figure.Y).Logarithmic;
            string place = Number(exponent ? Math.Log10(threshold.Value) : threshold.Value);
            string ends = threshold.Vertical ? $"from first {place}, graph 0 to first {place}, graph 1" : $"from graph 0, first {place} to graph 1, first {place}";
            Line(script, $"set arrow {ends} nohead front dt (6,4) lw 1 lc rgb '{Ink}'");
        }
    }

    private static IEnumerable<string> Plots(Figure figure, string name)
    {
        if (figure.Map is { } map)
        {
            var x = new MapAxis(map.X.First, map.X.Last, map.Columns, figure.X.Logarithmic);
            var y = new MapAxis(map.Y.First, map.Y.Last, map.Rows, figure.Y.Logarithmic);
            yield return $"{File(name + ".u8")} binary array=({map.Columns},{map.Rows}) format='%uchar' origin=({Number(x.Begin + (x.Step / 2))},{Number(y.Begin + (y.Step / 2))}) dx={Number(x.Step)} dy={Number(y.Step)} using 1 with image notitle";
            foreach ((string category, string colour) in map.Categories)
            {
                yield return $"keyentry with points pt 5 ps 1.4 lc rgb {Quote(colour)} title {Quote(category)} noenhanced";
            }
        }

        if (figure.Heat is { } heat)
        {
            var x = new MapAxis(heat.X.First, heat.X.Last, heat.Columns, figure.X.Logarithmic);
            var y = new MapAxis(heat.Y.First, heat.Y.Last, heat.Rows, figure.Y.Logarithmic);
            yield return $"{File(name + ".f32")} binary array=({heat.Columns},{heat.Rows}) format='%float32' origin=({Number(x.Begin + (x.Step / 2))},{Number(y.Begin + (y.Step / 2))}) dx={Number(x.Step)} dy={Number(y.Step)} using 1 with image notitle";
        }

        for (int k = 0; k < figure.Curves.Count; k++)
        {
            FigureCurve curve = figure.Curves[k];
            string colour = FigureColours.Curve(curve.Colour ?? k);
            string drawn = curve.Style switch
            {
                CurveStyle.Points => "points pt 7 ps 0.5",
                CurveStyle.LinePoints => "linespoints lw 1.3 pt 7 ps 0.5",
                CurveStyle.Dots => "dots",
                _ => "lines lw 1.3",
            };
            string title = curve.Name is null ? "notitle" : $"title {Quote(curve.Name)} noenhanced";
            string via = figure.Map is null
                ? "using 1:2"
                : $"using ({(figure.X.Logarithmic ? "log10($1)" : "$1")}):({(figure.Y.Logarithmic ? "log10($2)" : "$2")})";
            yield return $"{File(name + ".dat")} index {k} {via} with {drawn}{(curve.Dashed ? " dt (5,3)" : string.Empty)} lc rgb '{colour}' {title}";
        }

        foreach (FigureThreshold threshold in figure.Thresholds.Where(threshold => threshold.Name is not null))
        {
            yield return $"keyentry with lines dt (6,4) lw 1 lc rgb '{Ink}' title {Quote(threshold.Name!)} noenhanced";
        }
    }
}
