using System.Text;
using Brink.Experiments;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Server.Tests.Curves;

public sealed class MetricsColumnsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("brink-columns-").FullName;

    private string File => Path.Combine(_folder, "metrics.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Columns_hold_what_the_projects_own_reader_reads_however_the_file_grew() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
        seed =>
        {
            var random = new Random(seed);
            MetricsLine[] lines = Lines(random, random.Next(60));
            string run = Path.Combine(_folder, "run" + Guid.NewGuid().ToString("N"));
            using (RunFolder folder = RunFolder.Create(new Specification { Model = "scalar", Out = run }))
            {
                foreach (MetricsLine line in lines)
                {
                    folder.Append(line);
                }
            }

            // The same bytes, arriving in pieces that end anywhere.
            byte[] bytes = System.IO.File.ReadAllBytes(RunFiles.Metrics(run));
            System.IO.File.Delete(File);
            var columns = new MetricsColumns(File);
            int revision = columns.Revision;
            using (FileStream growing = new(File, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
            {
                for (int at = 0; at < bytes.Length;)
                {
                    int piece = Math.Min(bytes.Length - at, 1 + random.Next(400));
                    growing.Write(bytes, at, piece);
                    growing.Flush();
                    at += piece;
                    columns.Follow();
                    Assert.Equal(bytes.AsSpan(0, at).Count((byte)'\n'), columns.Lines);
                }
            }

            columns.Follow();
            Assert.Null(columns.Problem);
            Assert.Equal(revision, columns.Revision);
            IReadOnlyList<MetricsLine> read = RunRecord.ReadMetrics(run);
            Assert.Equal(read.Count, columns.Lines);
            Same(columns, read, "iteration", line => line.Iteration);
            Same(columns, read, "loss", line => line.Loss);
            Same(columns, read, "sharpness", line => line.Sharpness);
            Same(columns, read, "step_size", line => line.StepSize);
            Same(columns, read, "trace", line => line.Trace);
            Same(columns, read, "gfs_sharpness", line => line.GfsConverged == false ? null : line.GfsSharpness);
            Same(columns, read, "eta_sharpness", line => line.Sharpness * line.StepSize);
            Same(columns, read, "two_over_step_size", line => 2 / line.StepSize);
            SameLists(columns, read);
            foreach (string name in new[] { "0.weight", "0.bias" })
            {
                var with = read.Select((line, i) => (Line: i, Norm: line.GradientNorms?.GetValueOrDefault(name))).Where(one => one.Norm is not null).ToArray();
                Column? norms = columns.Table.GradientNorms.GetValueOrDefault(name);
                Assert.Equal(with.Length, norms?.Count ?? 0);
                Assert.All(with.Select((one, i) => (one, i)), pair =>
                {
                    Assert.Equal(pair.one.Line, norms!.LineOf(pair.i));
                    Assert.Equal(pair.one.Norm!.Value, norms.Values[pair.i]);
                });
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_torn_last_line_waits_for_its_end()
    {
        System.IO.File.WriteAllText(File, Line(0) + Line(1)[..^9]);
        var columns = new MetricsColumns(File);
        Assert.Equal(1, columns.Follow().Lines);
        System.IO.File.WriteAllText(File, Line(0) + Line(1) + Line(2)[..3]);
        Assert.Equal(2, columns.Follow().Lines);
        Assert.Null(columns.Problem);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"iteration\":1,\"loss\":\"x\",\"seconds\":0}")]
    [InlineData("{\"iteration\":1,\"eigenvalues\":[1,{}],\"loss\":1,\"seconds\":0}")]
    [InlineData("{\"iteration\":1,\"gradient_norms\":{\"a\":[]},\"loss\":1,\"seconds\":0}")]
    [InlineData("{\"iteration\":1,\"loss\":1,\"seconds\":0} {}")]
    [InlineData("[1]")]
    [InlineData("not JSON \0\0\0")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("")]
    public void A_damaged_line_ends_the_reading_where_it_stands_and_is_passed_over_as_the_last(string damage)
    {
        System.IO.File.WriteAllText(File, Line(0) + damage + "\n");
        var columns = new MetricsColumns(File);
        Assert.Equal(1, columns.Follow().Lines);
        Assert.Null(columns.Problem);
        System.IO.File.AppendAllText(File, Line(2));
        Assert.Equal(1, columns.Follow().Lines);
        Assert.Contains("line 2: not a line of metrics", columns.Problem);
        Assert.DoesNotContain('\n', columns.Problem!);
        Assert.Equal(0, columns.Table.FindList("eigenvalues")?.Count ?? 0);
        Assert.All(columns.Table.GradientNorms.Values, column => Assert.Equal(0, column.Count));
    }

    [Fact]
    public void A_file_that_was_cut_back_is_read_anew_also_when_it_has_grown_past_the_old_place()
    {
        string run = Path.Combine(_folder, "run");
        using RunFolder folder = RunFolder.Create(new Specification { Model = "scalar", Out = run });
        for (int k = 0; k < 100; k++)
        {
            folder.Append(ServedFolder.Line(k));
        }

        var columns = new MetricsColumns(RunFiles.Metrics(run));
        Assert.Equal(100, columns.Follow().Lines);
        int revision = columns.Revision;
        Assert.Equal(revision, columns.Follow().Revision);

        // Resumed from iteration 50: the same steps, at other times.
        folder.CutBackTo(50);
        for (int k = 50; k < 150; k++)
        {
            folder.Append(ServedFolder.Line(k) with { Seconds = 100 + (0.5 * k) });
        }

        Assert.Equal(150, columns.Follow().Lines);
        Assert.NotEqual(revision, columns.Revision);
        Same(columns, folder.ReadMetrics(), "seconds", line => line.Seconds);

        revision = columns.Revision;
        folder.CutBackTo(10);
        Assert.Equal(10, columns.Follow().Lines);
        Assert.NotEqual(revision, columns.Revision);

        // Another run in its place.
        folder.CutBackTo(0);
        for (int k = 0; k < 30; k++)
        {
            folder.Append(ServedFolder.Line(k) with { Loss = 7 });
        }

        Assert.Equal(30, columns.Follow().Lines);
        Assert.Equal(Enumerable.Repeat(7.0, 30), columns.Table.Find("loss")!.Values.ToArray());
    }

    [Fact]
    public void Evaluations_count_what_was_spent_before_a_point_and_a_recorded_line_stands_for_the_steps_up_to_the_next()
    {
        System.IO.File.WriteAllText(File, string.Concat(
            """{"iteration":0,"loss":1,"seconds":0,"function_evaluations":3,"gradient_evaluations":1,"hvps":9}""" + "\n",
            """{"iteration":1,"loss":1,"seconds":0,"function_evaluations":5,"gradient_evaluations":1}""" + "\n",
            """{"iteration":11,"loss":1,"seconds":0}""" + "\n"));
        MetricsTable table = new MetricsColumns(File).Follow().Table;
        Assert.Equal([0, 3, 53], table.Find("function_evaluations")!.Values.ToArray());
        Assert.Equal([0, 1, 11], table.Find("gradient_evaluations")!.Values.ToArray());
        Assert.Equal([0, 4, 64], table.Evaluations.Values.ToArray());
        Assert.Equal([0, 9, 9], table.Find("hvps")!.Values.ToArray());
    }

    [Fact]
    public void A_pipe_a_folder_and_a_file_that_is_not_there_hold_no_lines()
    {
        Assert.Equal(0, new MetricsColumns(File).Follow().Lines);
        Assert.Equal(0, new MetricsColumns(_folder).Follow().Lines);
        using var made = System.Diagnostics.Process.Start("mkfifo", [File]);
        made.WaitForExit();
        Assert.Equal(0, new MetricsColumns(File).Follow().Lines);
    }

    [Fact]
    public void An_endless_line_is_refused_and_not_kept()
    {
        using (FileStream stream = System.IO.File.Create(File))
        {
            stream.Write(Encoding.UTF8.GetBytes(Line(0)));
            stream.Write(new byte[MetricsReader.LongestLine + 1]);
        }

        var columns = new MetricsColumns(File);
        Assert.Equal(1, columns.Follow().Lines);
        Assert.Contains("longer than", columns.Problem);
    }

    [Fact]
    public void The_memory_of_many_runs_stays_within_the_bound()
    {
        const long Bound = 200_000;
        var cache = new MetricsCache(Bound);
        for (int n = 0; n < 40; n++)
        {
            string file = Path.Combine(_folder, $"{n}.jsonl");
            System.IO.File.WriteAllText(file, string.Concat(Enumerable.Range(0, 500).Select(Line)));
            Assert.Equal(500, cache.Use(file, columns => columns.Lines));
            Assert.InRange(cache.Bytes, 1, Bound);
        }

        Assert.InRange(cache.Count, 2, 39);

        // Those asked for last are the ones held: their revision stays.
        int held = cache.Use(Path.Combine(_folder, "39.jsonl"), columns => columns.Revision);
        Assert.Equal(held, cache.Use(Path.Combine(_folder, "39.jsonl"), columns => columns.Revision));
    }

    [Fact]
    public void Every_quantity_but_the_derived_one_is_a_field_that_is_read() =>
        Assert.All(Quantity.All.Where(q => q.Name is not (Quantity.EtaSharpness or Quantity.TwoOverStepSize)), q => Assert.Contains(MetricsField.All, field => field.Name == q.Name));

    private static string Line(int k) => $$"""{"iteration":{{k}},"loss":{{1.0 / (k + 1):R}},"seconds":{{k}},"step_size":0.5}""" + "\n";

    private static void Same(MetricsColumns columns, IReadOnlyList<MetricsLine> lines, string name, Func<MetricsLine, double?> value)
    {
        (int Line, double Value)[] expected = [.. lines.Select((line, i) => (i, value(line))).Where(one => one.Item2 is not null).Select(one => (one.i, one.Item2!.Value))];
        Column column = columns.Table.Find(name) ?? new Column();
        Assert.Equal(expected, Enumerable.Range(0, column.Count).Select(i => (column.LineOf(i), column.Values[i])).ToArray());
    }

    private static void SameLists(MetricsColumns columns, IReadOnlyList<MetricsLine> lines)
    {
        var expected = lines.Select((line, i) => (i, line.Eigenvalues)).Where(one => one.Eigenvalues is not null).ToArray();
        ListColumn lists = columns.Table.FindList("eigenvalues") ?? new ListColumn();
        Assert.Equal(expected.Length, lists.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].i, lists.LineOf(i));
            Assert.Equal(expected[i].Eigenvalues!, lists[i].ToArray());
        }
    }

    private static MetricsLine[] Lines(Random random, int count) => [.. Enumerable.Range(0, count).Select(k => new MetricsLine
    {
        Iteration = k,
        Loss = random.Next(9) == 0 ? double.NaN : random.NextDouble() * Math.Pow(10, random.Next(-20, 20)),
        Seconds = random.NextDouble() + k,
        StepSize = random.Next(5) == 0 ? null : random.NextDouble(),
        Sharpness = random.Next(3) == 0 ? random.NextDouble() : null,
        Eigenvalues = random.Next(3) == 0 ? [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.NextDouble())] : null,
        Trace = k > count / 2 ? random.NextDouble() : null,
        GfsSharpness = random.Next(4) == 0 ? random.NextDouble() : null,
        GfsConverged = random.Next(2) == 0,
        GradientNorms = random.Next(3) == 0 ? new Dictionary<string, double> { ["0.weight"] = random.NextDouble(), ["0.bias"] = 0 } : null,
    })];
}
