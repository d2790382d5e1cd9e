using Spectre.Console;
using Spectre.Console.Rendering;

namespace Brink.Cli.Terminal;

/// <summary>
/// The last lines of a terminal, redrawn in place. The lines below are never touched, so whatever else the terminal holds
/// stays.
/// </summary>
/// <param name="console">The terminal.</param>
internal sealed class LiveArea(IAnsiConsole console)
{
    private int[] _drawn = [];

    /// <summary>Whether there are lines of ours on the terminal.</summary>
    internal bool IsDrawn => _drawn.Length > 0;

    /// <summary>Puts lines where the last ones stood.</summary>
    /// <param name="lines">The lines; none takes the last ones away.</param>
    internal void Redraw(List<LiveLine> lines)
    {
        int width = Math.Max(console.Profile.Width - 1, 1);
        // A terminal that became narrower has wrapped the old lines: they stand on more rows now.
        int rows = _drawn.Sum(length => Math.Max(1, (length + width) / (width + 1)));
        var segments = new List<Segment>();
        if (rows > 0)
        {
            segments.Add(Segment.Control($"\u001b[{rows}A\r\u001b[J"));
        }

        foreach (LiveLine line in lines)
        {
            segments.AddRange(Segment.Truncate(line.Segments, width));
            segments.Add(Segment.LineBreak);
        }

        _drawn = [.. lines.Select(line => Math.Min(line.Text.Length, width))];
        console.Write(new Drawing(segments));
    }

    /// <summary>Segments as they are, written to the terminal at once so that no half frame shows.</summary>
    private sealed class Drawing(List<Segment> segments) : Renderable
    {
        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => segments;
    }
}

/// <summary>One line of a live view: texts with their styles. Every character used is one cell wide.</summary>
internal sealed class LiveLine
{
    /// <summary>The texts.</summary>
    internal List<Segment> Segments { get; } = [];

    /// <summary>The texts without their styles.</summary>
    internal string Text => string.Concat(Segments.Select(segment => segment.Text));

    /// <summary>Adds text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="style">Its style; plain where none is given.</param>
    /// <returns>This line.</returns>
    internal LiveLine Add(string text, Style? style = null)
    {
        if (text.Length > 0)
        {
            Segments.Add(new Segment(text, style ?? Style.Plain));
        }

        return this;
    }
}
