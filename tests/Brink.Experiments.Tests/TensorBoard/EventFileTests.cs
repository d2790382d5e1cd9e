using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Brink.Experiments.TensorBoard;
using Brink.Experiments.Tests.Runs;

namespace Brink.Experiments.Tests.TensorBoard;

[Collection(RunCollection.Name)]
public sealed class EventFileTests : IDisposable
{
    private readonly SmallProblem _problem = new();

    public void Dispose() => _problem.Dispose();

    /// <summary>The vectors of RFC 3720, B.4, and the usual check value of CRC-32C.</summary>
    [Fact]
    public void The_checksum_is_that_of_RFC_3720()
    {
        byte[] scsi =
        [
            0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
            0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
        ];
        (byte[] Data, uint Checksum)[] vectors =
        [
            (new byte[32], 0x8a9136aa),
            ([.. Enumerable.Repeat((byte)0xff, 32)], 0x62a8ab43),
            ([.. Enumerable.Range(0, 32).Select(k => (byte)k)], 0x46dd794e),
            ([.. Enumerable.Range(0, 32).Select(k => (byte)(31 - k))], 0x113fdb5c),
            (scsi, 0xd9963a56),
            (Encoding.ASCII.GetBytes("123456789"), 0xe3069283),
            ([], 0),
        ];
        Assert.All(vectors, vector => Assert.Equal(vector.Checksum, EventRecords.Checksum(vector.Data)));
        Assert.All(vectors, vector => Assert.Equal(vector.Checksum, EventReader.Crc(vector.Data)));
    }

