namespace Brink.Experiments.Tests.Runs;

/// <summary>Flows as runs: where they start, where they stop, what they say of it.</summary>
[Collection(RunCollection.Name)]
public sealed class FlowRunTests : IDisposable
{
    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Fact]
    public void A_flow_starts_where_a_run_stands_and_ends_at_the_loss_it_was_asked_for()
    {
        Specification descent = _problem.Specification("gd", "descent") with { Activation = "tanh", Iterations = 6 };
        RunOutcome before = Train(descent);
        Specification flow = FlowStart.At(descent.Out!, iteration: null) with { Out = _problem["flow"], UntilLoss = 0.08, Tolerance = 1e-3, CheckpointEvery = 0 };
        FlowSummary summary = FlowSummary.Of(Train(flow));
        IReadOnlyList<MetricsLine> lines = MetricsFile.Read(RunFiles.Metrics(flow.Out!));
        Assert.Equal(before.Summary.FinalLoss!.Value, lines[0].Loss, 1e-6);
        Assert.Equal(0, lines[0].Time);
        Assert.True(summary.Reached && summary.Loss <= 0.08, summary.Why);

        // In float32 a loss is good to about 1e-6 parts.
        Assert.All(lines.Zip(lines.Skip(1)), pair => Assert.True(
            pair.First.Time < pair.Second.Time && pair.First.Loss * (1 + 1e-5) >= pair.Second.Loss,
            $"loss {pair.First.Loss:R} at time {pair.First.Time:R}, {pair.Second.Loss:R} at {pair.Second.Time:R}"));
        Assert.Equal(lines.Take(lines.Count - 1).Sum(line => line.StepSize!.Value), summary.Time!.Value, 1e-9);
        Assert.Equal(lines.Sum(line => line.GradientEvaluations ?? 0), summary.Gradients);
        Assert.True(summary.Sharpness > 0 && summary.SharpnessResidual <= 1e-2);
    }

    [Fact]
    public void A_flow_that_does_not_get_there_says_so()
    {
        Specification flow = _problem.Specification("flow", "short") with { Iterations = 1000, UntilLoss = 1e-9, MaxGradients = 40 };
        RunOutcome outcome = Train(flow);
        FlowSummary summary = FlowSummary.Of(outcome);
        Assert.Equal(RunStatus.Finished, outcome.Status);
        Assert.False(summary.Reached);
        Assert.Contains("40 gradients", summary.Why, StringComparison.Ordinal);
        Assert.Contains("did not reach loss 1E-09", summary.Why, StringComparison.Ordinal);
        Assert.Contains("max-gradients", Assert.Throws<BrinkException>(() => Trainer.Resume(flow.Out!, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_is_met_exactly_with_the_distance_to_descent_on_the_way()
    {
        Specification flow = (_problem.Specification("flow", "timed") with { UntilTime = 2, CompareEta = 0.25, Tolerance = 1e-4 }).Without("iterations");
        FlowSummary summary = FlowSummary.Of(Train(flow));
        IReadOnlyList<MetricsLine> lines = MetricsFile.Read(RunFiles.Metrics(flow.Out!));
        Assert.Equal(Enumerable.Range(0, 9).Select(k => (double?)(k * 0.25)), lines.Select(line => line.Time));
        Assert.All(lines, line => Assert.NotNull(line.DistanceToGd));
        Assert.True(lines[^1].DistanceToGd > 0);
        Assert.True(summary.Reached, summary.Why);
    }

    [Fact]
    public void A_checkpoint_that_is_not_there_is_answered_with_those_that_are()
    {
        Specification descent = _problem.Specification("gd", "descent") with { Iterations = 4 };
        Train(descent);
        string message = Assert.Throws<BrinkException>(() => FlowStart.At(descent.Out!, 2)).Message;
        Assert.Contains("3, 4", message, StringComparison.Ordinal);
    }

    private static RunOutcome Train(Specification specification) =>
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
}
