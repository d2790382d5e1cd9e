using System.Diagnostics;
using Brink.Torch;
using Brink.Torch.Serialization;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Experiments.Tests;

/// <summary>What a kill, a cut, a changed byte or a full disk leaves of a run folder can be gone on with.</summary>
public sealed class RunFolderDamageTests : RunFolderFixture
{
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
            byte[] once = File.ReadAllBytes(Folder["run/metrics.jsonl"]);
            run.CutBackTo(at);
            Assert.Equal(once, File.ReadAllBytes(Folder["run/metrics.jsonl"]));
            Assert.Equal(lines.Where(l => l.Iteration < at), run.ReadMetrics());
            MetricsLine next = new() { Iteration = at, Loss = 1, Seconds = 0 };
            run.Append(next);
            Assert.Equal(next, run.ReadMetrics()[^1]);
        }).QuickCheckThrowOnFailure();

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

        string path = Folder["run/metrics.jsonl"];
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
        File.WriteAllText(Folder["run/metrics.jsonl"], "{\"iteration\":0,\"loss\":1,\"seconds\":0}\n" + line + "\n{\"iteration\":2,\"loss\":1,\"seconds\":0}\n");
        BrinkException error = Assert.Throws<BrinkException>(() => run.ReadMetrics());
        Assert.Contains("metrics.jsonl, line 2: not a line of metrics: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
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
            Directory.EnumerateFiles(Folder["run/checkpoints"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
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
        string newest = Folder["run/checkpoints/step-000000200.safetensors"];
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
        Directory.CreateDirectory(Folder["run/checkpoints"]);
        File.WriteAllText(Folder["run/checkpoints/step-000000100.safetensors.tmp"], "half");
        File.WriteAllText(Folder["run/summary.json.tmp"], "half");
        using RunFolder run = RunFolder.Open(Run);
        Assert.Null(run.LoadCheckpoint(Assert.Fail));
        Assert.Empty(Directory.EnumerateFiles(Run, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_full_disk_stops_the_metrics_in_one_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "/dev/full is not at hand");
        Create().Dispose();
        File.Delete(Folder["run/metrics.jsonl"]);
        File.CreateSymbolicLink(Folder["run/metrics.jsonl"], "/dev/full");
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
        File.CreateSymbolicLink(Folder["run/summary.json.tmp"], "/dev/full");
        RunStoreException error = Assert.Throws<RunStoreException>(() => run.WriteSummary(Summary(RunStatus.Finished)));
        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Running, run.ReadSummary()!.Status);
        run.WriteSummary(Summary(RunStatus.Finished));
        Assert.Equal(RunStatus.Finished, run.ReadSummary()!.Status);
    }

    [Fact]
    public void A_real_full_file_system_leaves_everything_written_before_readable()
    {
        string mount = Folder["small"];
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
}
