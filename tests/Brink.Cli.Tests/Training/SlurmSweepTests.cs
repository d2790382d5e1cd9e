using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Brink.Experiments;
using Brink.Experiments.Tests;

namespace Brink.Cli.Tests.Training;

/// <summary><c>brink sweep --executor slurm</c> on a real Slurm that the tests start and stop.</summary>
public sealed class SlurmSweepTests(SlurmTestCluster cluster) : IClassFixture<SlurmTestCluster>, IDisposable
{
    /// <summary>2 starts × 3 steps × a short and a long run.</summary>
    private const string Sweep =
        """
        model: scalar
        depth: 3
        start: [[1.4, 0.9, 0.8], [1.6, 0.7, 0.9]]
        method: gd
        eta: [0.1, 0.15, 0.2]
        iterations: [60, 20000]
        sharpness-every: 20
        checkpoint-every: 100
        slurm:
          partition: main
          memory: 100M
          sbatch: --comment=from-the-file
        """;

    private const int Runs = 12;

    private readonly string _root = Directory.CreateTempSubdirectory("brink-sweep-").FullName;

    public void Dispose() => TemporaryFolder.Remove(_root);

    private string Folder => Path.Combine(_root, "out");

    [Fact]
    public void After_scancel_of_two_runs_a_second_sweep_finishes_them_and_nothing_is_run_twice_or_lost()
    {
        Assert.SkipWhen(cluster.Unavailable is not null, cluster.Unavailable ?? string.Empty);
        string[] command = Command(Sweep);
        List<JsonElement> victims;
        using (BrinkProcess sweep = Start(command))
        {
            Wait(sweep, () => AtWork("iterations-20000").Count >= 2);
            victims = AtWork("iterations-20000")[..2];
            foreach (JsonElement victim in victims)
            {
                Assert.Equal(0, cluster.Call("scancel", Text(victim, "job")!).Code);
            }

            (int code, string output, string error) = sweep.Finish(minutes: 6);
            Assert.Equal((1, string.Empty), (code, error.Contains("2 of 12 runs are not done", StringComparison.Ordinal) ? string.Empty : error));
            Assert.Contains("0 done; by Slurm, as many at a time as it lets run, 1 CPU each, memory 100M, partition main", output, StringComparison.Ordinal);
            Assert.Equal(3, Regex.Count(output, "^note: submitted [0-9]+ runs as job ", RegexOptions.Multiline, TimeSpan.FromSeconds(1)));
        }

        // More runs than an array takes, and each killed one has written its checkpoint.
        Assert.Equal([5, 5, 2], Lines("slurm.jsonl").Where(line => Text(line, "job") is not null).Select(line => line.GetProperty("runs").GetInt32()));
        Assert.All(victims, victim =>
        {
            string run = Path.Combine(Folder, Text(victim, "run")!);
            RunSummary summary = RunRecord.ReadSummary(run)!;
            Assert.Equal(RunStatus.Interrupted, summary.Status);
            Assert.InRange(summary.IterationsDone, 1, 19999);
            Assert.Equal(summary.IterationsDone, RunRecord.ReadCheckpoint(run, Assert.Fail)!.Iteration);
            JsonElement end = Lines().Last(line => Text(line, "run") == Text(victim, "run"));
            Assert.Equal(("end", "interrupted", "Slurm: cancelled"), (Text(end, "event"), Text(end, "outcome"), Text(end, "reason")));
        });
        string[] recordBefore = File.ReadAllLines(Record);
        Dictionary<string, byte[]> doneBefore = Directory.GetDirectories(Folder)
            .Where(run => RunRecord.IsRun(run) && RunRecord.ReadSummary(run) is { Status: RunStatus.Finished })
            .ToDictionary(run => run, run => File.ReadAllBytes(Path.Combine(run, "metrics.jsonl")), StringComparer.Ordinal);
        Assert.Equal(Runs - 2, doneBefore.Count);

        using (BrinkProcess second = Start([.. command, "--json"]))
        {
            (int code, string output, string error) = second.Finish(minutes: 6);
            Assert.True(code == 0, error);
            JsonElement report = JsonElement.Parse(output);
            Assert.Equal((Runs, Runs), (report.GetProperty("points").GetInt32(), report.GetProperty("finished").GetInt32()));
        }

        string[] record = File.ReadAllLines(Record);
        Assert.Equal(recordBefore, record.Take(recordBefore.Length));
        Assert.Equal(
            victims.Select(victim => Text(victim, "run")).Order(StringComparer.Ordinal),
            Lines().Skip(recordBefore.Length).Where(line => Text(line, "event") == "resume").Select(line => Text(line, "run")).Order(StringComparer.Ordinal));
        Assert.Equal(4, record.Length - recordBefore.Length);
        Assert.All(doneBefore, run => Assert.Equal(run.Value, File.ReadAllBytes(Path.Combine(run.Key, "metrics.jsonl"))));
        AssertUninterrupted([.. victims.Select(victim => Text(victim, "run")!), .. doneBefore.Keys.Select(run => Path.GetFileName(run)).Take(1)]);

        // There is nothing left to do, and nothing is submitted.
        using BrinkProcess third = Start(command);
        Assert.Equal(0, third.Finish().Code);
        Assert.Equal(record, File.ReadAllLines(Record));
    }

