namespace Brink.Experiments.Tests.Runs;

/// <summary>Whether two runs are one and the same.</summary>
internal static class RunComparison
{
    /// <summary>Lines of metrics equal, <c>seconds</c> apart; the newest checkpoints equal bit for bit, state included.</summary>
    internal static void AssertSame(string expected, string actual)
    {
        Assert.Equal(Lines(expected), Lines(actual));
        Checkpoint one = RunRecord.ReadCheckpoint(expected, Assert.Fail)!;
        Checkpoint other = RunRecord.ReadCheckpoint(actual, Assert.Fail)!;
        Assert.Equal(one.Iteration, other.Iteration);
        Assert.Equal(one.Tensors.Select(tensor => tensor.Name), other.Tensors.Select(tensor => tensor.Name));
        foreach ((var a, var b) in one.Tensors.Zip(other.Tensors))
        {
            Assert.True(a.Data.Span.SequenceEqual(b.Data.Span), $"{a.Name} differs at iteration {one.Iteration}");
        }

        RunSummary summary = RunRecord.ReadSummary(expected)! with { Seconds = 0, Started = null, Ended = null };
        Assert.Equal(summary, RunRecord.ReadSummary(actual)! with { Seconds = 0, Started = null, Ended = null });
    }

    /// <summary>The very text of the lines, but for <c>seconds</c>.</summary>
    internal static string[] Lines(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(WithoutSeconds)];

    private static string WithoutSeconds(string line) =>
        System.Text.RegularExpressions.Regex.Replace(line, "\"seconds\":[^,}]*", "\"seconds\":0", default, TimeSpan.FromSeconds(1));
}
