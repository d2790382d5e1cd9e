using Brink.Data;

namespace Brink.Experiments.Tests.Runs;

/// <summary>The comparison of docs/central-flow.md in small: 200 CIFAR-10 images of four classes, 160 steps.</summary>
[Collection(RunCollection.Name)]
public sealed class CentralFlowOnImagesTests
{
    /// <summary>Standard deviation, in steps, of the Gaussian window that both losses are averaged over.</summary>
    private const double Width = 30;

    private static string Images => Path.GetDirectoryName(SharedFolder.Require("data/cifar-10-batches-bin/data_batch_1.bin"))!;

    [Fact]
    public void The_central_flow_stays_with_gradient_descent_where_the_gradient_flow_leaves()
    {
        using var folder = new TemporaryFolder();
        var observer = new RecordingObserver();
        RunOutcome outcome = Trainer.Train(
            new Specification
            {
                Data = "cifar10",
                From = Images,
                Subset = "first",
                Classes = [0, 1, 2, 3],
                Count = 200,
                Widths = [50, 50],
                Activation = "gelu",
                Loss = "squared",
                Method = "central-flow",
                Eta = 0.04,
                Beside = "gd-and-flow",
                Iterations = 160,
                SharpnessEvery = 0,
                TestEvery = 0,
                CheckpointEvery = 0,
                Threads = 1,
                MicroBatch = 200,
                KeepGraph = "yes",
                Out = folder["run"],
            },
            observer,
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Finished, outcome.Status);
        MetricsLine[] lines = [.. observer.Lines.Where(line => line.StepSize is not null)];
        MetricsLine[] edge = [.. lines.Where(line => line.SigmaTrace > 0)];
        Assert.InRange(edge.Length, 80, 160);
        Assert.All(edge, line => Assert.InRange(line.TrackedEigenvalues![0], 49, 50.5));
        double[] predicted = Averages(lines, line => line.PredictedLoss!.Value);
        double[] seen = Averages(lines, line => line.GdLoss!.Value);
        double worst = predicted.Zip(seen, (p, s) => Math.Abs((p / s) - 1)).Max();
        Assert.True(worst < 0.05, $"the predicted loss is off by {worst:P1}");
        MetricsLine last = observer.Lines[^1];
        Assert.True(last.FlowDistanceToGd > 2 * last.DistanceToGd, $"{last.FlowDistanceToGd} against {last.DistanceToGd}");
    }

    [Fact]
    public void Classes_are_the_samples_of_those_labels_renamed()
    {
        var store = new DataStore(null);
        ImageSet all = store.Load("cifar10", "train", new SampleSelection("first", 0, 300, 0), Images);
        ImageSet some = store.Load("cifar10", "train", new SampleSelection("first", 5, 20, 0), Images, [7, 2]);
        int[] places = [.. Enumerable.Range(0, 300).Where(n => all.Labels[n] is 7 or 2).Skip(5).Take(20)];
        Assert.Equal(2, some.Classes);
        Assert.Equal(places, some.SampleIndices);
        Assert.Equal(places.Select(place => all.Labels[place] == 7 ? 0 : 1), some.Labels);
        Assert.True(some.PixelsOf(19).SequenceEqual(all.PixelsOf(places[19])));
        Assert.Contains("no class 10", Assert.Throws<BrinkException>(() => all.Only([1, 10])).Message);
    }

    private static double[] Averages(MetricsLine[] lines, Func<MetricsLine, double> value) =>
    [
        .. Enumerable.Range(0, lines.Length).Select(at =>
        {
            double[] weights = [.. lines.Select((_, k) => Math.Exp(-0.5 * Math.Pow((k - at) / Width, 2)))];
            return lines.Zip(weights, (line, weight) => weight * value(line)).Sum() / weights.Sum();
        }),
    ];
}
