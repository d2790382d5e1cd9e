using Brink.Experiments.Sweeps;

namespace Brink.Experiments.Planning;

/// <summary>What the runs of a sweep are going to take together, each on one rank.</summary>
/// <param name="Runs">How many runs.</param>
/// <param name="Kinds">How many of them were measured: one of each kind.</param>
/// <param name="CoreSeconds">Σ seconds × threads.</param>
/// <param name="Seconds">Time on the given cores, as many runs at a time as have room.</param>
/// <param name="Cores">These cores.</param>
/// <param name="PeakBytes">Resident bytes of the largest run.</param>
/// <param name="DiskBytes">Bytes of all run folders.</param>
/// <param name="Files">Files in them.</param>
public sealed record SweepForecast(
    int Runs, int Kinds, double CoreSeconds, double Seconds, int Cores, double PeakBytes, double DiskBytes, long Files)
{
    private static readonly WireSpeed s_none = new(0, double.MaxValue);

    /// <summary>Forecasts.</summary>
    /// <param name="runs">Each run's specification.</param>
    /// <param name="cores">Cores that the sweep has; at least 1.</param>
    /// <param name="measure">Measures a run of a kind; asked once for each.</param>
    public static SweepForecast Of(IReadOnlyCollection<SweepPoint> runs, int cores, Func<SweepPoint, int, int, RunCosts> measure)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentOutOfRangeException.ThrowIfLessThan(cores, 1);
        IGrouping<string, SweepPoint>[] kinds = [.. runs.GroupBy(run => KindOf(run.Specification))];
        var all = new SweepForecast(runs.Count, kinds.Length, 0, 0, cores, 0, 0, (long)runs.Count * RunCosts.FilesPerRun);
        for (int k = 0; k < kinds.Length; k++)
        {
            RunCosts costs = measure(kinds[k].First(), k, kinds.Length);
            foreach (SweepPoint run in kinds[k])
            {
                RunCosts one = costs with { Iterations = run.Specification.Iterations };
                RunForecast forecast = RunForecast.Of(one, 1, s_none);
                all = all with
                {
                    CoreSeconds = all.CoreSeconds + (forecast.RunSeconds * one.Threads),
                    Seconds = all.Seconds + (forecast.RunSeconds / Math.Max(1, cores / one.Threads)),
                    PeakBytes = Math.Max(all.PeakBytes, forecast.PeakBytes),
                    DiskBytes = all.DiskBytes + one.DiskBytes,
                };
            }
        }

        return all;
    }

    /// <summary>Equal for runs that take the same time an iteration: the same in all but seed, length and a method's numbers.</summary>
    private static string KindOf(Specification specification) => SpecificationFields.All
        .Where(field => field == RunFields.Seed || field == RunFields.Iterations
            || (field.Group == FieldGroup.Method && field != MethodFields.Method && field != BatchFields.BatchSize))
        .Aggregate(specification, (kind, field) => kind.Without(field.Name)).ToJson();
}
