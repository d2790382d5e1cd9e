using System.Text.Json.Serialization;

namespace Brink.Server.Theory;

/// <summary>What <c>GET /api/theory</c> says.</summary>
/// <param name="Models">The models that can be moved.</param>
/// <param name="Limits">What one request may ask for.</param>
internal sealed record TheoryCatalogue(IReadOnlyList<TheoryModelAnswer> Models, TheoryLimits Limits);

/// <summary>The most that one request may ask for.</summary>
/// <param name="Iterations">Steps of a trajectory.</param>
/// <param name="CellsASide">Columns, and rows, of a phase diagram.</param>
/// <param name="CellSteps">Cells of a diagram × steps of each × variables.</param>
internal sealed record TheoryLimits(int Iterations, int CellsASide, double CellSteps);

/// <summary>A model, as the page shows it.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">What the page calls it.</param>
/// <param name="Formula">The function.</param>
/// <param name="Source">The paper.</param>
/// <param name="Parameters">What can be moved.</param>
/// <param name="X">The columns of a diagram where none are given.</param>
/// <param name="Y">The rows.</param>
/// <param name="Iterations">Steps of a trajectory where none are given.</param>
/// <param name="Steps">Steps of a cell of a diagram where none are given.</param>
internal sealed record TheoryModelAnswer(
    string Name, string Title, string Formula, string Source, IReadOnlyList<TheoryParameterAnswer> Parameters,
    TheoryAxisAnswer X, TheoryAxisAnswer Y, int Iterations, int Steps);

/// <summary>A parameter, as a slider needs it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Symbol">Its symbol.</param>
/// <param name="Description">What it is.</param>
/// <param name="Low">Low end of the slider.</param>
/// <param name="High">High end.</param>
/// <param name="Logarithmic">Whether the slider goes by ratios.</param>
/// <param name="Default">Where it begins.</param>
/// <param name="Integer">Whether only whole numbers make sense.</param>
/// <param name="Least">The smallest legal value; null where there is none.</param>
/// <param name="Most">The largest legal value; null where there is none.</param>
internal sealed record TheoryParameterAnswer(
    string Name, string Symbol, string Description, double Low, double High, bool Logarithmic, double Default, bool Integer,
    double? Least, double? Most);

/// <summary>An axis of a diagram.</summary>
/// <param name="Parameter">Name of the parameter.</param>
/// <param name="Low">First value.</param>
/// <param name="High">Last value.</param>
/// <param name="Logarithmic">Whether equal ratios lie between neighbours.</param>
internal sealed record TheoryAxisAnswer(string Parameter, double Low, double High, bool Logarithmic);

/// <summary>What <c>GET /api/theory/trajectory</c> says.</summary>
/// <param name="Model">The model.</param>
/// <param name="Parameters">Every parameter, those not given at their defaults.</param>
/// <param name="Iterations">Steps taken.</param>
/// <param name="Diverged">Whether the last iterate is not finite.</param>
/// <param name="Charts">What is drawn against the iteration.</param>
/// <param name="Phases">The iteration at which each phase begins; null where the model knows none.</param>
/// <param name="Portraits">The planes that it can be drawn in.</param>
/// <param name="Portrait">The trajectory in the one that was asked for.</param>
/// <param name="Verdicts">The verdict table.</param>
internal sealed record TrajectoryAnswer(
    string Model, IReadOnlyDictionary<string, double> Parameters, int Iterations, bool Diverged, IReadOnlyList<TheoryChart> Charts,
    IReadOnlyDictionary<string, int>? Phases,
    IReadOnlyList<PortraitName> Portraits, Portrait Portrait, IReadOnlyList<TheoryVerdict> Verdicts);

/// <summary>Curves against the iteration that share a vertical axis.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its title.</param>
/// <param name="Logarithmic">Whether the vertical axis is logarithmic.</param>
/// <param name="Lines">The curves.</param>
/// <param name="Levels">Horizontal lines.</param>
internal sealed record TheoryChart(string Name, string Title, bool Logarithmic, IReadOnlyList<TheoryLine> Lines, IReadOnlyList<TheoryLevel> Levels);

