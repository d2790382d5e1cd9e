using System.Diagnostics;
using System.Text.Json;
using Brink.Torch;
using Brink.Torch.Serialization;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Run => folder["run"];

    public void Dispose() => folder.Dispose();

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
    public void Cutting_back_keeps_exactly_the_lines_before_and_doing_it_twice_changes_nothing() => Prop.ForAll(
        Lines().ToArbitrary(),
        Gen.Choose(0, 30).ToArbitrary(),
        (lines, at) =>
        {
            using RunFolder run = Create(force: true);
            foreach (MetricsLine line in lines)
            {
                run.Append(line);
            }

            run.CutBackTo(at);
            byte[] once = File.ReadAllBytes(folder["run/metrics.jsonl"]);
            run.CutBackTo(at);
            Assert.Equal(once, File.ReadAllBytes(folder["run/metrics.jsonl"]));
            Assert.Equal(lines.Where(l => l.Iteration < at), run.ReadMetrics());
            MetricsLine next = new() { Iteration = at, Loss = 1, Seconds = 0 };
            run.Append(next);
            Assert.Equal(next, run.ReadMetrics()[^1]);
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
            File.ReadAllText(folder["run/metrics.jsonl"]));
        Assert.True(double.IsNaN(RunRecord.ReadMetrics(Run)[1].Loss));
    }

    [Fact]
    public void A_file_cut_at_any_byte_gives_the_whole_lines_before_the_cut_and_can_be_gone_on_with()
    {
        using (RunFolder run = Create())
        {
            for (int i = 0; i < 3; i++)
            {
                run.Append(new MetricsLine { Iteration = i, Loss = 1.0 / (i + 3), Seconds = i });
            }
        }

        string path = folder["run/metrics.jsonl"];
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            int lines = whole[..length].Count(b => b == '\n');
            Assert.Equal(lines, RunRecord.ReadMetrics(Run).Count);
            using RunFolder run = RunFolder.Open(Run);
            run.Append(new MetricsLine { Iteration = lines, Loss = 7, Seconds = 0 });
            Assert.Equal(lines + 1, run.ReadMetrics().Count);
            Assert.Equal(7, run.ReadMetrics()[^1].Loss);
        }
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{\"iteration\":1}")]
    [InlineData("{\"iteration\":1,\"loss\":\"x\",\"seconds\":0}")]
    public void A_damaged_line_in_the_middle_is_told_with_its_number(string line)
    {
        using RunFolder run = Create();
        File.WriteAllText(folder["run/metrics.jsonl"], "{\"iteration\":0,\"loss\":1,\"seconds\":0}\n" + line + "\n{\"iteration\":2,\"loss\":1,\"seconds\":0}\n");
        BrinkException error = Assert.Throws<BrinkException>(() => run.ReadMetrics());
        Assert.Contains("metrics.jsonl, line 2: not a line of metrics: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_folder_in_use_is_refused_with_the_process_that_holds_it()
    {
        using RunFolder run = Create();
        BrinkException error = Assert.Throws<BrinkException>(() => RunFolder.Open(Run));
        Assert.Equal(
            $"run folder {Run} is in use by process {Environment.ProcessId}; wait for it, or choose another folder", error.Message);
        Assert.Throws<BrinkException>(() => Create(force: true));
        Assert.True(RunRecord.IsInUse(Run));
    }

    [Fact]
    public void A_lock_ends_with_its_holder()
    {
        Create().Dispose();
        Assert.False(RunRecord.IsInUse(Run));
        using RunFolder again = RunFolder.Open(Run);
        Assert.Equal("nls", again.Specification.Method);
    }

    [Fact]
    public void A_process_killed_while_it_holds_the_folder_leaves_it_free()
    {
        Create().Dispose();
        using Process? holder = Flock(folder["run/.lock"]);
        Assert.SkipWhen(holder is null, "the command flock is not installed");
        Assert.True(RunRecord.IsInUse(Run));
        Assert.Throws<BrinkException>(() => RunFolder.Open(Run));
        holder!.Kill(entireProcessTree: true);
        holder.WaitForExit();
        using RunFolder run = RunFolder.Open(Run);
        Assert.True(RunRecord.IsInUse(Run));
    }

    [Fact]
    public void A_run_is_not_overwritten_unless_that_is_asked_for_and_then_only_its_own_files()
    {
        using (RunFolder run = Create())
        {
            run.Append(new MetricsLine { Iteration = 0, Loss = 1, Seconds = 0 });
            run.SaveCheckpoint(0, [], new Dictionary<string, string>(StringComparer.Ordinal));
        }

        File.WriteAllText(folder["run/notes.md"], "mine");
        BrinkException error = Assert.Throws<BrinkException>(() => Create());
        Assert.Contains("already holds a run; continue it with 'brink resume", error.Message, StringComparison.Ordinal);
        using RunFolder again = Create(force: true);
        Assert.Empty(again.ReadMetrics());
        Assert.Null(again.LoadCheckpoint(_ => { }));
        Assert.Equal("mine", File.ReadAllText(folder["run/notes.md"]));
    }

    [Fact]
    public void A_folder_of_other_things_is_not_written_into()
    {
        Directory.CreateDirectory(Run);
        File.WriteAllText(folder["run/thesis.tex"], "x");
        Assert.Contains("is not empty", Assert.Throws<BrinkException>(() => Create()).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["file"], "x");
        Assert.Contains(
            "is a file", Assert.Throws<BrinkException>(() => RunFolder.Create(new Specification { Out = folder["file"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_two_checkpoints_are_kept_and_the_newest_is_loaded()
    {
        using RunFolder run = Create();
        for (int i = 0; i <= 300; i += 100)
        {
            run.SaveCheckpoint(i, Weights(i), Metadata($"at {i}"));
        }

        Assert.Equal(
            ["step-000000200.safetensors", "step-000000300.safetensors"],
            Directory.EnumerateFiles(folder["run/checkpoints"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Checkpoint newest = run.LoadCheckpoint(Assert.Fail)!;
        Assert.Equal(300, newest.Iteration);
        Assert.Equal(Weights(300)[0].Data.ToArray(), newest.Tensors[0].Data.ToArray());
        Assert.Equal(Metadata("at 300"), newest.Metadata);
    }

    [Fact]
    public void A_checkpoint_cut_or_changed_at_any_byte_falls_back_to_the_one_before()
    {
        using RunFolder run = Create();
        run.SaveCheckpoint(100, Weights(1), Metadata("old"));
        run.SaveCheckpoint(200, Weights(2), Metadata("new"));
        string newest = folder["run/checkpoints/step-000000200.safetensors"];
        byte[] whole = File.ReadAllBytes(newest);
        int dataBegins = whole.Length - Weights(2)[0].Data.Length;
        List<byte[]> damaged = [.. Enumerable.Range(0, whole.Length).Select(n => whole[..n])];
        for (int i = dataBegins; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 1;
            damaged.Add(changed);
        }

        foreach (byte[] bytes in damaged)
        {
            File.WriteAllBytes(newest, bytes);
            List<string> notes = [];
            Assert.Equal(100, run.LoadCheckpoint(notes.Add)!.Iteration);
            Assert.Contains("is damaged", Assert.Single(notes), StringComparison.Ordinal);
        }

        run.SaveCheckpoint(200, Weights(2), Metadata("new"));
        Assert.Equal(200, run.LoadCheckpoint(Assert.Fail)!.Iteration);
    }

    [Fact]
    public void What_a_killed_process_was_writing_is_cleared_away()
    {
        Create().Dispose();
        Directory.CreateDirectory(folder["run/checkpoints"]);
        File.WriteAllText(folder["run/checkpoints/step-000000100.safetensors.tmp"], "half");
        File.WriteAllText(folder["run/summary.json.tmp"], "half");
        using RunFolder run = RunFolder.Open(Run);
        Assert.Null(run.LoadCheckpoint(Assert.Fail));
        Assert.Empty(Directory.EnumerateFiles(Run, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_full_disk_stops_the_metrics_in_one_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "/dev/full is not at hand");
        Create().Dispose();
        File.Delete(folder["run/metrics.jsonl"]);
        File.CreateSymbolicLink(folder["run/metrics.jsonl"], "/dev/full");
        using RunFolder run = RunFolder.Open(Run);
        RunStoreException error = Assert.Throws<RunStoreException>(
            () => run.Append(new MetricsLine { Iteration = 0, Loss = 1, Seconds = 0 }));
        Assert.EndsWith("metrics.jsonl: the disk is full; what was written before is kept", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_under_the_summary_keeps_the_old_one()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "/dev/full is not at hand");
        using RunFolder run = Create();
        run.WriteSummary(Summary(RunStatus.Running));
        File.CreateSymbolicLink(folder["run/summary.json.tmp"], "/dev/full");
        RunStoreException error = Assert.Throws<RunStoreException>(() => run.WriteSummary(Summary(RunStatus.Finished)));
        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Running, run.ReadSummary()!.Status);
        run.WriteSummary(Summary(RunStatus.Finished));
        Assert.Equal(RunStatus.Finished, run.ReadSummary()!.Status);
    }

    [Fact]
    public void A_real_full_file_system_leaves_everything_written_before_readable()
    {
        string mount = folder["small"];
        Directory.CreateDirectory(mount);
        Assert.SkipUnless(Shell($"mount -t tmpfs -o size=64k brink '{mount}'") == 0, "this machine lets no test mount a small file system");
        try
        {
            using RunFolder run = RunFolder.Create(new Specification { Out = Path.Combine(mount, "run") });
            run.SaveCheckpoint(0, Weights(5), Metadata("kept"));
            int written = 0;
            void Fill()
            {
                while (written < 100_000)
                {
                    run.Append(new MetricsLine { Iteration = written, Loss = 0.1 / 3, Seconds = written });
                    written++;
                }
            }

            Assert.Throws<RunStoreException>(Fill);
            Assert.True(written > 100, $"{written} lines");
            Assert.Equal(written, run.ReadMetrics().Count);
            Assert.Throws<RunStoreException>(() => run.SaveCheckpoint(1, [new SafeTensor("w", ScalarType.UInt8, [60000], new byte[60000])], Metadata("")));
            Assert.Equal(0, run.LoadCheckpoint(Assert.Fail)!.Iteration);
        }
        finally
        {
            Shell($"umount '{mount}'");
        }
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
        Assert.Contains("\"status\": \"running\"", File.ReadAllText(folder["run/summary.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_name_is_the_first_free_one()
    {
        Specification specification = new() { Method = "gd" };
        for (int n = 1; n <= 3; n++)
        {
            string path = RunFolder.FreshPath(specification, folder["runs"]);
            Assert.Equal(folder[$"runs/fashion-mnist-mlp-gd-{n}"], path);
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
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["run/environment.json"]));
        Assert.Equal("1.13.1", json.RootElement.GetProperty("libtorch").GetString());
        string[] log = File.ReadAllLines(folder["run/log.txt"]);
        Assert.Equal(2, log.Length);
        Assert.EndsWith("Z first line", log[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_run_folder_is_said_to_be_none()
    {
        Assert.StartsWith("there is no run folder ", Assert.Throws<BrinkException>(() => RunFolder.Open(folder["none"])).Message, StringComparison.Ordinal);
        Assert.EndsWith("is not a run folder: it has no spec.json", Assert.Throws<BrinkException>(() => RunFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
        Create().Dispose();
        File.WriteAllText(folder["run/spec.json"], """{"metod": "nls"}""");
        Assert.Contains("did you mean 'method'?", Assert.Throws<BrinkException>(() => RunFolder.Open(Run)).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["run/summary.json"], "{");
        Assert.Contains("summary.json: not a summary: ", Assert.Throws<BrinkException>(() => RunRecord.ReadSummary(Run)).Message, StringComparison.Ordinal);
    }

    private static Gen<MetricsLine[]> Lines()
    {
        Gen<double> number = Gen.OneOf(
            Gen.Choose(-1000, 1000).Select(i => i / 7.0),
            ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite));
        Gen<double?> maybe = Gen.OneOf(Gen.Constant((double?)null), number.Select(x => (double?)x));
        Gen<MetricsLine> line =
            from loss in number
            from seconds in number
            from many in maybe.ArrayOf(8)
            from count in Gen.Choose(0, 9)
            select new MetricsLine
            {
                Iteration = 0,
                Loss = loss,
                Seconds = seconds,
                TrainAccuracy = many[0],
                GradNorm = many[1],
                StepSize = many[2],
                ReferenceValue = many[3],
                Sharpness = many[4],
                SharpnessResidual = many[5],
                TestLoss = many[6],
                TestAccuracy = many[7],
                Backtracks = count,
                FunctionEvaluations = count < 5 ? count : null,
                Hvps = count < 3 ? count : null,
            };
        return line.ArrayOf().Select(lines => lines.Select((l, i) => l with { Iteration = i }).ToArray());
    }

    private static RunSummary Summary(RunStatus status) => new()
    {
        Status = status,
        IterationsDone = 0,
        Data = "mnist",
        Network = "mlp",
        Method = "nls",
        Outputs = 10,
        Parameters = 89610,
        Started = DateTimeOffset.UnixEpoch,
    };

    private static SafeTensor[] Weights(int fill) =>
        [new("w", ScalarType.Float64, [3], Enumerable.Repeat((byte)fill, 24).ToArray())];

    private static Dictionary<string, string> Metadata(string text) => new(StringComparer.Ordinal) { ["note"] = text };

    private static int Shell(string command)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            ArgumentList = { "-c", command },
        })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>A process of util-linux's flock that holds a file's lock until it is killed.</summary>
    private static Process? Flock(string path)
    {
        try
        {
            Process process = Process.Start(new ProcessStartInfo("flock")
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                ArgumentList = { "--no-fork", path, "sh", "-c", "echo held; exec sleep 60" },
            })!;
            Assert.Equal("held", process.StandardOutput.ReadLine());
            return process;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private RunFolder Create(bool force = false) => RunFolder.Create(new Specification { Out = Run }, force);
}
