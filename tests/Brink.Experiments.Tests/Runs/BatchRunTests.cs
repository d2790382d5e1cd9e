using Brink.Curvature;
using Brink.Data;
using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;

namespace Brink.Experiments.Tests.Runs;

/// <summary>Runs on batches: what their lines say, and that they train.</summary>
[Collection(RunCollection.Name)]
public sealed class BatchRunTests : IDisposable
{
    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Fact]
    public void The_lines_are_an_epoch_apart_and_say_how_many_passes_were_made()
    {
        Specification specification = _problem.Specification("nls", "run") with { BatchSize = 40, SharpnessEvery = 0, TestEvery = 0, Iterations = 8 };
        IReadOnlyList<MetricsLine> lines = Train(specification);
        Assert.Equal([0, 3, 6, 8], lines.Select(line => line.Iteration));
        Assert.Equal([0, 1, 2, 2 + (80.0 / 96)], lines.Select(line => line.Epoch!.Value));
        Assert.Equal(3, RunRecord.ReadSpecification(specification.Out!).RecordEvery);

        // What is recorded is of all samples; reference value and trials are the batch's.
        using Problem problem = Problem.Create(specification, _ => { });
        using Evaluation start = problem.Objective.Evaluate(problem.StartWeights(), Wanted.Value);
        Assert.Equal(start.Value, lines[0].Loss);
        Assert.NotEqual(start.Value, lines[0].ReferenceValue!.Value, 1e-6);
    }

    [Fact]
    public void The_batch_sharpness_is_that_of_the_epochs_batches()
    {
        Specification specification = _problem.Specification("gd", "run") with
        {
            Dtype = "float64",
            Eta = 0.5,
            BatchSize = 40,
            BatchSharpnessEvery = 2,
            SharpnessEvery = 2,
            SharpnessTolerance = 1e-8,
            TestEvery = 0,
            Iterations = 4,
        };
        IReadOnlyList<MetricsLine> lines = Train(specification);
        Assert.Equal([0, 2, 3, 4], lines.Select(line => line.Iteration));
        Assert.Equal([true, true, false, true], lines.Select(line => line.BatchSharpnessMean is not null));

        using Problem problem = Problem.Create(specification, _ => { });
        using var scope = new TensorScope();
        using var method = new StochasticMethod(new GradientDescent(0.5), 40, 0);
        Evaluation at = problem.Objective.Evaluate(problem.StartWeights(), Wanted.Nothing);
        for (int k = 0; ; k++)
        {
            if (k % 2 == 0)
            {
                MetricsLine line = lines.Single(line => line.Iteration == k);
                double[] expected = [.. method.Batches(96).Select(batch => Sharpness(problem.Objective, batch, at.Weights))];
                Assert.Equal(3, expected.Length);
                Assert.Equal(expected.Average(), line.BatchSharpnessMean!.Value, 1e-7);
                Assert.Equal(expected.Min(), line.BatchSharpnessMin!.Value, 1e-7);
                Assert.Equal(expected.Max(), line.BatchSharpnessMax!.Value, 1e-7);
                Assert.True(line.BatchHvps > 3);
                Assert.Null(line.BatchSharpnessUnconverged);
            }

            if (k == 4)
            {
                break;
            }

            Evaluation next = method.Step(problem.Objective, at).Next;
            at.Dispose();
            at = next;
        }

        at.Dispose();

        // A step of gd takes one loss with its gradient; the losses of all samples are the record's, not the step's.
        RunSummary summary = RunRecord.ReadSummary(specification.Out!)!;
        Assert.Equal((4, 4, 10), (summary.FunctionEvaluations, summary.GradientEvaluations, summary.Outputs));
        Assert.Null(summary.EdgeThreshold);

        IReadOnlyList<MetricsLine> two = Train(specification with { Out = _problem["two"], BatchSharpnessBatches = 2, SharpnessEvery = 0 });
        Assert.True(two[0].BatchSharpnessMax <= lines[0].BatchSharpnessMax && two[0].BatchHvps < lines[0].BatchHvps);
    }

    [Theory]
    [InlineData("nls")]
    [InlineData("cdat")]
    public void On_real_images_a_method_on_batches_lowers_the_loss_of_all(string method)
    {
        Specification specification = new()
        {
            Data = "fashion-mnist",
            Subset = "first",
            Count = 1000,
            Widths = [50],
            Method = method,
            BatchSize = 100,
            Iterations = 60,
            SharpnessEvery = 0,
            TestEvery = 0,
            CheckpointEvery = 0,
            Threads = 1,
            MicroBatch = 500,
            KeepGraph = "no",
            Out = _problem["images"],
        };
        if (!new DataStore().Has("fashion-mnist", "train"))
        {
            Assert.Skip("Debian's dataset-fashion-mnist is not installed");
        }

        IReadOnlyList<MetricsLine> lines = Train(specification);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], lines.Select(line => line.Epoch!.Value));

        // Below the loss 0.09 of a network that guesses, whose accuracy is 0.1.
        Assert.True(lines[^1].Loss < 0.08 && lines[^1].Loss < 0.7 * lines[0].Loss, $"{lines[0].Loss} to {lines[^1].Loss}");
        Assert.True(lines[^1].TrainAccuracy > 0.3, $"{lines[^1].TrainAccuracy}");
    }

    private static double Sharpness(Objective objective, long[] batch, Tensor weights)
    {
        using Objective restricted = objective.Restrict(batch);
        using Evaluation at = restricted.Evaluate(weights.Clone().Unscoped(), Wanted.Nothing);
        return Lanczos.Largest(new HessianOperator(restricted, at), 1, new LanczosOptions { ResidualTolerance = 1e-8, Seed = 77 }).Values[0];
    }

    private static IReadOnlyList<MetricsLine> Train(Specification specification)
    {
        Assert.Equal(RunStatus.Finished, Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken).Status);
        return RunRecord.ReadMetrics(specification.Out!);
    }
}
