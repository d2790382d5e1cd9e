namespace Brink.Server;

/// <summary>What a curve is drawn over.</summary>
public enum CurveAxis
{
    /// <summary>Steps taken.</summary>
    Iteration,

    /// <summary>Loss and gradient evaluations spent on steps.</summary>
    Evaluations,

    /// <summary>Wall-clock seconds.</summary>
    Seconds,
}

/// <summary>Which curves, over what, how finely.</summary>
/// <param name="Quantities">Names of quantities (<see cref="Quantity"/>).</param>
/// <param name="Axis">What they are drawn over.</param>
public sealed record CurveRequest(IReadOnlyList<string> Quantities, CurveAxis Axis = CurveAxis.Iteration)
{
    /// <summary>Least place; one point to its left is given as well, so that a line reaches the edge.</summary>
    public double From { get; init; } = double.NegativeInfinity;

    /// <summary>Greatest place; one point to its right is given as well.</summary>
    public double To { get; init; } = double.PositiveInfinity;

    /// <summary>Columns of the picture; a curve of more than twice as many points is decimated.</summary>
    public int Pixels { get; init; } = 600;

    /// <summary>Only points of lines from this one on, from 0.</summary>
    public int AfterLines { get; init; }
}
