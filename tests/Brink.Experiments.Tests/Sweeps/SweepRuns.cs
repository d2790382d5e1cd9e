namespace Brink.Experiments.Tests.Sweeps;

/// <summary>Run folders as a run leaves them.</summary>
internal static class SweepRuns
{
    /// <summary>Stores a run of a specification that ended in a way, after some lines of metrics.</summary>
    internal static void Store(string folder, Specification specification, RunStatus status, string? reason = null, int lines = 0)
    {
        using RunFolder run = RunFolder.Create(specification.Resolve(10) with { Out = folder }, force: true);
        for (int k = 0; k < lines; k++)
        {
            run.Append(new MetricsLine { Iteration = k, Loss = 1, Seconds = k });
        }

        run.WriteSummary(new RunSummary { Status = status, Reason = reason, IterationsDone = lines, Method = specification.Method });
    }
}
