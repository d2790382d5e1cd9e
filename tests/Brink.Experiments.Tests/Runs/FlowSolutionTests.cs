using Brink.Flows;

namespace Brink.Experiments.Tests.Runs;

/// <summary>φ along runs: measured in the run, found again by replay, interrupted and gone on with, judged.</summary>
[Collection(RunCollection.Name)]
public sealed class FlowSolutionTests : IDisposable
{
    private static readonly FlowSolutionOptions s_settings = new() { UntilLoss = 0.05, Accuracy = 0.9, MaximumGradients = 3000 };

    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    [Fact]
    public void A_replay_finds_what_the_run_measured()
    {
        Specification specification = Trained("run", s => s with { GfsEvery = 2, GfsUntilLoss = 0.05, GfsAccuracy = 0.9, GfsGradients = 3000 });
        FlowSolutionReport report = Compute(specification.Out!, 2, 2);
        Assert.Null(report.Departure);
        Assert.False(report.Interrupted);
        MetricsLine[] measured = [.. RunRecord.ReadMetrics(specification.Out!).Where(line => line.GfsSharpness is not null)];
        Assert.Equal(measured.Select(line => line.Iteration), report.Lines.Select(line => line.Iteration));
        Assert.All(measured.Zip(report.Lines), pair =>
        {
            Assert.True(pair.First.GfsConverged == true && pair.Second.Converged, string.Join("; ", pair.Second.Missed ?? []));
            Assert.InRange(Math.Abs((pair.First.GfsSharpness!.Value / pair.Second.Sharpness) - 1), 0, 1e-2);
            Assert.True(pair.Second.Loss <= 0.05 && pair.Second.Gradients > 10);
            Assert.Equal(pair.First.Loss, pair.Second.LossBefore);
        });
        RunSummary summary = RunRecord.ReadSummary(specification.Out!)!;
        Assert.Equal(measured[^1].GfsSharpness, summary.FinalGfsSharpness);
        Assert.NotNull(summary.GfsWorstRise);
    }

    [Fact]
    public void Interrupted_and_called_again_it_ends_as_if_never_interrupted()
    {
        string whole = Trained("whole").Out!;
        string cut = Trained("cut").Out!;
        FlowSolutionReport expected = Compute(whole, 1, 2);
        using (var source = new CancellationTokenSource())
        {
            FlowSolutionReport part = FlowSolutions.Compute(cut, 1, 0, null, s_settings, 1, _ => { }, (_, done, _) => CancelAt(done, source), source.Token);
            Assert.True(part.Interrupted);
            Assert.InRange(part.Lines.Count, 2, expected.Lines.Count - 1);
        }

        File.AppendAllText(Path.Combine(cut, "gfs.jsonl"), "{\"iteration\":3,\"lo");
        var notes = new List<string>();
        FlowSolutionReport rest = FlowSolutions.Compute(cut, 1, 0, null, s_settings, 2, notes.Add, (_, _, _) => { }, TestContext.Current.CancellationToken);
        Assert.Contains(notes, note => note.Contains("are known", StringComparison.Ordinal));
        Assert.Equal(expected.Lines.Select(Bare), rest.Lines.Select(Bare));
        Assert.Equal(expected.Verdict, rest.Verdict);

        // Nothing is left to do, and other settings begin anew.
        int before = File.ReadAllLines(Path.Combine(cut, "gfs.jsonl")).Length;
        FlowSolutions.Compute(cut, 1, 0, null, s_settings, 2, _ => { }, (_, _, _) => Assert.Fail("known already"), TestContext.Current.CancellationToken);
        Assert.Equal(before, File.ReadAllLines(Path.Combine(cut, "gfs.jsonl")).Length);
    }

