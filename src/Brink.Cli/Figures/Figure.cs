namespace Brink.Cli.Figures;

/// <summary>
/// A picture for a paper: curves, thresholds and at most one map over one pair of axes. It says what is shown;
/// <see cref="GnuplotScript"/> says how.
/// </summary>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
internal sealed record Figure(FigureAxis X, FigureAxis Y)
{
    /// <summary>Stands above the picture; papers put it in the caption, so there is none by default.</summary>
    public string? Title { get; init; }

    /// <summary>Curves, drawn in this order over the map.</summary>
    public IReadOnlyList<FigureCurve> Curves { get; init; } = [];

    /// <summary>Lines across the whole picture, such as 2/η.</summary>
    public IReadOnlyList<FigureThreshold> Thresholds { get; init; } = [];

    /// <summary>Stretches of the horizontal axis with a name, such as the phases of a run; not over a map.</summary>
    public IReadOnlyList<FigureBand> Bands { get; init; } = [];

    /// <summary>Coloured cells beneath the curves.</summary>
    public CategoryMap? Map { get; init; }

    /// <summary>Cells coloured by a number; not beside a map.</summary>
    public HeatMap? Heat { get; init; }

    /// <summary>Whether both axes have a range: given, or from points.</summary>
    public bool HasRange => Map is not null || Heat is not null
        || Curves.Any(curve => curve.Y.Any(double.IsFinite))
        || (X is { From: not null, To: not null } && Y is { From: not null, To: not null });

    /// <summary>Width of the picture, centimetres: 12 fits a one-column page, 8.5 one column of two.</summary>
    public double Width { get; init; } = 12;

    /// <summary>Height of the picture, centimetres.</summary>
    public double Height { get; init; } = 8;
}

/// <summary>One axis.</summary>
/// <param name="Label">The quantity, with its unit where it has one.</param>
internal sealed record FigureAxis(string Label)
{
    /// <summary>Whether equal distances are equal ratios.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Where the axis begins; null leaves it to the data.</summary>
    public double? From { get; init; }

    /// <summary>Where the axis ends; null leaves it to the data.</summary>
    public double? To { get; init; }
}

/// <summary>How the points of a curve are drawn.</summary>
internal enum CurveStyle
{
    /// <summary>Joined by a line; a value that is not finite leaves a gap.</summary>
    Line,

    /// <summary>A mark each.</summary>
    Points,

    /// <summary>A mark each, joined by a line.</summary>
    LinePoints,

    /// <summary>The smallest dot each, for orbits of many thousand points.</summary>
    Dots,
}

/// <summary>One curve.</summary>
/// <param name="Name">Its entry in the legend; null for none.</param>
/// <param name="X">Abscissae.</param>
/// <param name="Y">Ordinates, as many.</param>
/// <param name="Style">How it is drawn.</param>
internal sealed record FigureCurve(string? Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, CurveStyle Style = CurveStyle.Line)
{
    /// <summary>Index of the colour in <see cref="FigureColours"/>; null takes the curve's own place.</summary>
    public int? Colour { get; init; }

    /// <summary>Dashed, for what is predicted beside what was measured.</summary>
    public bool Dashed { get; init; }
}

/// <summary>A dashed grey line across the picture.</summary>
/// <param name="Value">Where it meets its axis.</param>
/// <param name="Name">Its entry in the legend; null for none.</param>
/// <param name="Vertical">True for a line at an abscissa.</param>
internal sealed record FigureThreshold(double Value, string? Name, bool Vertical = false);

/// <summary>A stretch of the horizontal axis, tinted where <paramref name="Tinted"/>, with its name above the picture.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tinted">Whether a faint grey lies beneath it.</param>
internal sealed record FigureBand(double From, double To, string Name, bool Tinted);

/// <summary>Cells of an even grid, each of one category.</summary>
/// <param name="Categories">What the cells' numbers mean: name and colour (#rrggbb), at most 256.</param>
/// <param name="Columns">Cells along x.</param>
/// <param name="Rows">Cells along y.</param>
/// <param name="Cells">Category of every cell, row by row, the lowest row first.</param>
/// <param name="X">Value of x at the centres of the first and the last column.</param>
/// <param name="Y">Value of y at the centres of the first and the last row.</param>
internal sealed record CategoryMap(
    IReadOnlyList<(string Name, string Colour)> Categories,
    int Columns,
    int Rows,
    byte[] Cells,
    (double First, double Last) X,
    (double First, double Last) Y);
