using System.Text.Json;
using Brink.Experiments.Tests.Runs;
using Brink.Torch.Tests;

namespace Brink.Experiments.Tests.Ranks;

/// <summary>Runs of ranks that stop and go on; a thread stands for each process.</summary>
[Collection(RunCollection.Name)]
public sealed class RankedRunTests : IDisposable
{
    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Theory]
    [InlineData(1, 4)]
    [InlineData(0, 6)]
    public void A_signal_to_one_rank_breaks_off_a_measurement_on_all_and_leaves_no_trace(int rank, int at)
    {
        // λ₁ misses its tolerance on purpose: its note is a moment in the midst of the measurements of an iterate.
        Specification whole = _problem.Specification("nls", "whole") with
        {
            Iterations = 6,
            SharpnessEvery = 2,
            SharpnessMaxProducts = 3,
            SharpnessTolerance = 1e-9,
            TraceEvery = 2,
            CheckpointEvery = 0,
            TestEvery = 0,
            Threads = 1,
            MicroBatch = 16,
        };
        OnRanks(2, (ranks, token) => Trainer.Train(whole, new RecordingObserver(), ranks: ranks, cancellation: token));

        string folder = _problem["cut"];
        RunOutcome[] outcomes = OnRanks(2, (ranks, _) =>
        {
            using var asked = new CancellationTokenSource();
            var observer = new RecordingObserver(atNote: note =>
            {
                if (ranks.Group.Rank == rank && note.StartsWith($"iteration {at}: sharpness", StringComparison.Ordinal))
                {
                    asked.Cancel();
                }
            });
            return Trainer.Train(whole with { Out = folder }, observer, ranks: ranks, cancellation: asked.Token);
        });
        Assert.All(outcomes, outcome => Assert.Equal(RunStatus.Interrupted, outcome.Status));
        Assert.StartsWith($"interrupted at iteration {at};", outcomes[0].Reason, StringComparison.Ordinal);
        Assert.Equal(at - 1, RunRecord.ReadMetrics(folder)[^1].Iteration);
        Assert.Equal(at, RunRecord.ReadCheckpoint(folder, Assert.Fail)!.Iteration);

        RunOutcome[] resumed = OnRanks(2, (ranks, token) => Trainer.Resume(folder, new RecordingObserver(), ranks: ranks, cancellation: token));
        Assert.All(resumed, outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
        RunComparison.AssertSame(whole.Out!, folder);
    }

    [Fact]
    public void A_resume_adds_what_has_changed_to_the_environment()
    {
        Specification specification = _problem.Specification("gd", "run") with { Iterations = 4, Eta = 0.1, MicroBatch = 16, SharpnessEvery = 0 };
        OnRanks(2, (ranks, token) => Trainer.Train(specification, new RecordingObserver(), ranks: ranks, cancellation: token));
        string file = Path.Combine(specification.Out!, "environment.json");
        string start = File.ReadAllText(file);
        Assert.Equal(2, JsonElement.Parse(start).GetProperty("ranks").GetInt32());
        Assert.False(JsonElement.Parse(start).TryGetProperty("resumed", out _));

        // Another machine: and what an older or newer version wrote stays.
        File.WriteAllText(file, start.Replace($"\"host\": \"{Environment.MachineName}\"", "\"host\": \"elsewhere\", \"mark\": 7", StringComparison.Ordinal));
        Trainer.Resume(specification.Out!, new RecordingObserver(), iterations: 6, cancellation: TestContext.Current.CancellationToken);
        OnRanks(2, (ranks, token) => Trainer.Resume(specification.Out!, new RecordingObserver(), 8, ranks, token));
        JsonElement stored = JsonElement.Parse(File.ReadAllText(file));
        Assert.Equal(("elsewhere", 7, 2), (stored.GetProperty("host").GetString(), stored.GetProperty("mark").GetInt32(), stored.GetProperty("ranks").GetInt32()));
        JsonElement alone = stored.GetProperty("resumed").GetProperty("4").GetProperty("changed");
        JsonElement shared = stored.GetProperty("resumed").GetProperty("6").GetProperty("changed");
        Assert.Equal((Environment.MachineName, JsonValueKind.Null), (alone.GetProperty("host").GetString(), alone.GetProperty("ranks").ValueKind));
        Assert.Equal(["host"], shared.EnumerateObject().Select(field => field.Name));
        Assert.Equal(DateTimeKind.Utc, stored.GetProperty("resumed").GetProperty("6").GetProperty("time").GetDateTime().Kind);
    }

    private static RunOutcome[] OnRanks(int size, Func<RunRanks, CancellationToken, RunOutcome> work) => RankThreads.Run(
        size,
        (rank, port) =>
        {
            using var ranks = RunRanks.Join(new RankPlace(rank, size, rank, size, "127.0.0.1", port, "torchrun"), TestContext.Current.CancellationToken);
            return work(ranks, TestContext.Current.CancellationToken);
        },
        failure => failure is BrinkException { IsToldElsewhere: true });
}
