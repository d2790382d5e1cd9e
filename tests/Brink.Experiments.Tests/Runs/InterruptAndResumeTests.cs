using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests.Runs;

/// <summary>A run that is interrupted and resumed is the run that never was, bit for bit; the same for one that is prolonged.</summary>
[Collection(RunCollection.Name)]
public sealed class InterruptAndResumeTests : IDisposable
{
    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    private static readonly IReadOnlyDictionary<string, Func<Specification, Specification>> s_variants =
        new Dictionary<string, Func<Specification, Specification>>
        {
            ["gd"] = s => s with { Method = "gd", Eta = 0.5 },
            ["gd with flow solutions"] = s => s with { Method = "gd", Eta = 0.5, Iterations = 5, GfsEvery = 2, GfsUntilLoss = 0.05, GfsGradients = 200 },
            ["gd with momentum"] = s => s with { Method = "gd", Momentum = 0.9, Nesterov = true },
            ["warmup"] = s => s with { Method = "warmup", WarmupStart = 1 },
            ["ls"] = s => s with { Method = "ls" },
            ["nls"] = s => s with { Method = "nls", Iterations = 22 },
            ["nls without line products"] = s => s with { Method = "nls", LineProducts = "no", KeepGraph = "no" },
            ["nls with Grippo's reference"] = s => s with { Method = "nls", Reference = "grippo", Memory = 4 },
            ["nls-ub"] = s => s with { Method = "nls-ub", Dtype = "float64" },
            ["ponls"] = s => s with { Method = "ponls" },
            ["cdat"] = s => s with { Method = "cdat" },
            ["sam"] = s => s with { Method = "sam" },
            ["sgd"] = s => s with { Method = "sgd", Momentum = 0.9, BatchSize = 20, RecordEvery = 1 },
            ["sgd, rarely recorded"] = s => s with { Method = "sgd", BatchSize = 20, RecordEvery = 4 },
            ["rmsprop"] = s => s with { Method = "rmsprop" },
            ["adam"] = s => s with { Method = "adam", BatchSize = 30 },
            ["gd on batches, with momentum"] = s => s with { Method = "gd", Momentum = 0.9, BatchSize = 20, RecordEvery = 1 },
            ["warmup on batches"] = s => s with { Method = "warmup", WarmupStart = 1, BatchSize = 40 },
            ["nls on batches, with batch sharpness"] = s => s with { Method = "nls", BatchSize = 40, BatchSharpnessEvery = 3, BatchSharpnessBatches = 2, RecordEvery = 2 },
            ["nls-ub on batches without line products"] = s => s with { Method = "nls-ub", BatchSize = 30, LineProducts = "no", RecordEvery = 1 },
            ["ponls on batches"] = s => s with { Method = "ponls", BatchSize = 50 },
            ["cdat on batches"] = s => s with { Method = "cdat", BatchSize = 40, RecordEvery = 1 },
            ["sam on batches, with batch sharpness"] = s => s with { Method = "sam", BatchSize = 50, BatchSharpnessEvery = 4 },
            ["nls on batches with batch norm"] = s => s with { Method = "nls", BatchNorm = true, MicroBatch = SmallProblem.TrainImages, Threads = 1, BatchSize = 30, BatchSharpnessEvery = 5 },
            ["nls, rarely recorded"] = s => s with { Method = "nls", RecordEvery = 4 },
            ["nls with batch norm"] = s => s with { Method = "nls", BatchNorm = true, MicroBatch = SmallProblem.TrainImages, Threads = 1 },
            ["gd with eigenvalues"] = s => s with { Method = "gd", Eta = 0.5, Eigenvalues = 3, Smallest = 2, EigenvaluesEvery = 4 },
            ["gd with eigenvalues above a threshold"] = s => s with { Method = "gd", Eta = 0.5, EigenvaluesAbove = SpectrumThreshold.OverEta(0.2), EigenvaluesEvery = 2 },
            ["nls with eigenvalues above a threshold"] = s => s with { Method = "nls", EigenvaluesAbove = SpectrumThreshold.OverEta(0.4), EigenvaluesEvery = 3, RecordEvery = 2 },
            ["gd at midpoints"] = s => s with { Method = "gd", Eta = 0.5, MeasureAt = "midpoints", Eigenvalues = 2, EigenvaluesEvery = 2, SharpnessEvery = 3 },
            ["adam, preconditioned"] = s => s with { Method = "adam", Preconditioned = true, Eigenvalues = 2, EigenvaluesEvery = 3 },
            ["rmsprop on batches, preconditioned, at midpoints"] = s => s with { Method = "rmsprop", BatchSize = 30, Preconditioned = true, Smallest = 1, MeasureAt = "midpoints", EigenvaluesEvery = 3 },
            ["nls with diagnostics"] = s => s with { Method = "nls", SharpnessEvery = 4, DiagnosticsEvery = 2, TraceEvery = 5, TraceProducts = 6, DensityEvery = 3, DensitySteps = 6, Tensorboard = true, SegmentSmoothnessEvery = 3 },
            ["sgd with diagnostics, rarely recorded"] = s => s with { Method = "sgd", BatchSize = 20, RecordEvery = 4, SharpnessEvery = 0, DiagnosticsEvery = 3, SegmentSmoothnessEvery = 5, SegmentSteps = [0.1] },
            ["central flow"] = s => s with { Method = "central-flow", Activation = "tanh", Eta = 0.5, Substeps = 2, CentralShare = 0.05, CentralMost = 3 },
            ["central flow beside descent and flow"] = s => s with { Method = "central-flow", Activation = "tanh", Eta = 0.5, Beside = "gd-and-flow", RecordEvery = 3 },
            ["flow"] = s => s with { Method = "flow", Tolerance = 1e-4 },
            ["flow by rk4"] = s => s with { Method = "flow", Integrator = "rk4" },
            ["flow beside gradient descent"] = s => s with { Method = "flow", Integrator = "dopri5", Tolerance = 1e-3, CompareEta = 0.5 },
            ["nls on a scalar network, with eigenvalues"] = s => Model(s, "scalar") with { Method = "nls", Eigenvalues = 2, GfsEvery = 7 },
            ["adam on a drawn linear network"] = s => Model(s, "linear") with { Method = "adam", LayerWidths = [2, 3, 2], Target = "1,0;0,2", Preconditioned = true, Eigenvalues = 2 },
            ["central flow of the minimalist example"] = s => Model(s, "minimalist") with { Method = "central-flow", Eta = 0.05, Start = [0.6, 0.02, 0.6], Beside = "gd-and-flow" },
            ["flow of squared regression"] = s => Model(s, "squared-regression") with { Method = "flow", Tolerance = 1e-8 },
            ["cnn"] = s => (s with { Method = "nls", Network = "cnn", Iterations = 3, Count = 16, MicroBatch = 8, SharpnessEvery = 2, TestEvery = 0 }).Without("widths"),
        };