/// <summary>A curve.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Label">What the legend calls it.</param>
/// <param name="Series">The curve.</param>
internal sealed record TheoryLine(string Name, string Label, Decimation Series);

/// <summary>A value worth a line of its own.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">The value.</param>
internal sealed record TheoryLevel(string Label, double Value);

/// <summary>One line of the verdict table.</summary>
/// <param name="Theorem">Name and source.</param>
/// <param name="Claim">What it claims.</param>
/// <param name="Outcome"><c>holds</c>, <c>fails</c> or <c>not_applicable</c>.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Because">The hypothesis that is not met.</param>
internal sealed record TheoryVerdict(
    string Theorem, string Claim, string Outcome, string Measured,
    string? Because);

/// <summary>What <c>GET /api/theory/phase</c> says.</summary>
/// <param name="X">Values of the columns.</param>
/// <param name="Y">Values of the rows.</param>
/// <param name="Regimes">One byte a cell, row by row, the first value of y first: the place in <paramref name="Names"/>.</param>
/// <param name="Names">The categories.</param>
/// <param name="Colours">Their colours, <c>#rrggbb</c>.</param>
internal sealed record PhaseAnswer(double[] X, double[] Y, byte[] Regimes, IReadOnlyList<string> Names, IReadOnlyList<string> Colours);

/// <summary>A plane that a trajectory can be drawn in.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its title.</param>
internal sealed record PortraitName(string Name, string Title);

/// <summary>A trajectory in a plane, over what the plane itself shows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Points">The iterates.</param>
/// <param name="Lines">Curves of the plane.</param>
/// <param name="Fields">Functions of the plane whose level lines are drawn.</param>
internal sealed record Portrait(
    string Name, PortraitAxis X, PortraitAxis Y, PortraitPoints Points, IReadOnlyList<PortraitLine> Lines, IReadOnlyList<PortraitField> Fields);

/// <summary>An axis of a portrait.</summary>
/// <param name="Label">What it measures.</param>
/// <param name="Logarithmic">Whether it is logarithmic.</param>
/// <param name="Low">Where it begins; null where the points decide.</param>
/// <param name="High">Where it ends.</param>
internal sealed record PortraitAxis(string Label, bool Logarithmic = false, double? Low = null, double? High = null);

/// <summary>Iterates in a plane.</summary>
/// <param name="X">One number a point.</param>
/// <param name="Y">One number a point.</param>
/// <param name="Every">Every how many iterations there is one; odd, so that both sides of an oscillation are seen.</param>
internal sealed record PortraitPoints([property: JsonConverter(typeof(PixelNumbers))] double[] X, [property: JsonConverter(typeof(PixelNumbers))] double[] Y, int Every);

/// <summary>A curve of a plane, or a point of it where it has one vertex.</summary>
/// <param name="Kind">How it is drawn: <c>edge</c>, <c>minimisers</c>, <c>stable_minimisers</c>, <c>flow</c>, <c>limit</c>.</param>
/// <param name="Label">What the legend calls it.</param>
/// <param name="X">Its vertices; what is no number parts it.</param>
/// <param name="Y">Its vertices.</param>
internal sealed record PortraitLine(string Kind, string Label, double[] X, double[] Y);

/// <summary>A function on an even grid over the whole portrait.</summary>
/// <param name="Kind">How its level lines are drawn: <c>loss</c> or <c>edge</c>.</param>
/// <param name="Label">What the legend calls them.</param>
/// <param name="Columns">Points of the grid from the low to the high end of x.</param>
/// <param name="Rows">Points from the low to the high end of y.</param>
/// <param name="Values">The values, row by row from the low end of y.</param>
/// <param name="Levels">The levels.</param>
internal sealed record PortraitField(string Kind, string Label, int Columns, int Rows, [property: JsonConverter(typeof(PixelNumbers))] double[] Values, double[] Levels);