    [Fact]
    public void A_run_writes_every_number_of_its_lines_and_an_export_says_the_same()
    {
        Specification specification = _problem.Specification("nls", "run") with { Eigenvalues = 2, DiagnosticsEvery = 5, DensityEvery = 7, DensitySteps = 5, Tensorboard = true };
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(_problem["run"]);
        List<ReadEvent> events = EventReader.Read(Single(_problem["run"]));
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal(lines.Select(line => line.Iteration), events.Skip(1).Select(one => one.Step));
        foreach ((MetricsLine line, ReadEvent one) in lines.Zip(events.Skip(1)))
        {
            Assert.Equal((float)line.Loss, one.Scalars["training/loss"]);
            Assert.Equal(line.StepSize is null ? null : (float)line.StepSize, Of(one, "step/step_size"));
            Assert.Equal(line.Backtracks, Of(one, "step/backtracks"));
            Assert.Equal((float?)line.Sharpness, Of(one, "curvature/sharpness"));
            Assert.Equal((float?)(line.Sharpness * line.StepSize), Of(one, "curvature/eta_sharpness"));
            Assert.Equal((float?)line.TestAccuracy, Of(one, "training/test_accuracy"));
            Assert.Equal((float?)line.Eigenvalues?[1], Of(one, "eigenvalues/2"));
            Assert.Equal(line.GradientNorms is null ? null : (float)line.GradientNorms["3.weight"], Of(one, "gradient_norms/3.weight"));
            Assert.Equal(events[0].WallTime + line.Seconds, one.WallTime, 1e-6);
            Assert.Equal(line.Density is not null, one.Histograms.ContainsKey("curvature/density"));
            if (line.Density is { } density)
            {
                double[][] histogram = one.Histograms["curvature/density"];
                Assert.Equal(density, histogram[6]);
                Assert.Equal(specification.BinsOfDensity().Edges.Skip(1), histogram[5]);
                Assert.Equal(density.Sum(), histogram[2][0], 1e-12);
            }
        }

        Assert.InRange((DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds - events[0].WallTime, 0, 600);
        Assert.Equal(1, EventExport.Write(RunCatalogue.List(_problem["run"]), _problem["logs"]));
        List<ReadEvent> exported = EventReader.Read(Single(Path.Combine(_problem["logs"], "run")));
        Assert.Equal(events.SelectMany(one => one.Scalars), exported.SelectMany(one => one.Scalars));
        Assert.Equal(events.Select(one => one.Step), exported.Select(one => one.Step));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(400)]
    [InlineData(100_000)]
    public void After_a_kill_the_events_follow_the_metrics(int lost)
    {
        Specification whole = _problem.Specification("nls", "whole") with { Tensorboard = true, TestEvery = 0 };
        Trainer.Train(whole, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var observer = new RecordingObserver(line => { if (line.Iteration == 9) { stop.Cancel(); } });
        Assert.Equal(RunStatus.Interrupted, Trainer.Train(whole with { Out = _problem["cut"] }, observer, cancellation: stop.Token).Status);

        // The last bytes never reached the disk, or others stand there.
        string path = Single(_problem["cut"]);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, lost == 1 ? [.. bytes[..^1], (byte)~bytes[^1]] : bytes[..Math.Max(0, bytes.Length - lost)]);
        Assert.Equal(RunStatus.Finished, Trainer.Resume(_problem["cut"], new RecordingObserver(), cancellation: TestContext.Current.CancellationToken).Status);
        List<ReadEvent> expected = EventReader.Read(Single(_problem["whole"]));
        List<ReadEvent> resumed = EventReader.Read(Single(_problem["cut"]));
        Assert.Equal(expected.Select(one => one.Step), resumed.Select(one => one.Step));
        Assert.Equal(expected.SelectMany(one => one.Scalars), resumed.SelectMany(one => one.Scalars));

        // Records of the same length at the same places: a reader that had read further reads on.
        Assert.Equal(new FileInfo(Single(_problem["whole"])).Length, new FileInfo(Single(_problem["cut"])).Length);
        Assert.Equal(resumed.Select(one => one.WallTime).Order(), resumed.Select(one => one.WallTime));
    }

    [Fact]
    public void A_value_that_is_not_finite_is_not_a_number_there_and_force_leaves_no_old_file()
    {
        Specification specification = _problem.Specification("gd", "run") with { Eta = 1e30, SharpnessEvery = 0, TestEvery = 0, Tensorboard = true };
        Assert.Equal(RunStatus.Diverged, Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken).Status);
        Assert.True(float.IsNaN(EventReader.Read(Single(_problem["run"]))[^1].Scalars["training/loss"]));
        File.Move(Single(_problem["run"]), Path.Combine(_problem["run"], "events.out.tfevents.1.brink"));
        Trainer.Train(specification with { Tensorboard = false }, new RecordingObserver(), force: true, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(Directory.GetFiles(_problem["run"], "events*"));
    }

    [Fact]
    public void Python_reads_the_same()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python), $"{Python} is not here: the event file was not read by anything but .NET");
        Specification specification = _problem.Specification("gd", "run") with { Iterations = 300, SharpnessEvery = 100, TestEvery = 0, Tensorboard = true };
        Trainer.Train(specification, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        using Process process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "TensorBoard", "read_events.py"), Single(_problem["run"])])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        string[] rows = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(string.Empty, process.StandardError.ReadToEnd());
        process.WaitForExit();
        IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(_problem["run"]);
        Assert.Equal(lines.Count + 1, rows.Length);
        Assert.Contains("brain.Event:2", rows[0], StringComparison.Ordinal);
        foreach ((MetricsLine line, string row) in lines.Zip(rows.Skip(1)))
        {
            using var read = JsonDocument.Parse(row);
            Assert.Equal(line.Iteration, read.RootElement[0].GetInt64());
            Assert.Equal((float)line.Loss, float.Parse(read.RootElement[3].GetProperty("training/loss").GetString()!, CultureInfo.InvariantCulture));
            Assert.Equal(line.Sharpness is not null, read.RootElement[3].TryGetProperty("curvature/sharpness", out _));
        }
    }

    [Fact]
    public void Runs_of_several_folders_keep_their_names()
    {
        foreach (string name in (string[])["a/one", "a/two", "b/one"])
        {
            Trainer.Train(new Specification { Model = "scalar", Method = "gd", Eta = 0.1, Iterations = 2, Out = _problem["runs/" + name] }, new RecordingObserver(), cancellation: TestContext.Current.CancellationToken);
        }

        Assert.Equal(3, EventExport.Write(RunCatalogue.List(_problem["runs"]), _problem["logs"]));
        Assert.Equal(3, EventExport.Write(RunCatalogue.List(_problem["runs"]), _problem["logs"]));
        Assert.Equal(
            ["a/one", "a/two", "b/one"],
            Directory.GetFiles(_problem["logs"], "events.out.tfevents.*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(_problem["logs"], Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal));
    }

    private static float? Of(ReadEvent one, string tag) => one.Scalars.TryGetValue(tag, out float value) ? value : null;

    private static string Single(string folder) => Assert.Single(Directory.GetFiles(folder, "events.out.tfevents.*"));
}