    public static TheoryData<string> Variants => [.. s_variants.Keys];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Wherever_it_is_interrupted_a_resumed_run_is_the_uninterrupted_one(string variant)
    {
        Specification whole = s_variants[variant](_problem.Specification("nls", "whole"));
        Assert.Equal(RunStatus.Finished, Trainer.Train(whole, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken).Status);

        Gen<(int At, int Again, int Every)> cuts =
            from at in Gen.Choose(0, (int)whole.Iterations - 1)
            from again in Gen.Choose(0, (int)whole.Iterations - 1)
            from every in Gen.Choose(0, 6)
            select (at, again, every);
        int trial = 0;
        Prop.ForAll(cuts.ToArbitrary(), cut =>
        {
            string folder = _problem[$"cut-{trial++}"];
            Specification specification = whole with { Out = folder, CheckpointEvery = cut.Every };
            RunOutcome outcome = Interrupted(cut.At, (observer, token) => Trainer.Train(specification, observer, cancellation: token));
            if (outcome.Status == RunStatus.Interrupted)
            {
                Assert.Contains($"brink resume {folder}", outcome.Reason, StringComparison.Ordinal);
                outcome = Interrupted(cut.Again, (observer, token) => Trainer.Resume(folder, observer, cancellation: token));
            }

            if (outcome.Status == RunStatus.Interrupted)
            {
                outcome = Trainer.Resume(folder, new RecordingObserver());
            }

            Assert.Equal(RunStatus.Finished, outcome.Status);
            RunComparison.AssertSame(whole.Out!, folder);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(variant == "cnn" ? 2 : 4));
    }

    [Theory]
    [InlineData("nls")]
    [InlineData("sam")]
    [InlineData("adam")]
    public void A_prolonged_run_is_the_longer_run_from_the_start(string variant)
    {
        Specification longer = s_variants[variant](_problem.Specification("nls", "long")) with { Iterations = 20 };
        Trainer.Train(longer, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        string folder = _problem["short"];
        Trainer.Train(longer with { Out = folder, Iterations = 9 }, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        BrinkException refused = Assert.Throws<BrinkException>(() => Trainer.Resume(folder, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("--iterations", refused.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Finished, Trainer.Resume(folder, new RecordingObserver(), iterations: 20, cancellation: TestContext.Current.CancellationToken).Status);
        RunComparison.AssertSame(longer.Out!, folder);
        Assert.Equal(20, RunRecord.ReadSpecification(folder).Iterations);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_measurement_that_is_broken_off_leaves_no_trace(int at)
    {
        // λ₁ misses its tolerance on purpose: its note is a moment in the midst of the measurements of an iterate, with the
        // tracker's vectors already those of this one.
        Specification whole = _problem.Specification("nls", "whole") with
        {
            Iterations = 6,
            SharpnessEvery = 2,
            SharpnessMaxProducts = 3,
            SharpnessTolerance = 1e-9,
            TraceEvery = 2,
            CheckpointEvery = 0,
            TestEvery = 0,
        };
        Trainer.Train(whole, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);

        string folder = _problem["cut"];
        using var source = new CancellationTokenSource();
        void CancelAt(string note)
        {
            if (note.StartsWith($"iteration {at}: sharpness", StringComparison.Ordinal))
            {
                source.Cancel();
            }
        }

        var observer = new RecordingObserver(atNote: CancelAt);
        RunOutcome outcome = Trainer.Train(whole with { Out = folder }, observer, cancellation: source.Token);
        Assert.Equal(RunStatus.Interrupted, outcome.Status);
        Assert.StartsWith($"interrupted at iteration {at};", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(at - 1, observer.Lines[^1].Iteration);

        var resumed = new RecordingObserver();
        Assert.Equal(RunStatus.Finished, Trainer.Resume(folder, resumed, cancellation: TestContext.Current.CancellationToken).Status);
        Assert.Equal(at, resumed.StartedAt);
        RunComparison.AssertSame(whole.Out!, folder);
    }

    [Fact]
    public void A_run_asked_to_go_on_to_less_than_it_took_is_left_as_it_was()
    {
        Specification specification = _problem.Specification("gd", "done");
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        string before = File.ReadAllText(Path.Combine(specification.Out!, "spec.json"));
        BrinkException refused = Assert.Throws<BrinkException>(
            () => Trainer.Resume(specification.Out!, new RecordingObserver(), iterations: 5, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("14", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(specification.Out!, "spec.json")));
    }

    [Fact]
    public void A_torn_line_and_half_a_checkpoint_are_repaired()
    {
        Specification whole = _problem.Specification("nls", "whole");
        Trainer.Train(whole, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        string folder = _problem["torn"];
        Interrupted(8, (observer, token) => Trainer.Train(whole with { Out = folder }, observer, cancellation: token));

        string checkpoints = Path.Combine(folder, "checkpoints");
        string newest = Directory.GetFiles(checkpoints).Max(StringComparer.Ordinal)!;
        byte[] bytes = File.ReadAllBytes(newest);
        File.WriteAllBytes(newest, bytes[..(bytes.Length / 2)]);
        File.WriteAllBytes(Path.Combine(checkpoints, "step-000000012.safetensors.tmp"), bytes[..100]);
        File.AppendAllText(Path.Combine(folder, "metrics.jsonl"), "{\"iteration\":9,\"lo");

        var observer = new RecordingObserver();
        Assert.Equal(RunStatus.Finished, Trainer.Resume(folder, observer, cancellation: TestContext.Current.CancellationToken).Status);
        Assert.Contains(observer.Notes, note => note.Contains("is damaged", StringComparison.Ordinal));
        RunComparison.AssertSame(whole.Out!, folder);
        Assert.Empty(Directory.GetFiles(checkpoints, "*.tmp"));
    }

    [Fact]
    public void The_same_specification_is_the_same_run_and_so_is_the_resolved_one()
    {
        Specification open = _problem.Specification("nls", "first").Without("micro-batch").Without("keep-graph").Without("threads");
        Trainer.Train(open, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        Trainer.Train(open with { Out = _problem["second"] }, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        RunComparison.AssertSame(open.Out!, _problem["second"]);

        Specification resolved = Specification.FromFile(Path.Combine(open.Out!, "spec.json"));
        Assert.NotNull(resolved.MicroBatch);
        Trainer.Train(resolved with { Out = _problem["third"] }, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        RunComparison.AssertSame(open.Out!, _problem["third"]);
    }

    /// <summary>Runs until the line of an iteration is recorded, as Ctrl-C then would.</summary>
    private static RunOutcome Interrupted(long iteration, Func<IRunObserver, CancellationToken, RunOutcome> run)
    {
        using var source = new CancellationTokenSource();
        return run(new RecordingObserver(line => CancelFrom(line, iteration, source)), source.Token);
    }

    private static void CancelFrom(MetricsLine line, long iteration, CancellationTokenSource source)
    {
        if (line.Iteration >= iteration)
        {
            source.Cancel();
        }
    }

    private static Specification Model(Specification of, string model) => new()
    {
        Model = model,
        Iterations = 14,
        SharpnessEvery = 5,
        Threads = 2,
        CheckpointEvery = 3,
        Out = of.Out,
    };
}
