using System.Globalization;
using System.Net;
using System.Text;

namespace Brink.Cli.Report;

/// <summary>A horizontal line that a curve is to be read against.</summary>
/// <param name="Value">Where it lies.</param>
/// <param name="Label">What it is, e.g. <c>2/K = 0.2</c>.</param>
internal sealed record Reference(double Value, string Label);

/// <summary>One curve of a chart.</summary>
/// <param name="Run">Index of the run, which decides its colour.</param>
/// <param name="Curve">The points.</param>
/// <param name="EndsBadly">Marks the last finite point with a cross: the run diverged there.</param>
/// <param name="Faint">Draws it thin, beside a bold curve of the same run.</param>
/// <param name="Label">What the hover text adds to the run's name; null for nothing.</param>
internal sealed record ChartSeries(int Run, Curve Curve, bool EndsBadly = false, bool Faint = false, string? Label = null);

/// <summary>A chart of curves over the iterations, as SVG that stands without script; colours come from the page's style.</summary>
internal sealed class CurveChart
{
    private const double Width = 640;
    private const double Height = 372;
    private const double Left = 58;
    private const double Right = 14;
    private const double Top = 12;
    private const double Bottom = 42;
    private const double LabelHeight = 16;
    private const int MostPoints = 800;
    private const int MostDots = 40;

    private readonly ChartSeries[] _series;
    private readonly Reference[] _references;
    private readonly Axis _x;
    private readonly Axis _y;
    private readonly string _id;
    private readonly string _title;

    /// <summary>Lays a chart out.</summary>
    /// <param name="id">Name in the page, letters only.</param>
    /// <param name="title">What it shows, for readers who do not see it.</param>
    /// <param name="series">The curves; empty ones are left out.</param>
    /// <param name="references">Lines to read them against; they are always inside the picture.</param>
    /// <param name="logarithmic">Whether the value axis is; null to choose by the span.</param>
    internal CurveChart(string id, string title, IEnumerable<ChartSeries> series, IEnumerable<Reference> references, bool? logarithmic)
    {
        (_id, _title) = (id, title);
        _series = [.. series.Where(one => one.Curve.Values.Length > 0).Select(one => one with { Curve = one.Curve.Thinned(MostPoints) })];
        _references = [.. references];
        _x = Axis.Over(_series.SelectMany(one => one.Curve.Iterations), logarithmic: false, Left, Width - Right, margin: 0);
        _y = Axis.Over(
            _series.SelectMany(Shown).Concat(_references.Select(line => line.Value)),
            logarithmic,
            Height - Bottom,
            Top,
            margin: 0.05);
    }

    /// <summary>Whether there is anything to show.</summary>
    internal bool IsEmpty => _series.Length == 0;

