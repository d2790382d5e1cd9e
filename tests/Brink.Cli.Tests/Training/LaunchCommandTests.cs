using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Brink.Experiments;

namespace Brink.Cli.Tests.Training;

/// <summary>One run over several processes: the same trajectory, and what happens when one of them goes.</summary>
public sealed class LaunchCommandTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("--network mlp --widths 8,8")]
    [InlineData("--network cohen-cnn --widths 3,3")]
    public void One_two_three_and_four_ranks_take_the_same_trajectory(string network)
    {
        // 61 samples split evenly into no number of ranks.
        string[] more = [.. network.Split(' '), "--method", "nls", "--iterations", "12", "--sharpness-every", "4", "--eigenvalues", "3", "--sharpness-tolerance", "1e-6", "--test-every", "6"];
        Assert.Equal(0, BrinkProcess.Run(Train("1", 61, more)).Code);
        for (int ranks = 2; ranks <= 4; ranks++)
        {
            (int code, _, string error) = BrinkProcess.Run(Launch(ranks, Train($"{ranks}", 61, more)));
            Assert.True(code == 0, error);
            AssertSameTrajectory("1", $"{ranks}");
        }
    }

    [Fact]
    public void With_synchronised_batch_statistics_ranks_take_one_process_trajectory()
    {
        string[] more = ["--network", "cohen-cnn", "--widths", "2,2", "--batch-norm", "--method", "nls", "--sharpness-every", "3", "--sharpness-tolerance", "1e-6", "--test-every", "3"];
        Assert.Equal(0, BrinkProcess.Run(Train("1", 31, [.. more, "--iterations", "6"])).Code);
        (int code, _, string error) = BrinkProcess.Run(Launch(3, Train("3", 31, [.. more, "--sync-batch-norm", "--iterations", "4"])));
        Assert.True(code == 0, error);

        // All of a rank's samples are one piece, however many ranks there are.
        (code, _, error) = BrinkProcess.Run(Launch(2, "resume", _data["3"], "--iterations", "6", "-q"));
        Assert.True(code == 0, error);
        AssertSameTrajectory("1", "3");

        // A run of one process is measured by ranks as what it is.
        JsonElement measured = Json(BrinkProcess.Run(Launch(2, "measure", _data["1"], "--tolerance", "1e-6", "--json")));
        double sharpness = RunRecord.ReadMetrics(_data["1"])[^1].Sharpness!.Value;
        Assert.Equal(sharpness, measured.GetProperty("sharpness").GetDouble(), 1e-8 * sharpness);
    }

    [Fact]
    public void DenseNet121_which_always_has_batch_statistics_is_shared_too()
    {
        string[] more = ["--network", "densenet121", "--method", "gd", "--eta", "1e-4", "--iterations", "1", "--sharpness-every", "0"];
        Assert.Equal(0, BrinkProcess.Run(Train("1", 5, more)).Code);
        (int code, _, string error) = BrinkProcess.Run(Launch(2, Train("2", 5, [.. more, "--sync-batch-norm"])));
        Assert.True(code == 0, error);
        AssertSameTrajectory("1", "2");
        (code, _, error) = BrinkProcess.Run(Train("without", 5, [.. more, "--batch-norm", "false"]));
        Assert.Equal((1, "brink: --batch-norm: densenet121 always has batch normalisation; leave it out\n"), (code, error));
    }

    [Fact]
    public void Ranks_measure_a_point_and_follow_flows_as_one_process_does()
    {
        Assert.Equal(0, BrinkProcess.Run(Train("run", 61, "--widths", "8,8", "--method", "gd", "--eta", "0.3", "--iterations", "4", "--sharpness-every", "0")).Code);
        string run = _data["run"];
        string[] measure = ["measure", run, "--top", "3", "--bottom", "2", "--tolerance", "1e-7", "--json"];
        AssertSameMeasurement(Json(BrinkProcess.Run(measure)), Json(BrinkProcess.Run(Launch(3, measure))));

        string[] spectrum = ["spectrum", run, "--all", "--top", "2", "--bottom", "1", "--density-steps", "12", "--density-probes", "2", "--sub-hessian", "*.bias", "--json"];
        JsonElement whole = Json(BrinkProcess.Run(spectrum));
        JsonElement shared = Json(BrinkProcess.Run(Launch(2, spectrum)));
        Assert.Equal(whole.GetProperty("trace").GetProperty("trace").GetDouble(), shared.GetProperty("trace").GetProperty("trace").GetDouble(), 1e-9);
        Assert.Equal(Values(whole.GetProperty("sub_hessians")[0].GetProperty("eigenvalues")), Values(shared.GetProperty("sub_hessians")[0].GetProperty("eigenvalues")), (a, b) => Math.Abs(a - b) < 1e-9);

        // Rank 0 alone keeps what is found, and one process goes on with it.
        string[] flows = ["gfs", run, "--every", "2", "--max-gradients", "40", "--until-loss", "0.02", "--json"];
        JsonElement found = Json(BrinkProcess.Run(Launch(2, [.. flows, "--to", "2"])));
        Assert.Equal([0, 2], found.GetProperty("lines").EnumerateArray().Select(line => line.GetProperty("iteration").GetInt64()));
        string kept = Path.Combine(run, "gfs.jsonl");
        File.WriteAllLines(kept, File.ReadAllLines(kept)[..1]);
        JsonElement same = Json(BrinkProcess.Run(flows));
        Assert.Equal(3, File.ReadAllLines(kept).Length);
        Assert.Equal(found.GetProperty("lines")[1].GetProperty("sharpness").GetDouble(), same.GetProperty("lines")[1].GetProperty("sharpness").GetDouble(), 1e-8);

        (int code, string output, string error) = BrinkProcess.Run(Launch(2, "measure", _data["nothing"]));
        Assert.Equal((1, true), (code, error.StartsWith("brink: there is no file ", StringComparison.Ordinal)));
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void A_signal_leaves_a_measurement_that_has_no_end()
    {
        string run = _data["endless"];
        using BrinkProcess launcher = BrinkProcess.Start(Launch(2, Train(
            "endless", 61, "--widths", "8", "--method", "gd", "--eta", "0.1", "--sharpness-every", "3", "--sharpness-tolerance", "1e-15",
            "--sharpness-max-products", "100000000", "--checkpoint-every", "0", "--iterations", "100")));
        WaitForLines(launcher, run, 1);
        Thread.Sleep(500);
        var watch = Stopwatch.StartNew();
        launcher.Signal("TERM");
        (int code, string output, string error) = launcher.Finish();
        Assert.True(code == 130, $"exit code {code}: {output}{error}");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"it took {watch.Elapsed}");
        Assert.Equal(RunStatus.Interrupted, RunRecord.ReadSummary(run)!.Status);
        Assert.Equal(RunRecord.ReadMetrics(run).Count, RunRecord.ReadCheckpoint(run, Assert.Fail)!.Iteration);
    }

    [Fact]
    public void Mpirun_and_torchrun_start_the_same_run()
    {
        string[] more = ["--widths", "8", "--method", "nls", "--iterations", "4", "--sharpness-every", "2"];
        Assert.Equal(0, BrinkProcess.Run(Launch(2, Train("launched", 61, more))).Code);
        var absent = new List<string>();
        foreach ((string launcher, string[] words, string package) in new[]
        {
            ("mpirun", (string[])["-np", "2", "--oversubscribe", "--allow-run-as-root"], "openmpi-bin"),

            // Debian's torchrun finds no value for no redirection under Python 3.11.
            ("torchrun", ["--nproc_per_node", "2", "--master_port", $"{FreePort()}", "--redirects", "1", "--tee", "1", "--no_python"], "python3-torch"),
        })
        {
            if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, launcher))))
            {
                absent.Add($"{launcher} is not installed (apt-get install {package})");
                continue;
            }

            using BrinkProcess started = BrinkProcess.StartWith([launcher, .. words], [("MASTER_PORT", $"{FreePort()}")], Train(launcher, 61, more));
            (int code, string output, string error) = started.Finish();
            Assert.True(code == 0, $"{launcher}: exit code {code}: {output}{error}");
            Assert.Equal(Timeless(_data["launched"]), Timeless(_data[launcher]));
            Assert.Single(output.Split('\n'), line => line.Contains("finished after 4 iterations", StringComparison.Ordinal));
        }

        Assert.SkipWhen(absent.Count > 0, string.Join("; ", absent));
    }

    [Fact]
    public void A_run_goes_on_with_another_number_of_ranks()
    {
        string[] more = ["--widths", "8,8", "--method", "nls", "--sharpness-every", "6", "--checkpoint-every", "4"];
        Assert.Equal(0, BrinkProcess.Run(Train("whole", 61, [.. more, "--iterations", "22"])).Code);
        Assert.Equal(0, BrinkProcess.Run(Launch(3, Train("parts", 61, [.. more, "--iterations", "7"]))).Code);
        Assert.Equal(0, BrinkProcess.Run(Launch(2, "resume", _data["parts"], "--iterations", "15", "-q")).Code);
        Assert.Equal(0, BrinkProcess.Run("resume", _data["parts"], "--iterations", "22", "-q").Code);
        AssertSameTrajectory("whole", "parts");
    }

    [Fact]
    public void When_a_rank_is_killed_the_others_stop_and_the_run_resumes()
    {
        string[] more = ["--widths", "8", "--method", "gd", "--eta", "0.01", "--sharpness-every", "0", "--checkpoint-every", "5"];
        string run = _data["killed"];
        using BrinkProcess launcher = BrinkProcess.Start(Launch(3, Train("killed", 61, [.. more, "--iterations", "1000000"])));
        WaitForLines(launcher, run, 12);
        int victim = 1 + (Environment.TickCount % 2);
        var watch = Stopwatch.StartNew();
        KillRank(launcher.Id, victim);
        (int code, _, string error) = launcher.Finish();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"they stopped after {watch.Elapsed}");
        Assert.Equal(1, code);
        Assert.Equal($"brink: rank {victim} of 3 was killed by signal 9, so the others were stopped; continue with 'brink launch --ranks 3 -- resume {run}'\n", error);
        Assert.Equal(RunStatus.Failed, RunRecord.ReadSummary(run)!.Status);

        long end = RunRecord.ReadCheckpoint(run, Assert.Fail)!.Iteration + 10;
        Assert.Equal(0, BrinkProcess.Run(Launch(2, "resume", run, "--iterations", $"{end}", "-q")).Code);
        Assert.Equal(0, BrinkProcess.Run(Train("whole", 61, [.. more, "--iterations", $"{end}"])).Code);
        AssertSameTrajectory("whole", "killed");
    }

    [Fact]
    public void A_signal_to_the_launcher_ends_all_ranks_after_a_checkpoint()
    {
        string run = _data["signalled"];
        using BrinkProcess launcher = BrinkProcess.Start(Launch(2, Train("signalled", 61, "--widths", "8", "--method", "nls", "--sharpness-every", "0", "--checkpoint-every", "1000", "--iterations", "1000000")));
        WaitForLines(launcher, run, 5);
        launcher.Signal("TERM");
        (int code, string output, string error) = launcher.Finish();
        Assert.True(code == 130, $"exit code {code}: {output}{error}");
        Assert.Equal(string.Empty, error);
        Assert.Contains($"brink resume {run}", output, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Interrupted, RunRecord.ReadSummary(run)!.Status);
        Assert.Equal(RunRecord.ReadMetrics(run).Count, RunRecord.ReadCheckpoint(run, Assert.Fail)!.Iteration);
    }

    [Theory]
    [InlineData("--method sgd --batch-size 8", 64, "ranks share the full batch; sgd takes batches of 8: leave out --batch-size, or run it without ranks")]
    [InlineData("--method gd --eta 0.1", 1, "2 ranks cannot share 1 samples: start at most 1 ranks")]
    [InlineData("--method gd --eta 0.1 --network cnn --batch-norm", 64, "a network with batch normalisation is exact only in one batch: each of 2 ranks would normalise by the statistics of its own samples, which is another objective; ask for --sync-batch-norm to take them over all samples, for --ghost-batch-norm to have it so, or run it without ranks")]
    public void What_ranks_cannot_share_is_refused_in_one_line(string options, int count, string message)
    {
        (int code, string output, string error) = BrinkProcess.Run(Launch(2, Train("refused", count, [.. options.Split(' '), "--iterations", "3"])));
        Assert.Equal((1, string.Empty, $"brink: {message}\n"), (code, output, error));
        Assert.False(Directory.Exists(_data["refused"]));
    }

    [Fact]
    public void More_ranks_than_samples_are_not_started()
    {
        // Two hundred processes would take minutes, and more memory than there is.
        var watch = Stopwatch.StartNew();
        (int code, string output, string error) = BrinkProcess.Run(Launch(200, Train("many", 100, "--method", "gd", "--eta", "0.1")));
        Assert.Equal((1, string.Empty, "brink: 200 ranks cannot share 100 samples: start at most 100 ranks\n"), (code, output, error));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"it took {watch.Elapsed}");
    }

    [Fact]
    public void Ranks_that_disagree_or_do_not_find_each_other_say_so_in_one_line()
    {
        int port = FreePort();
        using BrinkProcess zero = BrinkProcess.StartWith([], Place(0, port, 60), Train("disagree", 61, "--method", "gd", "--eta", "0.1"));
        using BrinkProcess one = BrinkProcess.StartWith([], Place(1, port, 60), Train("disagree", 61, "--method", "gd", "--eta", "0.2"));
        Assert.Equal((1, string.Empty, string.Empty), zero.Finish());
        Assert.Equal((1, string.Empty, "brink: rank 1: the ranks disagree about the specification: eta is 0.2 here and 0.1 on rank 0; start all of them with the same arguments\n"), one.Finish());

        using BrinkProcess astray = BrinkProcess.StartWith([], Place(1, port, 2), Train("astray", 61, "--method", "gd"));
        (int code, _, string error) = astray.Finish();
        Assert.Equal(1, code);
        Assert.StartsWith($"brink: rank 1 could not join rank 0 at 127.0.0.1:{port} within 2 s; is that its address, and are all 2 ranks started? (", error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));

        using BrinkProcess alone = BrinkProcess.StartWith([], Place(0, port, 2), Train("alone", 61, "--method", "gd"));
        (code, _, error) = alone.Finish();
        Assert.Equal((1, $"brink: not all 2 ranks came to 127.0.0.1:{port} within 2 s; are all of them started, with this address? (1 of 2 ranks came)\n"), (code, error));

        using var taken = new TcpListener(IPAddress.Any, 0);
        taken.Start();
        port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (code, _, error) = BrinkProcess.Run(["launch", "--ranks", "2", "--port", $"{port}", "--", .. Train("taken", 61)]);
        Assert.Equal((1, $"brink: port {port} is in use; choose another --port, or leave it out\n"), (code, error));
        (code, _, error) = BrinkProcess.Run("launch", "--ranks", "2", "--", "runs", "list");
        Assert.Equal((1, "brink: 'runs' is not done by ranks; launch train, resume, flow, measure, spectrum or gfs, e.g. brink launch --ranks 2 -- train spec.yaml\n"), (code, error));
    }

    [Theory]
    [InlineData(0, "TERM")]
    [InlineData(1, "INT")]
    public void A_rank_that_waits_for_the_others_ends_when_it_is_asked_to(int rank, string signal)
    {
        using BrinkProcess waiting = BrinkProcess.StartWith([], Place(rank, FreePort(), 60), Train("waits", 61, "--method", "gd", "--eta", "0.1"));
        while (!waiting.HasExited && !File.ReadAllText($"/proc/{waiting.Id}/maps").Contains("libbrink_native", StringComparison.Ordinal))
        {
            Thread.Sleep(20);
        }

        Thread.Sleep(300);
        var watch = Stopwatch.StartNew();
        waiting.Signal(signal);
        Assert.Equal((130, string.Empty, $"brink: rank {rank} was interrupted before all 2 ranks had come\n"), waiting.Finish());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"it took {watch.Elapsed}");
    }

    internal static IEnumerable<string> Timeless(string run) => File.ReadLines(Path.Combine(run, "metrics.jsonl"))
        .Select(line => Regex.Replace(line, "\"seconds\":[^,}]*", string.Empty, RegexOptions.None, TimeSpan.FromSeconds(1)));

    private static JsonElement Json((int Code, string Output, string Error) ended)
    {
        Assert.True(ended.Code == 0, ended.Error);
        return JsonElement.Parse(ended.Output);
    }

    private static IEnumerable<double> Values(JsonElement list) => list.EnumerateArray().Select(value => value.GetDouble());

    private static void AssertSameMeasurement(JsonElement one, JsonElement other)
    {
        Assert.Equal(one.GetProperty("hvps").GetInt32(), other.GetProperty("hvps").GetInt32());
        Assert.Equal(one.GetProperty("next_step").GetDouble(), other.GetProperty("next_step").GetDouble());
        double scale = one.GetProperty("sharpness").GetDouble();
        foreach (string end in (string[])["top", "bottom"])
        {
            Assert.All(
                one.GetProperty(end).EnumerateArray().Zip(other.GetProperty(end).EnumerateArray()),
                pair => Assert.Equal(pair.First.GetProperty("value").GetDouble(), pair.Second.GetProperty("value").GetDouble(), 1e-10 * scale));
        }
    }

    private static string[] Launch(int ranks, params string[] line) => ["launch", "--ranks", $"{ranks}", "--", .. line];

    private static (string, string?)[] Place(int rank, int port, int seconds) =>
    [
        ("RANK", $"{rank}"), ("WORLD_SIZE", "2"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", $"{port}"), (RunRanks.TimeoutVariable, $"{seconds}"),
    ];

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static void WaitForLines(BrinkProcess process, string run, int lines)
    {
        string file = Path.Combine(run, "metrics.jsonl");
        while (!process.HasExited && (!File.Exists(file) || File.ReadLines(file).Count() < lines))
        {
            Thread.Sleep(20);
        }
    }

    /// <summary>kill −9 to the child of the launcher that has this rank.</summary>
    private static void KillRank(int launcher, int rank)
    {
        // A child is its thread's that started it.
        foreach (string child in Directory.GetDirectories($"/proc/{launcher}/task").SelectMany(
            thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (File.ReadAllText($"/proc/{child}/environ").Split('\0').Contains($"RANK={rank}"))
            {
                Process.GetProcessById(int.Parse(child)).Kill();
                return;
            }
        }

        Assert.Fail($"the launcher has no rank {rank}");
    }

    private string[] Train(string name, int count, params string[] more) =>
    [
        "train", "--data", "mnist", "--from", _data.Folder, "--subset", "first", "--count", $"{count}", "--dtype", "float64",
        .. more.Contains("--batch-norm") ? Array.Empty<string>() : ["--micro-batch", "8"],
        "--keep-graph", "yes", "--threads", "1", .. more.Contains("--test-every") ? Array.Empty<string>() : ["--test-every", "0"], "--out", _data[name], "--quiet", .. more,
    ];

    private void AssertSameTrajectory(string expected, string actual)
    {
        IReadOnlyList<MetricsLine> one = RunRecord.ReadMetrics(_data[expected]);
        IReadOnlyList<MetricsLine> other = RunRecord.ReadMetrics(_data[actual]);
        Assert.Equal(one.Count, other.Count);
        foreach ((MetricsLine a, MetricsLine b) in one.Zip(other))
        {
            Assert.Equal((a.Iteration, a.StepSize, a.Backtracks, a.FunctionEvaluations, a.TrainAccuracy, a.TestAccuracy), (b.Iteration, b.StepSize, b.Backtracks, b.FunctionEvaluations, b.TrainAccuracy, b.TestAccuracy));
            Assert.Equal(a.Loss, b.Loss, 1e-10);
            Assert.Equal(a.TestLoss ?? 0, b.TestLoss ?? 0, 1e-10);
            Assert.Equal(a.Sharpness ?? 0, b.Sharpness ?? 0, 1e-8 * (a.Sharpness ?? 1));
            Assert.All((a.Eigenvalues ?? []).Zip(b.Eigenvalues ?? []), pair => Assert.Equal(pair.First, pair.Second, 1e-8 * (a.Sharpness ?? 1)));
        }
    }
}