    [Fact]
    public void Runs_outlive_the_command_that_submitted_them_and_another_takes_them_up_or_cancels_them()
    {
        Assert.SkipWhen(cluster.Unavailable is not null, cluster.Unavailable ?? string.Empty);
        string[] command = Command(Sweep.Replace("[60, 20000]", "1000000", StringComparison.Ordinal));
        using (BrinkProcess sweep = Start(command))
        {
            Wait(sweep, () => AtWork("eta").Count >= 1);
            sweep.Signal("INT");
            (int code, string output, string error) = sweep.Finish();
            Assert.Equal((130, string.Empty), (code, error));
            Assert.Contains("no longer followed: 0 of 6 runs are done, 6 go on as Slurm's jobs ", output, StringComparison.Ordinal);
        }

        // Here and there at once is refused.
        using (BrinkProcess local = Start(command[..4]))
        {
            (int code, string output, string error) = local.Finish();
            Assert.Equal((1, string.Empty), (code, output));
            Assert.StartsWith($"brink: Slurm still has 6 runs of {Folder}, e.g. ", error, StringComparison.Ordinal);
        }

        // As a kill between sbatch and the record leaves it: the arrays are found by their names.
        string submissions = Path.Combine(Folder, "slurm.jsonl");
        string[] intentions = [.. File.ReadAllLines(submissions).Where(line => !line.Contains("\"job\"", StringComparison.Ordinal))];
        Assert.Equal(2, intentions.Length);
        File.WriteAllLines(submissions, intentions);
        File.WriteAllText(Record, string.Empty);
        using (BrinkProcess follower = Start(command))
        {
            Wait(follower, () => Lines().Count == 6 && Lines("slurm.jsonl").Count == 4);
            follower.Kill();
        }

        using (BrinkProcess cancel = Start([.. command, "--cancel"]))
        {
            (int code, string output, string error) = cancel.Finish();
            Assert.True(code == 0, error);
            Assert.Matches("^cancelled 6 runs of Slurm's jobs [0-9]+, [0-9]+; those at work write their checkpoints", output);
        }

        AwaitEmptyQueue();
        Assert.All(Directory.GetDirectories(Folder).Where(RunRecord.IsRun), run => Assert.Equal(RunStatus.Interrupted, RunRecord.ReadSummary(run)!.Status));

        // The next command goes on with all six. It records how the earlier attempts ended.
        using BrinkProcess again = Start(command);
        Wait(again, () => Lines("slurm.jsonl").Count == 8 && Lines().Count == 18);
        Assert.Equal(6, Lines().Skip(6).Count(line => Text(line, "event") == "end" && Text(line, "outcome") is "interrupted" or "killed"));
        again.Kill();
        using BrinkProcess last = Start([.. command, "--cancel"]);
        Assert.Equal(0, last.Finish().Code);

        // What was at work still writes its checkpoint, into a folder that this test deletes.
        AwaitEmptyQueue();
    }