    /// <summary>The picture.</summary>
    /// <returns>An <c>svg</c> element.</returns>
    internal string ToSvg()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"chart\" id=\"{_id}\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(_title)}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<clipPath id=\"{_id}-clip\"><rect x=\"{Left}\" y=\"{Top}\" width=\"{Width - Left - Right}\" height=\"{Height - Top - Bottom}\"/></clipPath>\n");
        foreach ((double value, string label) in _y.Ticks)
        {
            svg.Append($"<line class=\"grid\" x1=\"{At(Left)}\" x2=\"{At(Width - Right)}\" y1=\"{At(_y.At(value))}\" y2=\"{At(_y.At(value))}\"/>");
            svg.Append($"<text class=\"tick\" text-anchor=\"end\" x=\"{At(Left - 8)}\" y=\"{At(_y.At(value) + 4)}\">{label}</text>\n");
        }

        foreach ((double value, string label) in _x.Ticks)
        {
            svg.Append($"<line class=\"grid\" x1=\"{At(_x.At(value))}\" x2=\"{At(_x.At(value))}\" y1=\"{At(Top)}\" y2=\"{At(Height - Bottom)}\"/>");
            svg.Append($"<text class=\"tick\" text-anchor=\"middle\" x=\"{At(_x.At(value))}\" y=\"{At(Height - Bottom + 18)}\">{label}</text>\n");
        }

        svg.Append($"<rect class=\"frame\" x=\"{At(Left)}\" y=\"{At(Top)}\" width=\"{At(Width - Left - Right)}\" height=\"{At(Height - Top - Bottom)}\"/>");
        svg.Append($"<text class=\"tick\" text-anchor=\"middle\" x=\"{At((Left + Width - Right) / 2)}\" y=\"{At(Height - 6)}\">iteration</text>\n");
        svg.Append($"<g clip-path=\"url(#{_id}-clip)\">\n");
        foreach (ChartSeries one in _series)
        {
            AppendCurve(svg, one);
        }

        svg.Append("</g>\n");
        double above = double.NegativeInfinity;
        foreach (Reference line in _references.OrderByDescending(line => line.Value))
        {
            double y = _y.At(line.Value);
            // Two lines close to each other are labelled on their outer sides.
            double label = y - above < LabelHeight ? y + LabelHeight - 2 : y - 5;
            above = y;
            svg.Append($"<line class=\"reference\" x1=\"{At(Left)}\" x2=\"{At(Width - Right)}\" y1=\"{At(y)}\" y2=\"{At(y)}\"/>");
            (string anchor, double x) = LabelIsFreerAtTheLeft(line.Label, label) ? ("start", Left + 6) : ("end", Width - Right - 6);
            svg.Append($"<text class=\"reference-label\" text-anchor=\"{anchor}\" x=\"{At(x)}\" y=\"{At(label)}\">{WebUtility.HtmlEncode(line.Label)}</text>\n");
        }

        svg.Append("<line class=\"crosshair\" hidden=\"\"/></svg>");
        return svg.ToString();
    }

    /// <summary>What the hover text needs: for each curve its run, picture x of every point and its value.</summary>
    /// <returns>A value to be written as JSON.</returns>
    internal object ToHoverData() => new
    {
        id = _id,
        top = Top,
        bottom = Height - Bottom,
        series = _series.Select(one => new
        {
            run = one.Run,
            label = one.Label,
            k = one.Curve.Iterations,
            x = one.Curve.Iterations.Select(k => Math.Round(_x.At(k), 1)),
            y = one.Curve.Values.Select(value => double.IsFinite(value) ? (double?)double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null),
        }),
    };

    /// <summary>A run on its way to infinity would press every other curve flat: its last stretch leaves the picture.</summary>
    private IEnumerable<double> Shown(ChartSeries one)
    {
        if (!one.EndsBadly)
        {
            return one.Curve.Values;
        }

        double highest = _series.Where(other => !other.EndsBadly).SelectMany(other => other.Curve.Values).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        double most = Math.Max(10 * highest, 1e3 * Math.Abs(one.Curve.Values[0]) * (highest > 0 ? 1e-2 : 1));
        return one.Curve.Values.Where(value => Math.Abs(value) <= most);
    }

    /// <summary>Whether fewer points of curves lie under a label at the left end of its line than at the right.</summary>
    private bool LabelIsFreerAtTheLeft(string label, double baseline)
    {
        double width = 8 * label.Length;
        int left = 0;
        int right = 0;
        foreach (ChartSeries one in _series)
        {
            for (int i = 0; i < one.Curve.Values.Length; i++)
            {
                double x = _x.At(one.Curve.Iterations[i]);
                double y = _y.At(one.Curve.Values[i]);
                if (y > baseline - LabelHeight && y < baseline + 4)
                {
                    left += x < Left + 6 + width ? 1 : 0;
                    right += x > Width - Right - 6 - width ? 1 : 0;
                }
            }
        }

        return left < right;
    }

    private static string At(double coordinate) => coordinate.ToString("0.##", CultureInfo.InvariantCulture);

    private void AppendCurve(StringBuilder svg, ChartSeries one)
    {
        (double X, double Y)[] points = [.. one.Curve.Iterations.Zip(one.Curve.Values, (k, value) => (_x.At(k), _y.At(value)))];
        svg.Append($"<g class=\"run run-{one.Run}{(one.Faint ? " faint" : string.Empty)}\"><path d=\"");
        bool drawing = false;
        foreach ((double x, double y) in points)
        {
            // A point that the axis cannot show breaks the line instead of bending it.
            if (double.IsNaN(y))
            {
                drawing = false;
                continue;
            }

            svg.Append(drawing ? 'L' : 'M').Append(At(x)).Append(' ').Append(At(y));
            drawing = true;
        }

        svg.Append("\"/>");
        (double X, double Y)[] shown = [.. points.Where(point => !double.IsNaN(point.Y))];
        if (shown.Length <= MostDots && !one.Faint)
        {
            foreach ((double x, double y) in shown)
            {
                svg.Append($"<circle r=\"2.4\" cx=\"{At(x)}\" cy=\"{At(y)}\"/>");
            }
        }

        if (one.EndsBadly && shown.Length > 0)
        {
            // Where the curve ends, or leaves the picture for good.
            int inside = Array.FindLastIndex(shown, point => point.Y >= Top);
            double x = shown[Math.Min(inside + 1, shown.Length - 1)].X;
            double y = Math.Clamp(shown[Math.Min(inside + 1, shown.Length - 1)].Y, Top + 6, Height - Bottom - 6);
            svg.Append($"<path class=\"cross\" d=\"M{At(x - 5)} {At(y - 5)}L{At(x + 5)} {At(y + 5)}M{At(x - 5)} {At(y + 5)}L{At(x + 5)} {At(y - 5)}\"/>");
        }

        svg.Append("</g>\n");
    }
}
