using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Brink.Cli.CommandLine;
using Brink.Experiments;
using Brink.Experiments.Tests;

namespace Brink.Cli.Tests.Training;

/// <summary>kill −9 of a sweep and of its runs: a second <c>brink sweep</c> finishes what was missing, and no more.</summary>
public sealed class SweepKillTests : IDisposable
{
    /// <summary>4 starts × (gradient descent with 4 steps, of which one diverges, and two methods that find theirs).</summary>
    private const string Sweep =
        """
        model: scalar
        depth: 3
        start: [[1.4, 0.9, 0.8], [1.6, 0.7, 0.9], [1, 1.2, 0.9], [1.1, 1.3, 0.6]]
        method: [gd, nls, cdat]
        eta: [0.1, 0.2, 0.3, 3]
        iterations: 300
        sharpness-every: 2
        checkpoint-every: 20
        """;

    private const int Runs = 24;

    private readonly string _root = Directory.CreateTempSubdirectory("brink-sweep-").FullName;

    public void Dispose() => TemporaryFolder.Remove(_root);

    private string Folder => Path.Combine(_root, "out");

    private string Record => Path.Combine(Folder, "attempts.jsonl");

    [Fact]
    public void After_kill_9_of_workers_and_of_the_parent_the_same_command_finishes_what_was_missing_and_nothing_is_run_twice_or_lost()
    {
        string file = Path.Combine(_root, "sweep.yaml");
        File.WriteAllText(file, Sweep);
        string[] command = ["sweep", file, "--out", Folder, "--jobs", "2", "--json"];
        string[] orphans;
        using (BrinkProcess parent = BrinkProcess.Start(command))
        {
            // A worker in the middle of its run: the sweep resumes it.
            string killed = KillOneAtWork(parent);
            Wait(parent, () => Lines().Any(line => Text(line, "run") == killed && Text(line, "event") == "resume"));

            // Then, with some done and some never started, another worker, and the parent; its workers are left to themselves.
            Wait(parent, () => Ends("finished").Count >= 6);
            KillOneAtWork(parent);
            List<(string Run, int Process)> left = [];
            Wait(parent, () => (left = AtWork()).Count > 0);
            parent.Kill();
            orphans = [.. left.Select(one => Path.Combine(Folder, one.Run))];
        }

        // Nobody told them: they see the pipe end, write a checkpoint and go.
        Assert.All(orphans, run =>
        {
            Assert.True(SpinWait.SpinUntil(() => !RunRecord.IsInUse(run), TimeSpan.FromMinutes(1)), "a run went on without its sweep");
            RunSummary summary = RunRecord.ReadSummary(run)!;
            Assert.NotEqual(RunStatus.Running, summary.Status);
            Assert.True(summary.Status == RunStatus.Diverged || RunRecord.ReadCheckpoint(run, Assert.Fail)!.Iteration == summary.IterationsDone);
        });

        string[] recordBefore = File.ReadAllLines(Record);
        Dictionary<string, byte[]> doneBefore = Directory.GetDirectories(Folder).Where(RunRecord.IsRun)
            .Where(run => RunRecord.ReadSummary(run) is { Status: RunStatus.Finished or RunStatus.Diverged })
            .ToDictionary(run => Path.GetFileName(run), run => File.ReadAllBytes(Path.Combine(run, "metrics.jsonl")));
        Assert.InRange(doneBefore.Count, 6, Runs - 3);

        using BrinkProcess second = BrinkProcess.Start(command);
        (int code, string output, string error) = second.Finish(minutes: 6);
        Assert.True(code == 0, error);
        JsonElement report = JsonElement.Parse(output);
        Assert.Equal((Runs, Runs, 0), (report.GetProperty("points").GetInt32(), report.GetProperty("done").GetInt32(), report.GetProperty("failed").GetInt32()));
        Assert.Equal(4, report.GetProperty("diverged").GetInt32());

        // Nothing that was done is touched again, and the record goes on where it stopped.
        string[] record = File.ReadAllLines(Record);
        Assert.Equal(recordBefore, record.Take(recordBefore.Length));
        Assert.DoesNotContain(Lines().Skip(recordBefore.Length), line => doneBefore.ContainsKey(Text(line, "run")!));
        Assert.All(doneBefore, run => Assert.Equal(run.Value, File.ReadAllBytes(Path.Combine(Folder, run.Key, "metrics.jsonl"))));
        Assert.Equal(Runs, Lines().Where(line => Text(line, "event") == "train").Select(line => Text(line, "run")).Distinct().Count());
        Assert.All(Lines().GroupBy(line => Text(line, "run")), run =>
        {
            Assert.InRange(run.Count(line => Text(line, "outcome") is "finished" or "diverged"), 0, 1);
            Assert.True(run.Count(line => Text(line, "outcome") is "finished" or "diverged") == 1 || doneBefore.ContainsKey(run.Key!));
        });
        Assert.Contains(Lines(), line => Text(line, "outcome") == "killed");

        AssertEachRunIsTheUninterruptedOne();

        // There is nothing left to do.
        Assert.Equal(0, BrinkProcess.Run(command).Code);
        Assert.Equal(record, File.ReadAllLines(Record));
    }

