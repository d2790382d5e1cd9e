namespace Brink.Curvature;

/// <summary>Which part of a spectrum is followed.</summary>
public sealed record SpectrumRequest
{
    /// <summary>How many of the largest eigenvalues are always followed, at least 0.</summary>
    public int Largest { get; init; } = 1;

    /// <summary>How many of the smallest, at least 0.</summary>
    public int Smallest { get; init; }

    /// <summary>
    /// Most eigenvalues followed at the upper end where a threshold asks for more than <see cref="Largest"/>; at least
    /// <see cref="Largest"/>.
    /// </summary>
    public int MostLargest { get; init; } = 50;
}

/// <summary>One measurement of a part of a spectrum.</summary>
/// <param name="Largest">The largest eigenpairs, descending: those asked for, and all above the threshold.</param>
/// <param name="Smallest">The smallest, ascending.</param>
/// <param name="Products">Products with the operator, both ends together.</param>
/// <param name="Above">Number of eigenvalues above the threshold; null where none was given.</param>
/// <param name="Capped">Whether <see cref="SpectrumRequest.MostLargest"/> hid some: all that were followed are above the threshold, and more may be.</param>
public sealed record SpectrumMeasurement(Eigenpairs Largest, Eigenpairs Smallest, int Products, int? Above, bool Capped = false)
{
    /// <summary>Whether every pair meets its tolerance.</summary>
    public bool Converged => Largest.AllConverged && Smallest.AllConverged;
}
