using System.Text.Json;
using Brink.Cli.CommandLine;
using Brink.Cli.Diagnosis;
using Brink.Cli.Terminal;
using Brink.Cli.Tests.Training;
using Brink.Experiments;
using Brink.Experiments.Sweeps;
using Brink.Experiments.Tests;

namespace Brink.Cli.Tests;

/// <summary><c>brink sweep</c> as its users meet it, the kills apart.</summary>
public sealed class SweepCommandTests : IDisposable
{
    private const string Sweep =
        """
        model: scalar
        depth: 3
        start: [1.4, 0.9, 0.8]
        method: [gd, nls]
        eta: 0.1
        iterations: 20
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("brink-sweep-").FullName;

    public void Dispose() => TemporaryFolder.Remove(_root);

    private string File(string text, string name = "s.yaml")
    {
        string path = Path.Combine(_root, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private string Out => Path.Combine(_root, "out");

    [Theory]
    [InlineData("eta: [0.1, -1]", "", "s.yaml, line 1: eta must be a number above 0, not '-1'")]
    [InlineData("threads: 2", "--threads 3", "--threads: s.yaml, line 1: threads is in the sweep's file already; change it there")]
    [InlineData("seed: 0", "--threads 0", "--threads must be a whole number between 1 and 4096 (both included), not '0'")]
    [InlineData("seed: 0", "--jobs 0", "--jobs is 0; it must be at least 1")]
    [InlineData("seed: 0", "--retries -1", "--retries is -1; it must be at least 0")]
    [InlineData("seed: 0", "--memory much", "--memory must be a size such as 12GiB or 800MiB, not 'much'")]
    [InlineData("seed: 0", "--executor slum", "option '--executor': unknown value 'slum'; did you mean 'slurm'?")]
    [InlineData("seed: 0", "--partition main", "--partition is an option of --executor slurm, which is not given")]
    [InlineData("seed: 0", "--cancel", "--cancel is an option of --executor slurm, which is not given")]
    [InlineData("seed: 0", "--executor slurm --cpus 0", "--cpus must be a whole number of at least 1, not '0'")]
    [InlineData("seed: 0", "--executor slurm --jobs 0", "--jobs is 0; it must be at least 1")]
    [InlineData("seed: 0", "--executor slurm --partition a;b", "--partition must be one word as sbatch takes it, e.g. main, not 'a;b'")]
    [InlineData("seed: 0", "--executor slurm --sbatch account=x", "--sbatch must be an option of sbatch, e.g. --account=physics, not 'account=x'")]
    [InlineData("slurm: main", "", "s.yaml, line 1: slurm must be a mapping, e.g. {partition: main, time: 4:00:00}")]
    [InlineData("slurm: {queue: main}", "", "s.yaml, line 1: slurm.queue: slurm has no key 'queue'; there are partition, time, memory, cpus, gpus, modules, container and sbatch")]
    [InlineData("seed: 0", "--job 2", "unknown option '--job'; did you mean '--jobs'?")]
    public async Task What_is_wrong_is_one_line_before_there_is_a_folder(string text, string options, string message)
    {
        string file = File(text);
        (int code, string output, string error) = await RunAsync(["sweep", file, "--out", Out, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.NotEqual(0, code);
        Assert.Equal(string.Empty, output);
        Assert.Equal($"brink: {message}", error.TrimEnd().Replace(_root + "/", string.Empty, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public async Task A_dry_run_shows_the_points_and_makes_nothing()
    {
        string file = File(Sweep);
        (int code, string output, _) = await RunAsync(["sweep", file, "--out", Out, "--dry-run"]);
        Assert.Equal(0, code);
        Assert.Equal(["missing  method-gd", "missing  method-nls", $"s: 2 points (2 method) in {Out}: 2 missing"], output.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(Out));
        (_, output, _) = await RunAsync(["sweep", file, "--out", Out, "--list", "--json"]);
        JsonElement runs = JsonElement.Parse(output).GetProperty("runs");
        Assert.Equal("missing", runs[1].GetProperty("state").GetString());
        Assert.Equal("nls", runs[1].GetProperty("values").GetProperty("method").GetString());
    }

    [Fact]
    public void A_changed_sweep_runs_what_is_new_refuses_what_differs_and_its_folder_is_one_of_runs()
    {
        (int code, string output, string error) = BrinkProcess.Run("sweep", File(Sweep), "--out", Out);
        Assert.True(code == 0, error);
        Assert.Contains("s: 2 points (2 method), 0 done; at most ", output, StringComparison.Ordinal);
        Assert.Contains($"{Out}: 2 finished; report: {Path.Combine(Out, "index.html")}", output, StringComparison.Ordinal);

        // One more value, and one point that fails by its own error: it has three numbers for two weights.
        string changed = File(Sweep.Replace("eta: 0.1", "eta: [0.1, 0.2]", StringComparison.Ordinal).Replace("depth: 3", "depth: [3, 2]", StringComparison.Ordinal)
            + "\nexcept:\n  - {depth: 2, method: gd}\n", "changed.yaml");
        (code, output, error) = BrinkProcess.Run("sweep", changed, "--out", Out, "--json");
        Assert.Equal(1, code);
        Assert.EndsWith("1 of 4 runs are not done: depth-2_method-nls: start has 3 numbers; this model has 2 parameters; the same command tries them again", error.TrimEnd(), StringComparison.Ordinal);
        JsonElement report = JsonElement.Parse(output);
        Assert.Equal((4, 3, 1), (report.GetProperty("points").GetInt32(), report.GetProperty("done").GetInt32(), report.GetProperty("failed").GetInt32()));
        Assert.Equal(
            [("method-gd", "finished", 1), ("depth-3_method-gd_eta-0.2", "finished", 1), ("method-nls", "finished", 1), ("depth-2_method-nls", "failed", 1)],
            report.GetProperty("runs").EnumerateArray().Select(run => (run.GetProperty("name").GetString()!, run.GetProperty("state").GetString()!, run.GetProperty("attempts").GetInt32())));

        (code, _, error) = BrinkProcess.Run("sweep", File(Sweep.Replace("iterations: 20", "iterations: 30", StringComparison.Ordinal)), "--out", Out);
        Assert.Equal(1, code);
        Assert.Contains("method-gd is not what ", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("(and 1 more like it): iterations is 20 there and 30 here", error, StringComparison.Ordinal);

        JsonElement listed = JsonElement.Parse(BrinkProcess.Run("runs", "list", Out, "--json").Output);
        Assert.Equal(3, listed.GetArrayLength());
        string table = BrinkProcess.Run("runs", "compare", Out, "--sort", "final_loss").Output;
        Assert.Matches(@"\Arun +method +eta +status", table);
        Assert.Equal(3, table.TrimEnd().Split('\n').Length - 1);
    }

    [Fact]
    public void A_run_ends_with_a_checkpoint_when_its_standard_input_ends()
    {
        string run = Path.Combine(_root, "run");
        string line = string.Join(' ', ["dotnet", Path.Combine(AppContext.BaseDirectory, "Brink.Cli.dll"), "train", "--model", "scalar", "--start", "1.4,0.9,0.8", "--eta", "0.1",
            "--method", "gd", "--iterations", "1000000", "--sharpness-every", "0", "--out", run, "--quiet", LocalExecutor.StopAtEndOfInput]);

        // The writing end of the pipe lives as long as the sleep, and ends without a word.
        using BrinkProcess process = BrinkProcess.StartWith(["sh", "-c", $"sleep 2 | {line}; exit $?", "sh"], []);
        (int code, string output, _) = process.Finish();
        Assert.Equal(130, code);
        Assert.Contains($"brink resume {run}", output, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Interrupted, RunRecord.ReadSummary(run)!.Status);
        Assert.NotNull(RunRecord.ReadCheckpoint(run, Assert.Fail));
    }

    [Theory]
    [InlineData("12GiB", 12L << 30)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("800MiB", 800L << 20)]
    [InlineData("7K", 7L << 10)]
    [InlineData("12", null)]
    [InlineData("0GiB", null)]
    [InlineData("-1GiB", null)]
    [InlineData("GiB", null)]
    [InlineData("1e9GiB", null)]
    public void Sizes_of_memory_are_read_in_binary_units(string text, long? bytes) => Assert.Equal(bytes, Machine.ReadBytes(text));

    [Fact]
    public void The_board_is_redrawn_in_place_and_a_line_remains_of_what_ended()
    {
        var screen = new Screen(100);
        var board = new SweepBoard(screen.Console, "s");
        IReadOnlyList<SweepRun> runs = SweepFolder.Look(Out, SweepPlan.Of(SweepFile.Parse(Sweep, "s.yaml")));
        RunAtWork[] both = [new(runs[0], 7, 20, 0.5, 3.25, 0.1, 300 << 20), new(runs[1], null, 20, null, null, null, 0)];
        board.Note("the first run goes alone until it is seen what memory it needs");
        board.Show(new SweepStatus(2, 0, 0, both, 1, 10));
        board.Show(new SweepStatus(2, 0, 0, both, 1.1, 10));
        Assert.Equal(0, screen.Frames);
        board.Show(new SweepStatus(2, 0, 0, [both[0] with { Iteration = 9 }, both[1]], 2, 9));
        Assert.Equal(1, screen.Frames);
        Assert.Equal(["  method-gd   9 of 20  loss 0.5  λ₁ 3.25  η 0.1  300 MiB", "  method-nls  starting"], screen.Rows()[2..]);
        board.Ended(runs[1], new SweepAttempt { Run = runs[1].Name, Attempt = 1, Event = "end", Time = DateTimeOffset.UnixEpoch, Outcome = AttemptOutcome.Failed, Reason = "no such data" }, again: false);
        board.Show(new SweepStatus(2, 0, 1, both[..1], 2.1, 9));
        string[] rows = screen.Rows();
        Assert.Equal("note: the first run goes alone until it is seen what memory it needs", rows[0]);
        Assert.Equal("failed  method-nls — no such data", rows[1]);
        Assert.Matches(@"\As  ─+  0 of 2 done, 1 running, 0 waiting, 1 failed  2\.1 s, 9\.0 s left\z", rows[2]);
        Assert.Equal("  method-gd  7 of 20  loss 0.5  λ₁ 3.25  η 0.1  300 MiB", rows[3]);
        Assert.Equal(4, rows.Length);
        board.Show(new SweepStatus(2, 1, 1, [], 3, 0));
        Assert.Equal(rows[..2], screen.Rows());
    }

    [Fact]
    public void Plain_lines_are_one_an_event_and_how_it_stands_every_half_minute()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var lines = new SweepLines(text, quiet: false);
        IReadOnlyList<SweepRun> runs = SweepFolder.Look(Out, SweepPlan.Of(SweepFile.Parse(Sweep, "s.yaml")));
        lines.Started(runs[0], resumed: false);
        for (int k = 0; k <= 60; k++)
        {
            lines.Show(new SweepStatus(2, 0, 0, [new(runs[0], k, 100, 0.5, null, 0.1, 0)], k, 100 - k));
        }

        lines.Ended(runs[0], new SweepAttempt { Run = runs[0].Name, Attempt = 1, Event = "end", Time = DateTimeOffset.UnixEpoch, Outcome = AttemptOutcome.Killed, Reason = "killed by signal 9" }, again: true);
        Assert.Equal(
            [
                "started  method-gd",
                "0 of 2 done, 1 running, 1 waiting, 30 s, 1:10 left",
                "  method-gd  30 of 100  loss 0.5  sharpness -  step 0.1",
                "0 of 2 done, 1 running, 1 waiting, 1:00, 40 s left",
                "  method-gd  60 of 100  loss 0.5  sharpness -  step 0.1",
                "killed  method-gd — killed by signal 9; it is started again",
            ],
            text.ToString().TrimEnd().Split('\n'));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrinkCommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