    [Fact]
    public void A_run_that_the_replay_does_not_meet_is_told()
    {
        string folder = Trained("altered").Out!;
        string metrics = Path.Combine(folder, "metrics.jsonl");
        File.WriteAllLines(metrics, File.ReadAllLines(metrics).Select((line, k) => k == 3 ? System.Text.RegularExpressions.Regex.Replace(line, "\"loss\":[^,]*", "\"loss\":0.5", default, TimeSpan.FromSeconds(1)) : line));
        Assert.Contains("iteration 3", Compute(folder, 3, 1).Departure, StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_names_the_worst_rise_above_the_lowest_before()
    {
        FlowSolutionLine[] lines = [Line(0, 10), Line(1, 8), Line(2, 8.2), Line(3, 8.4), Line(4, 100, converged: false), Line(5, 7)];
        FlowSolutionVerdict verdict = FlowSolutionVerdict.Of(lines, 1e-3);
        Assert.True(verdict.Rose);
        Assert.Equal(0.05, verdict.WorstRise, 1e-12);
        Assert.Equal(3, verdict.WorstRiseAt);
        Assert.Equal((5, 1), (verdict.Measured, verdict.NotConverged));
        Assert.Contains("more than", verdict.InWords(), StringComparison.Ordinal);
        Assert.Contains("never rose", FlowSolutionVerdict.Of([Line(0, 3), Line(1, 3), Line(2, 2)], 1e-3).InWords(), StringComparison.Ordinal);
        Assert.Contains("no iterate", FlowSolutionVerdict.Of([Line(0, 3, converged: false)], 1e-3).InWords(), StringComparison.Ordinal);

        static FlowSolutionLine Line(long k, double phi, bool converged = true) => new()
        {
            Iteration = k,
            LossBefore = 1,
            Sharpness = phi,
            Converged = converged,
            Loss = 0,
            GradNorm = 0,
            Time = 1,
            Remaining = 0,
            Residual = 0,
            Steps = 1,
            Gradients = 1,
            Rejected = 0,
            Hvps = 1,
            Seconds = 0,
            Settings = s_settings,
        };
    }

    /// <summary>φ along GD at the edge, on real images, with a step for which λ₁ passes 2/η.</summary>
    [Fact]
    public void Along_gradient_descent_at_the_edge_on_real_images_it_does_not_rise()
    {
        string batch = SharedFolder.Require("data/cifar-10-batches-bin/data_batch_1.bin");
        Specification specification = new()
        {
            Data = "cifar10",
            From = Path.GetDirectoryName(batch),
            Subset = "first",
            Count = 20,
            Widths = [16],
            Activation = "tanh",
            Method = "gd",
            Eta = 1.5,
            Iterations = 60,
            SharpnessEvery = 5,
            TestEvery = 0,
            Threads = 1,
            MicroBatch = 20,
            Dtype = "float64",
            Out = _problem["cifar"],
        };
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(RunRecord.ReadMetrics(specification.Out!), line => line.Sharpness >= 2 / 1.5);
        FlowSolutionReport report = FlowSolutions.Compute(
            specification.Out!, 15, 0, null, new FlowSolutionOptions(), 2, _ => { }, (_, _, _) => { }, TestContext.Current.CancellationToken);
        Assert.True(report.Verdict.NotConverged == 0, string.Join("; ", report.Lines.SelectMany(line => line.Missed ?? [])));
        Assert.InRange(report.Verdict.WorstRise, 0, 2e-3);
        Assert.True(report.Verdict.Last < report.Verdict.First);
    }

    private static FlowSolutionReport Compute(string folder, int every, int threads) => FlowSolutions.Compute(
        folder, every, 0, null, s_settings, threads, _ => { }, (_, _, _) => { }, TestContext.Current.CancellationToken);

    private static void CancelAt(int done, CancellationTokenSource source)
    {
        if (done == 2)
        {
            source.Cancel();
        }
    }

    private static FlowSolutionLine Bare(FlowSolutionLine line) => line with { Seconds = 0, Missed = null };

    private Specification Trained(string name, Func<Specification, Specification>? change = null)
    {
        Specification specification = _problem.Specification("gd", name) with { Eta = 0.3, Iterations = 6, Count = 8, MicroBatch = 4, Widths = [40], Activation = "tanh", TestEvery = 0 };
        specification = change?.Invoke(specification) ?? specification;
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        return specification;
    }
}