    [Fact]
    public void A_signal_ends_every_run_after_a_checkpoint_and_a_second_sweep_in_the_folder_is_refused_meanwhile()
    {
        string file = Path.Combine(_root, "sweep.yaml");
        File.WriteAllText(file, Sweep.Replace("iterations: 300", "iterations: 100000", StringComparison.Ordinal));
        string[] command = ["sweep", file, "--out", Folder, "--jobs", "2"];
        using BrinkProcess sweep = BrinkProcess.Start(command);
        Wait(sweep, () => AtWork().Count == 2); // which the long runs stay
        (int code, string output, string error) = BrinkProcess.Run(command);
        Assert.Equal((BrinkCommandLine.InUse, string.Empty), (code, output));
        Assert.Equal($"brink: sweep folder {Folder} is in use by process {sweep.Id}; wait for it, or choose another folder", error.TrimEnd());

        sweep.Signal("TERM");
        (code, output, error) = sweep.Finish();
        Assert.Equal((130, string.Empty), (code, error));
        Assert.Contains($"interrupted: 0 of 24 runs are done; go on with 'brink sweep {file} --out {Folder}'", output, StringComparison.Ordinal);
        string[] runs = [.. Directory.GetDirectories(Folder).Where(RunRecord.IsRun)];
        Assert.Equal(2, runs.Length);
        Assert.All(runs, run =>
        {
            RunSummary summary = RunRecord.ReadSummary(run)!;
            Assert.Equal((RunStatus.Interrupted, summary.IterationsDone), (summary.Status, RunRecord.ReadCheckpoint(run, Assert.Fail)!.Iteration));
        });
    }

    /// <summary>Kills a run between its first and its last line.</summary>
    private string KillOneAtWork(BrinkProcess parent)
    {
        while (true)
        {
            (string Run, int Process)? victim = null;
            Wait(parent, () => (victim = AtWork().Cast<(string Run, int Process)?>().FirstOrDefault(one => Length(one!.Value.Run) > 10)) is not null);
            using Process? process = Find(victim!.Value.Process);
            process?.Kill();
            Wait(parent, () => Lines().Any(line => Text(line, "run") == victim.Value.Run && Text(line, "event") == "end"));
            if (Lines().Last(line => Text(line, "run") == victim.Value.Run && Text(line, "event") == "end") is var end && Text(end, "outcome") == "killed")
            {
                return victim.Value.Run;
            }
        }
    }

    private void AssertEachRunIsTheUninterruptedOne()
    {
        string[] points = Directory.GetFiles(Path.Combine(Folder, "points"));
        Assert.Equal(Runs, points.Length);
        foreach (string point in points)
        {
            string name = Path.GetFileNameWithoutExtension(point);
            string whole = Path.Combine(_root, "whole", name);
            Trainer.Train(Specification.FromFile(point) with { Out = whole }, new Silent());
            IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(Path.Combine(Folder, name));
            Assert.Equal(Enumerable.Range(0, lines.Count).Select(k => (long)k), lines.Select(line => line.Iteration));
            Assert.True(lines[^1].Status == "diverged" ? name.EndsWith("eta-3", StringComparison.Ordinal) : lines.Count == 301, $"{name} ends at {lines.Count}");
            Assert.True(Timeless(whole).SequenceEqual(Timeless(Path.Combine(Folder, name))), $"{name} is not the run that was never interrupted");
        }
    }

    private static IEnumerable<string> Timeless(string run) => File.ReadLines(Path.Combine(run, "metrics.jsonl"))
        .Select(line => Regex.Replace(line, "\"seconds\":[^,}]*", string.Empty, RegexOptions.None, TimeSpan.FromSeconds(1)));

    /// <summary>Runs that were started and have not ended, that hold their folders and have lines of metrics.</summary>
    private List<(string Run, int Process)> AtWork() =>
    [
        .. Lines().GroupBy(line => Text(line, "run")!).Select(run => run.Last())
            .Where(line => Text(line, "event") != "end" && Length(Text(line, "run")!) > 0 && RunRecord.IsInUse(Path.Combine(Folder, Text(line, "run")!)))
            .Select(line => (Text(line, "run")!, int.Parse(Text(line, "job")!))),
    ];

    private List<JsonElement> Ends(string outcome) => [.. Lines().Where(line => Text(line, "outcome") == outcome)];

    private List<JsonElement> Lines()
    {
        if (!File.Exists(Record))
        {
            return [];
        }

        using StreamReader reader = new(new FileStream(Record, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private long Length(string run) => File.Exists(Path.Combine(Folder, run, "metrics.jsonl")) ? new FileInfo(Path.Combine(Folder, run, "metrics.jsonl")).Length : 0;

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    private static Process? Find(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null; // It has ended.
        }
    }

    private static void Wait(BrinkProcess parent, Func<bool> until)
    {
        var watch = Stopwatch.StartNew();
        while (!until())
        {
            Assert.False(parent.HasExited, "the sweep was over before it could be killed");
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), "nothing happened for two minutes");
            Thread.Sleep(20);
        }
    }

    private sealed class Silent : IRunObserver
    {
        public void Started(string folder, long iteration, long iterations, double? flattestSharpness, Methods.StabilityThreshold? threshold = null)
        {
        }

        public void Recorded(MetricsLine line)
        {
        }

        public void Note(string message)
        {
        }

        public void Ended(RunStatus status, string? reason)
        {
        }
    }
}
