using Brink.Experiments;

namespace Brink.Server;

/// <summary>
/// Reads a few runs as a comparison would, some time after the start: what that takes is compiled while a reader still looks at the list,
/// and the first comparison does not wait for it.
/// </summary>
internal static class WarmUp
{
    /// <summary>Bytes of metrics that are read in a fraction of a second.</summary>
    private const long MostBytes = 8 << 20;

    /// <summary>After so many, what is called for every line is compiled with all care.</summary>
    private const int Runs = 4;

    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(500);

    /// <summary>Does it.</summary>
    /// <param name="firstScan">The first look at the runs.</param>
    /// <param name="index">The runs.</param>
    /// <param name="closing">Cancelled when the server ends.</param>
    internal static async Task Begin(Task firstScan, RunIndex index, CancellationToken closing)
    {
        try
        {
            await firstScan;
            await Task.Delay(s_rest, closing);
            CurveRequest request = new([.. Quantity.All.Select(quantity => quantity.Name)]);
            Parallel.ForEach(index.Runs.Where(run => run.MetricsLength <= MostBytes).OrderByDescending(run => run.MetricsLength).Take(Runs), run =>
            {
                MetricsColumns columns = new MetricsColumns(RunFiles.Metrics(run.Folder)).Follow();
                ServerJson.Bytes(json => CurveWriter.Write(json, run.Id, columns, request));
                ServerJson.Bytes(json => RunWriter.WriteDetails(json, run, RunWriter.VerdictsOf(run)));
            });
        }
        catch (Exception error) when (error is OperationCanceledException or AggregateException or IOException or UnauthorizedAccessException or BrinkException)
        {
            // Whoever asks for those runs is told.
        }
    }
}
