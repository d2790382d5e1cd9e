using System.Text.RegularExpressions;
using Brink.Experiments;

namespace Brink.Cli.Tests.Training;

/// <summary>kill −9 at random moments, Ctrl-C and SIGTERM: the resumed run is the one that was never stopped.</summary>
public sealed class KillAndResumeTests : IDisposable
{
    private const int Kills = 4;

    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("--method nls --sharpness-every 50 --checkpoint-every 7")]
    [InlineData("--method adam --batch-size 20 --sharpness-every 0 --checkpoint-every 3")]
    public void Killed_at_random_moments_and_resumed_a_run_is_the_uninterrupted_one(string options)
    {
        string[] more = [.. options.Split(' '), "--iterations", "600"];
        Assert.Equal(0, BrinkProcess.Run(_data.Train("whole", more)).Code);
        TimeSpan whole = TimeSpan.FromSeconds(RunRecord.ReadSummary(_data["whole"])!.Seconds);

        int seed = Environment.TickCount;
        var random = new Random(seed);
        string run = _data["killed"];
        int killed = 0;
        for (int k = 0; k < Kills; k++)
        {
            using BrinkProcess process = BrinkProcess.Start(k == 0 ? _data.Train("killed", more) : ["resume", run, "--quiet"]);

            // From when the loop is at work, so that most kills hit it and not the start of the process.
            string metrics = Path.Combine(run, "metrics.jsonl");
            long before = k == 0 ? 0 : Length(metrics);
            while (!process.HasExited && Length(metrics) == before)
            {
                Thread.Sleep(1);
            }

            Thread.Sleep(whole * random.NextDouble() / Kills);
            if (process.HasExited)
            {
                break;
            }

            process.Kill();
            killed++;
        }

        Assert.True(killed > 0, "the run was over before it could be killed");
        Tear(run);
        (int code, _, string error) = BrinkProcess.Run("resume", run, "--quiet");
        bool finished = code != 0 && error.Contains("is finished", StringComparison.Ordinal);
        Assert.True(code == 0 || finished, $"seed {seed}: {error}");
        AssertSame(_data["whole"], run, $"seed {seed}, {killed} kills");
    }

    [Theory]
    [InlineData("TERM", false)]
    [InlineData("INT", false)]
    [InlineData("INT", true)]
    public void A_signal_ends_the_run_after_a_checkpoint_and_names_the_way_on(string signal, bool centralFlow)
    {
        string[] Line(string name, long iterations) => centralFlow
            ? _data.CentralFlow(name, "--eta", "0.0036", "--checkpoint-every", "1000", "--iterations", $"{iterations}")
            : _data.Train(name, "--method", "sam", "--sharpness-every", "0", "--checkpoint-every", "1000", "--iterations", $"{iterations}");
        string run = _data["signalled"];
        using BrinkProcess process = BrinkProcess.Start(Line("signalled", 100000));
        while (!process.HasExited && Length(Path.Combine(run, "metrics.jsonl")) < 2000)
        {
            Thread.Sleep(1);
        }

        process.Signal(signal);
        (int code, string output, string error) = process.Finish();
        Assert.True(code == 130, $"exit code {code}: {output}{error}");
        Assert.Contains($"brink resume {run}", output, StringComparison.Ordinal);
        Assert.Equal(string.Empty, error);
        RunSummary summary = RunRecord.ReadSummary(run)!;
        Assert.Equal(RunStatus.Interrupted, summary.Status);
        Checkpoint checkpoint = RunRecord.ReadCheckpoint(run, Assert.Fail)!;
        Assert.Equal(summary.IterationsDone, checkpoint.Iteration);
        Assert.Equal(checkpoint.Iteration, RunRecord.ReadMetrics(run).Count);

        // To an end near by: the run was asked for far more, so that the signal could not come too late.
        long end = checkpoint.Iteration + 20;
        Assert.Equal(0, BrinkProcess.Run("resume", run, "--quiet", "--iterations", $"{end}").Code);
        Assert.Equal(0, BrinkProcess.Run(Line("whole", end)).Code);
        AssertSame(_data["whole"], run, signal);
    }

    /// <summary>What a kill within a write leaves, which a kill from outside seldom hits.</summary>
    private static void Tear(string run)
    {
        if (RunRecord.ReadSummary(run)!.Status != RunStatus.Finished)
        {
            File.AppendAllText(Path.Combine(run, "metrics.jsonl"), "{\"iteration\":");
            File.WriteAllText(Path.Combine(run, "checkpoints", "step-000000599.safetensors.tmp"), "half");
        }
    }

    private static long Length(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    private static void AssertSame(string expected, string actual, string when)
    {
        Assert.True(Lines(expected).SequenceEqual(Lines(actual)), $"{when}: the lines of metrics differ");
        Checkpoint one = RunRecord.ReadCheckpoint(expected, Assert.Fail)!;
        Checkpoint other = RunRecord.ReadCheckpoint(actual, Assert.Fail)!;
        Assert.Equal(one.Iteration, other.Iteration);
        Assert.All(
            one.Tensors.Zip(other.Tensors),
            pair => Assert.True(pair.First.Name == pair.Second.Name && pair.First.Data.Span.SequenceEqual(pair.Second.Data.Span), $"{when}: {pair.First.Name} differs"));
        Assert.Empty(Directory.GetFiles(Path.Combine(actual, "checkpoints"), "*.tmp"));
    }

    private static IEnumerable<string> Lines(string run) => File.ReadLines(Path.Combine(run, "metrics.jsonl"))
        .Select(line => Regex.Replace(line, "\"seconds\":[^,}]*", string.Empty, RegexOptions.None, TimeSpan.FromSeconds(1)));
}
