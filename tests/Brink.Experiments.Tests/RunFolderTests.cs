using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests;

/// <summary>What is written into a run folder comes back.</summary>
public sealed class RunFolderTests : RunFolderFixture
{
    [Fact]
    public void Any_lines_come_back_as_they_were_written() => Prop.ForAll(Lines().ToArbitrary(), lines =>
    {
        using RunFolder run = Create(force: true);
        foreach (MetricsLine line in lines)
        {
            run.Append(line);
        }

        Assert.Equal(lines, run.ReadMetrics());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_line_is_spelled_as_documented()
    {
        using (RunFolder run = Create())
        {
            run.Append(new MetricsLine
            {
                Iteration = 3,
                Loss = 0.1,
                TrainAccuracy = 0.5,
                GradNorm = 1e-7,
                StepSize = 0.25,
                Backtracks = 2,
                FunctionEvaluations = 4,
                GradientEvaluations = 1,
                Hvps = 0,
                ReferenceValue = 0.125,
                Seconds = 1.5,
                Sharpness = 8,
                SharpnessResidual = 0.001,
                TestLoss = 0.2,
                TestAccuracy = 0.4,
            });
            run.Append(new MetricsLine { Iteration = 4, Loss = double.NaN, GradNorm = double.PositiveInfinity, Seconds = 2 });
        }

        Assert.Equal(
            """
            {"iteration":3,"loss":0.1,"train_accuracy":0.5,"grad_norm":1E-07,"step_size":0.25,"backtracks":2,"function_evaluations":4,"gradient_evaluations":1,"hvps":0,"reference_value":0.125,"seconds":1.5,"sharpness":8,"sharpness_residual":0.001,"test_loss":0.2,"test_accuracy":0.4}
            {"iteration":4,"loss":null,"grad_norm":null,"seconds":2,"status":"not_finite"}

            """,
            File.ReadAllText(Folder["run/metrics.jsonl"]));
        Assert.True(double.IsNaN(RunRecord.ReadMetrics(Run)[1].Loss));
    }

    [Fact]
    public async Task A_reader_never_sees_half_a_summary()
    {
        using RunFolder run = Create();
        run.WriteSummary(Summary(RunStatus.Running));
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task writer = Task.Run(
            () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    run.WriteSummary(Summary(RunStatus.Running) with { IterationsDone = i, Reason = new string('x', i * 100) });
                }
            },
            cancellation);
        while (!writer.IsCompleted)
        {
            RunSummary read = RunRecord.ReadSummary(Run)!;
            Assert.Equal(read.IterationsDone * 100, read.Reason?.Length ?? 0);
        }

        await writer;
    }

    [Fact]
    public void The_summary_comes_back_and_follows_the_lines()
    {
        using RunFolder run = Create();
        Assert.Null(run.ReadSummary());
        RunSummary summary = Summary(RunStatus.Running)
            .With(new MetricsLine { Iteration = 0, Loss = 2, StepSize = 1, FunctionEvaluations = 3, GradientEvaluations = 1, Sharpness = 1, Seconds = 1 })
            .With(new MetricsLine { Iteration = 1, Loss = 1, StepSize = 4, FunctionEvaluations = 2, GradientEvaluations = 1, Seconds = 2, TestAccuracy = 0.5 })
            .With(new MetricsLine { Iteration = 2, Loss = 3, StepSize = 2, FunctionEvaluations = 1, GradientEvaluations = 1, Sharpness = 1.5, Hvps = 9, Seconds = 3 })
            .With(new MetricsLine { Iteration = 3, Loss = double.NaN, Sharpness = 9, Seconds = 4 });
        run.WriteSummary(summary);
        RunSummary read = run.ReadSummary()!;
        Assert.Equal(summary, read);
        Assert.Equal((3L, 1.0, 9.0, 2.0, 6L, 3L, 9L), (read.IterationsDone, read.BestLoss!.Value, read.FinalSharpness!.Value, read.MeanEtaSharpness!.Value, read.FunctionEvaluations, read.GradientEvaluations, read.Hvps));
        Assert.Equal(0.5, read.TestAccuracy);
        Assert.True(double.IsNaN(read.FinalLoss!.Value));
        Assert.Contains("\"status\": \"running\"", File.ReadAllText(Folder["run/summary.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_name_is_the_first_free_one()
    {
        Specification specification = new() { Method = "gd" };
        for (int n = 1; n <= 3; n++)
        {
            string path = RunFolder.FreshPath(specification, Folder["runs"]);
            Assert.Equal(Folder[$"runs/fashion-mnist-mlp-gd-{n}"], path);
            using RunFolder run = RunFolder.Create(specification with { Out = path });
            Assert.Equal(path, RunRecord.ReadSpecification(path).Out);
        }
    }

    [Fact]
    public void Environment_and_log_are_kept()
    {
        using RunFolder run = Create();
        run.WriteEnvironment(new Dictionary<string, object?>(StringComparer.Ordinal) { ["libtorch"] = "1.13.1", ["threads"] = 2 });
        run.Log("first\nline");
        run.Log("second");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Folder["run/environment.json"]));
        Assert.Equal("1.13.1", json.RootElement.GetProperty("libtorch").GetString());
        string[] log = File.ReadAllLines(Folder["run/log.txt"]);
        Assert.Equal(2, log.Length);
        Assert.EndsWith("Z first line", log[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_run_folder_is_said_to_be_none()
    {
        Assert.StartsWith("there is no run folder ", Assert.Throws<BrinkException>(() => RunFolder.Open(Folder["none"])).Message, StringComparison.Ordinal);
        Assert.EndsWith("is not a run folder: it has no spec.json", Assert.Throws<BrinkException>(() => RunFolder.Open(Folder.Path)).Message, StringComparison.Ordinal);
        Create().Dispose();
        File.WriteAllText(Folder["run/spec.json"], """{"metod": "nls"}""");
        Assert.Contains("did you mean 'method'?", Assert.Throws<BrinkException>(() => RunFolder.Open(Run)).Message, StringComparison.Ordinal);
        File.WriteAllText(Folder["run/summary.json"], "{");
        Assert.Contains("summary.json: not a summary: ", Assert.Throws<BrinkException>(() => RunRecord.ReadSummary(Run)).Message, StringComparison.Ordinal);
    }
}
