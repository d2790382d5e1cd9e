using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Brink.Experiments.Tests;

public sealed class RunCatalogueTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Runs_are_found_at_any_depth_in_natural_order_and_broken_ones_hide_no_other()
    {
        Make("runs/x-10", "nls", 0.5);
        Make("runs/x-2", "gd", 0.25);
        Make("runs/deep/er/y", "ls", 0.125);
        Make("runs/broken", "ls", 1);
        File.WriteAllText(folder["runs/broken/spec.json"], "{");
        Directory.CreateDirectory(folder["runs/empty"]);
        Directory.CreateSymbolicLink(folder["runs/loop"], folder["runs"]);
        IReadOnlyList<RunEntry> runs = RunCatalogue.List(folder["runs"]);
        Assert.Equal(["broken", "y", "x-2", "x-10"], runs.Select(r => Path.GetFileName(r.Path)));
        Assert.Equal(["broken", "finished", "finished", "finished"], runs.Select(r => r.Status));
        Assert.Contains("spec.json: not valid JSON", runs[0].Problem, StringComparison.Ordinal);
        Assert.Equal(0.25, runs[2].Summary!.FinalLoss);
        Assert.Single(RunCatalogue.List(folder["runs/x-2"]));
        Assert.StartsWith("there is no folder", Assert.Throws<BrinkException>(() => RunCatalogue.List(folder["none"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_running_while_it_is_held_and_killed_when_it_ended_without_a_word()
    {
        using (RunFolder run = RunFolder.Create(new Specification { Out = folder["r"] }))
        {
            Assert.Equal("running", RunEntry.Read(folder["r"]).Status);
        }

        Assert.Equal("killed", RunEntry.Read(folder["r"]).Status);
    }

    [Fact]
    public void A_pipe_in_the_place_of_a_lock_is_not_waited_at()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Make("runs/x", "nls", 1);
        string place = folder["runs/x/.lock"];
        File.Delete(place);
        using (var made = Process.Start("mkfifo", [place]))
        {
            made.WaitForExit();
        }

        Assert.Equal("finished", Assert.Single(RunCatalogue.List(folder["runs"])).Status);
        string problem = Assert.Throws<RunStoreException>(() => RunFolder.Open(folder["runs/x"])).Message;
        Assert.Equal($"{place} is a pipe where a file belongs; remove it", problem);
    }

    [Fact]
    public void A_thousand_runs_are_listed_and_searched()
    {
        for (int i = 0; i < 1000; i++)
        {
            Make($"runs/{i}", "nls", i);
        }

        IReadOnlyList<RunEntry> runs = RunCatalogue.List(folder["runs"]);
        Assert.Equal(1000, runs.Count);
        Assert.Equal(10, runs.Count(r => RunQuery.Parse("method = nls and final_loss < 10").Matches(r)));
    }

    [Fact]
    public void A_comparison_shows_the_settings_that_differ_and_no_other()
    {
        Make("runs/a", "nls", 0.5);
        Make("runs/b", "gd", 0.25);
        Make("runs/c", "gd", 0.25);
        File.WriteAllText(folder["runs/c/spec.json"], """{"method": "gd", "eta": 0.5, "momentum": 0.9}""");
        RunTable table = RunTable.Compare(RunCatalogue.List(folder["runs"]));
        string[] names = [.. table.Columns.Select(c => c.Name)];
        Assert.Equal("run", names[0]);
        Assert.Contains("method", names);
        Assert.Contains("eta", names);
        Assert.Contains("final_loss", names);
        Assert.Contains("momentum", names);
        Assert.DoesNotContain("c", names);
        Assert.DoesNotContain("nesterov", names);
        Assert.DoesNotContain("data", names);
        Assert.DoesNotContain("out", names);
        Assert.Equal("–", RunTable.Show(RunField.Find("eta"), table.Runs[0]));
        Assert.Equal("0.1", RunTable.Show(RunField.Find("eta"), table.Runs[1]));
        Assert.Equal("0.25", RunTable.Show(RunField.Find("final_loss"), table.Runs[1]));
    }

    [Fact]
    public void An_export_has_a_row_for_every_line_with_all_of_its_run()
    {
        Make("runs/a", "nls", 0.5, lines: 3);
        Make("runs/b", "gd", double.NaN, lines: 2);
        IReadOnlyList<RunEntry> runs = RunCatalogue.List(folder["runs"]);
        using StringWriter csv = new();
        RunExport.WriteCsv(runs, csv);
        string[][] rows = [.. csv.ToString().TrimEnd('\n').Split('\n').Select(SplitCsv)];
        Assert.Equal(6, rows.Length);
        Assert.All(rows, r => Assert.Equal(rows[0].Length, r.Length));
        string Cell(int row, string column) => rows[row][Array.IndexOf(rows[0], column)];
        Assert.Equal("nls", Cell(1, "spec.method"));
        Assert.Equal("100,100", Cell(1, "spec.widths"));
        Assert.Equal("mse", Cell(1, "spec.loss"));
        Assert.Equal("0.5", Cell(1, "loss"));
        Assert.Equal("2", Cell(3, "iteration"));
        Assert.Equal("gd", Cell(4, "spec.method"));
        Assert.Equal("", Cell(4, "spec.c"));
        Assert.Equal("", Cell(4, "loss"));
        Assert.Equal("not_finite", Cell(4, "status"));

        using StringWriter text = new();
        RunExport.WriteJson(runs, text);
        using JsonDocument json = JsonDocument.Parse(text.ToString());
        Assert.Equal(5, json.RootElement.GetArrayLength());
        for (int row = 0; row < 5; row++)
        {
            JsonElement element = json.RootElement[row];
            Assert.Equal(rows[0], element.EnumerateObject().Select(p => p.Name));
            foreach (string column in new[] { "iteration", "loss", "spec.c", "seconds" })
            {
                JsonElement value = element.GetProperty(column);
                Assert.Equal(
                    Cell(row + 1, column).Length == 0 ? (double?)null : double.Parse(Cell(row + 1, column), CultureInfo.InvariantCulture),
                    value.ValueKind == JsonValueKind.Null ? (double?)null : value.GetDouble());
            }
        }

        Assert.Equal(JsonValueKind.Array, json.RootElement[0].GetProperty("spec.widths").ValueKind);
    }

    [Fact]
    public void Lists_become_columns_as_many_as_the_longest_needs()
    {
        using (RunFolder run = RunFolder.Create(new Specification { Out = folder["a"] }))
        {
            run.Append(new MetricsLine { Iteration = 0, Loss = 1, Seconds = 0, Eigenvalues = [3, 2.5], EigenvalueResiduals = [1e-4, 1e-3], EigenvaluesAbove = 2 });
            run.Append(new MetricsLine { Iteration = 1, Loss = 1, Seconds = 0 });
            run.Append(new MetricsLine { Iteration = 2, Loss = 1, Seconds = 0, Eigenvalues = [4, 3, double.NaN], EigenvalueResiduals = [0.1, 0.2, 0.3] });
        }

        IReadOnlyList<RunEntry> runs = RunCatalogue.List(folder.Path);
        using StringWriter csv = new();
        RunExport.WriteCsv(runs, csv);
        string[][] rows = [.. csv.ToString().TrimEnd('\n').Split('\n').Select(SplitCsv)];
        Assert.Equal(
            ["eigenvalues_1", "eigenvalues_2", "eigenvalues_3", "eigenvalue_residuals_1", "eigenvalue_residuals_2", "eigenvalue_residuals_3", "eigenvalues_above", "eigenvalues_unconverged"],
            rows[0].Where(name => name.StartsWith("eigenvalue", StringComparison.Ordinal)));
        int first = Array.IndexOf(rows[0], "eigenvalues_1");
        Assert.Equal(["3", "2.5", "", "0.0001", "0.001", "", "2", ""], rows[1][first..(first + 8)]);
        Assert.Equal(["", "", "", "", "", "", "", ""], rows[2][first..(first + 8)]);
        Assert.Equal(["4", "3", "", "0.1", "0.2", "0.3", "", ""], rows[3][first..(first + 8)]);
        Assert.DoesNotContain(rows[0], name => name.StartsWith("smallest_eigen", StringComparison.Ordinal));

        using StringWriter text = new();
        RunExport.WriteJson(runs, text);
        using JsonDocument json = JsonDocument.Parse(text.ToString());
        Assert.Equal([3, 2.5], json.RootElement[0].GetProperty("eigenvalues").EnumerateArray().Select(e => e.GetDouble()));
        Assert.Equal(JsonValueKind.Null, json.RootElement[1].GetProperty("eigenvalues").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement[2].GetProperty("eigenvalues")[2].ValueKind);

        // A line with a value that is not finite reads back, and says so.
        MetricsLine last = RunRecord.ReadMetrics(folder["a"])[2];
        Assert.True(double.IsNaN(last.Eigenvalues![2]));
        Assert.Equal("not_finite", last.Status);
    }

    [Fact]
    public void Text_with_commas_quotes_and_line_ends_survives_csv()
    {
        using (RunFolder run = RunFolder.Create(new Specification { Out = folder["a, \"b\""] }))
        {
            run.Append(new MetricsLine { Iteration = 0, Loss = 1, Seconds = 0, Status = "x\ny" });
        }

        using StringWriter csv = new();
        RunExport.WriteCsv(RunCatalogue.List(folder.Path), csv);
        Assert.Contains("a, \"\"b\"\"\"", csv.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\"x\ny\"\n", csv.ToString(), StringComparison.Ordinal);
    }

    private static string[] SplitCsv(string line)
    {
        List<string> cells = [];
        string cell = "";
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                cells.Add(cell);
                cell = "";
            }
            else
            {
                cell += c;
            }
        }

        cells.Add(cell);
        return [.. cells];
    }

    // Written as the store lays them out, without its syncs: a thousand of those would be the disk's test, not ours.
    private void Make(string name, string method, double loss, int lines = 0)
    {
        string path = folder[name];
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "spec.json"), new Specification { Method = method, Out = path }.Resolve(10).ToJson());
        string final = double.IsFinite(loss) ? loss.ToString("R", CultureInfo.InvariantCulture) : "null";
        File.WriteAllText(
            Path.Combine(path, "summary.json"),
            $$"""{"status":"finished","iterations_done":40,"data":"fashion-mnist","network":"mlp","method":"{{method}}","final_loss":{{final}}}""");
        string status = double.IsFinite(loss) ? "" : ",\"status\":\"not_finite\"";
        File.WriteAllText(
            Path.Combine(path, "metrics.jsonl"),
            string.Concat(Enumerable.Range(0, lines).Select(i => $$"""{"iteration":{{i}},"loss":{{final}},"seconds":1{{status}}}""" + "\n")));
    }
}
