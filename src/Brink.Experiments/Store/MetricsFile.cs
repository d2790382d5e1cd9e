namespace Brink.Experiments;

/// <summary><c>metrics.jsonl</c>: iterations rising.</summary>
/// <param name="path">The file.</param>
internal sealed class MetricsFile(string path) : LinesFile<MetricsLine>(path)
{
    /// <summary>Appends a line. Values that are not finite are written as null beside a status.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="RunStoreException">It could not be written; the lines before it are whole.</exception>
    internal override void Append(MetricsLine line) =>
        base.Append(line.Status is null && !line.IsFinite ? line with { Status = "not_finite" } : line);

    /// <summary>Removes the lines of iterations from <paramref name="iteration"/> on, and a torn last line.</summary>
    /// <param name="iteration">The iteration that will be written next.</param>
    /// <exception cref="BrinkException">A line before them is not valid.</exception>
    /// <exception cref="RunStoreException">The file cannot be shortened.</exception>
    internal void CutBackTo(long iteration) => KeepWhile(line => line.Iteration < iteration);
}
