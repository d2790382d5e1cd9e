namespace Brink.Experiments.Tests.Runs;

/// <summary>When a run reached its edge of stability, and how closely it kept to it.</summary>
[Collection(RunCollection.Name)]
public sealed class EdgeOfStabilityTests : IDisposable
{
    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Fact]
    public void Gradient_descent_sharpens_to_the_edge_and_the_summary_says_when()
    {
        // λ₁ starts at 174 and rises; 2/η = 182.
        Specification specification = Sharpening("run") with { Eta = 0.011 };
        RunSummary summary = Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken).Summary;
        MetricsLine[] measured = [.. RunRecord.ReadMetrics(specification.Out!).Where(line => line.Sharpness is not null)];
        double threshold = 2 / 0.011;
        Assert.Equal(threshold, summary.EdgeThreshold!.Value, 1e-12);
        Assert.True(measured[0].Sharpness < threshold);
        MetricsLine first = measured.First(line => line.Sharpness >= threshold);
        Assert.True(first.Iteration > 0);
        Assert.Equal(first.Iteration, summary.EdgeReachedAt);

        double[] ratios = [.. measured.SkipWhile(line => line != first).Select(line => line.Sharpness!.Value / threshold)];
        Assert.Equal(ratios.Length, summary.EdgeRatioPoints);
        Assert.Equal(ratios.Min(), summary.EdgeRatioLowest);
        Assert.Equal(ratios.Max(), summary.EdgeRatioHighest);
        Assert.Equal(ratios.Average(), summary.EdgeRatioMean!.Value, 1e-12);
        Assert.Equal(measured.Max(line => line.Sharpness), summary.MaxSharpness);
        Assert.InRange(summary.EdgeRatioMean.Value, 0.8, 1.3);
    }

    [Fact]
    public void A_run_that_stays_below_never_reached_it()
    {
        RunSummary summary = Trainer.Train(Sharpening("run") with { Eta = 0.01 }, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken).Summary;
        Assert.Equal(200, summary.EdgeThreshold!.Value, 1e-9);
        Assert.Null(summary.EdgeReachedAt);
        Assert.Null(summary.EdgeRatioMean);
        Assert.True(summary.MaxSharpness < 200);
    }

    [Theory]
    [InlineData("nls")]
    [InlineData("cdat")]
    [InlineData("sam")]
    public void Methods_without_a_threshold_have_none(string method) =>
        Assert.Null(Trainer.Train(_problem.Specification(method, method) with { Iterations = 2 }, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken).Summary.Threshold());

    [Fact]
    public void Only_the_quantity_that_the_threshold_bounds_counts()
    {
        RunSummary summary = new()
        {
            Status = RunStatus.Running,
            IterationsDone = 0,
            Data = "d",
            Network = "n",
            Method = "adam",
            EdgeThreshold = 100,
            EdgeFormula = "2/η",
            EdgeQuantity = "preconditioned_sharpness",
        };
        summary = summary.With(new MetricsLine { Iteration = 0, Loss = 1, Seconds = 0, Sharpness = 500 });
        Assert.Null(summary.EdgeReachedAt);
        summary = summary.With(new MetricsLine { Iteration = 1, Loss = 1, Seconds = 0, Sharpness = 500, PreconditionedSharpness = 90 });
        Assert.Null(summary.EdgeReachedAt);
        summary = summary.With(new MetricsLine { Iteration = 2, Loss = 1, Seconds = 0, PreconditionedSharpness = 100 });
        summary = summary.With(new MetricsLine { Iteration = 3, Loss = 1, Seconds = 0, PreconditionedSharpness = 80 });
        summary = summary.With(new MetricsLine { Iteration = 4, Loss = 1, Seconds = 0, PreconditionedSharpness = double.NaN });
        Assert.Equal((2L, 0.8, 1.0, 0.9, 2), (summary.EdgeReachedAt!.Value, summary.EdgeRatioLowest!.Value, summary.EdgeRatioHighest!.Value, summary.EdgeRatioMean!.Value, summary.EdgeRatioPoints));
    }

    /// <summary>Fifty real images, on which a small tanh network first sharpens.</summary>
    private Specification Sharpening(string name) => new()
    {
        Data = "cifar10",
        From = Path.GetDirectoryName(SharedFolder.Require("data/cifar-10-batches-bin/data_batch_1.bin")),
        Subset = "first",
        Count = 50,
        Widths = [16, 16],
        Activation = "tanh",
        Loss = "squared",
        Method = "gd",
        Iterations = 200,
        SharpnessEvery = 5,
        TestEvery = 0,
        MicroBatch = 50,
        Threads = 1,
        CheckpointEvery = 0,
        Out = _problem[name],
    };
}