    [Fact]
    public void Srun_starts_the_ranks_of_one_run()
    {
        Assert.SkipWhen(cluster.Unavailable is not null, cluster.Unavailable ?? string.Empty);
        using var data = new SmallData();
        string[] more = ["--dtype", "float64", "--method", "nls", "--iterations", "4", "--sharpness-every", "2"];
        Assert.Equal(0, BrinkProcess.Run(["launch", "--ranks", "2", "--", .. data.Train("launched", more)]).Code);
        using BrinkProcess step = BrinkProcess.StartWith(["srun", "--ntasks", "2", "--label"], cluster.Environment, data.Train("srun", more));
        (int code, string output, string error) = step.Finish();
        Assert.True(code == 0, $"exit code {code}: {output}{error}");
        Assert.StartsWith("0: finished after 4 iterations", Assert.Single(output.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Equal(LaunchCommandTests.Timeless(data["launched"]), LaunchCommandTests.Timeless(data["srun"]));
    }

    [Fact]
    public void Without_Slurm_and_with_what_it_refuses_there_is_one_line()
    {
        string[] command = Command(Sweep);
        using (BrinkProcess nowhere = BrinkProcess.StartWith([], [("PATH", _root)], command))
        {
            (int code, string output, string error) = nowhere.Finish();
            Assert.Equal(1, code);
            Assert.Equal("brink: Slurm is not on this machine: there is no scontrol on PATH; give the command where the cluster's jobs are submitted, or --executor local", error.TrimEnd());
        }

        Assert.SkipWhen(cluster.Unavailable is not null, cluster.Unavailable ?? string.Empty);
        using BrinkProcess refused = Start([.. command, "--partition", "elsewhere"]);
        (int refusal, _, string why) = refused.Finish();
        Assert.Equal((1, "brink: sbatch: invalid partition specified: elsewhere"), (refusal, why.TrimEnd()));
    }

    private string[] Command(string sweep)
    {
        string file = Path.Combine(_root, "sweep.yaml");
        File.WriteAllText(file, sweep);
        return ["sweep", file, "--out", Folder, "--executor", "slurm"];
    }

    private BrinkProcess Start(string[] command) => BrinkProcess.StartWith([], cluster.Environment, command);

    private void AwaitEmptyQueue() =>
        Assert.True(SpinWait.SpinUntil(() => Pause(cluster.Call("squeue", "--me", "--noheader").Output.Length == 0), TimeSpan.FromMinutes(1)), "the queue is not empty");

    private string Record => Path.Combine(Folder, "attempts.jsonl");

    /// <summary>Starts of runs that have not ended, hold their folders and are well on their way.</summary>
    private List<JsonElement> AtWork(string name) =>
    [
        .. Lines().GroupBy(line => Text(line, "run")!).Select(run => run.Last())
            .Where(line => Text(line, "event") != "end" && Text(line, "run")!.Contains(name, StringComparison.Ordinal)
                && Length(Text(line, "run")!) > 5_000 && RunRecord.IsInUse(Path.Combine(Folder, Text(line, "run")!))),
    ];

    /// <summary>Runs are, but for their seconds, what the same point gives without Slurm and without an interruption.</summary>
    private void AssertUninterrupted(string[] runs)
    {
        string points = Path.Combine(Folder, "points");
        Assert.Equal(Runs, Directory.GetFiles(points).Length);
        foreach (string name in runs)
        {
            string whole = Path.Combine(_root, "whole", name);
            using (BrinkProcess train = BrinkProcess.Start("train", Assert.Single(Directory.GetFiles(points, name + ".*")), "--out", whole, "--quiet"))
            {
                Assert.Equal(0, train.Finish().Code);
            }

            Assert.True(LaunchCommandTests.Timeless(whole).SequenceEqual(LaunchCommandTests.Timeless(Path.Combine(Folder, name))), $"{name} is not the run that was never interrupted");
        }
    }

    private List<JsonElement> Lines(string name = "attempts.jsonl")
    {
        string path = Path.Combine(Folder, name);
        if (!File.Exists(path))
        {
            return [];
        }

        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private long Length(string run) => File.Exists(Path.Combine(Folder, run, "metrics.jsonl")) ? new FileInfo(Path.Combine(Folder, run, "metrics.jsonl")).Length : 0;

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private static bool Pause(bool done)
    {
        Thread.Sleep(done ? 0 : 200);
        return done;
    }

    private static void Wait(BrinkProcess sweep, Func<bool> until)
    {
        var watch = Stopwatch.StartNew();
        while (!until())
        {
            Assert.False(sweep.HasExited, sweep.HasExited ? $"the sweep was over too early: {sweep.Finish()}" : string.Empty);
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), "nothing happened for three minutes");
            Thread.Sleep(100);
        }
    }
}
