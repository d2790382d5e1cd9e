using Brink.Experiments.Sweeps;

namespace Brink.Experiments.Tests.Sweeps;

/// <summary>What a sweep finds in its folder, and what it takes for its own.</summary>
public sealed class SweepFolderTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    private string Sweep => _root["sweep"];

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_new_folder_holds_the_sweep_and_the_specification_of_each_point()
    {
        SweepPlan plan = Plan("method: gd\nseed: [0, 1]");
        Assert.All(SweepFolder.Look(Sweep, plan), run => Assert.Equal(SweepRunState.Missing, run.State));
        Assert.False(Directory.Exists(Sweep));
        using SweepFolder folder = SweepFolder.Open(Sweep, plan, force: false);
        Assert.Equal(plan.File.Text, File.ReadAllText(Path.Combine(Sweep, "sweep.yaml")));
        Assert.All(folder.Runs, run => Assert.Equal(run.Point.Specification, Specification.FromFile(run.SpecificationFile)));
        Assert.Equal(["seed-0", "seed-1"], folder.Runs.Select(run => Path.GetFileName(run.Folder)));
    }

    [Theory]
    [InlineData(RunStatus.Finished, SweepRunState.Finished)]
    [InlineData(RunStatus.Diverged, SweepRunState.Diverged)]
    [InlineData(RunStatus.Interrupted, SweepRunState.Interrupted)]
    [InlineData(RunStatus.Running, SweepRunState.Interrupted)]
    [InlineData(RunStatus.Failed, SweepRunState.Failed)]
    public void What_is_done_is_told_by_the_run_folders(RunStatus status, SweepRunState state)
    {
        SweepPlan plan = Plan("method: gd\nseed: [0, 1]");
        Open(plan);
        Store(plan.Points[1], "seed-1", status);
        Assert.Equal([SweepRunState.Missing, state], SweepFolder.Look(Sweep, plan).Select(run => run.State));
    }

    [Fact]
    public void A_run_that_a_process_holds_is_running()
    {
        SweepPlan plan = Plan("method: gd");
        Open(plan);
        Store(plan.Points[0], "run", RunStatus.Interrupted);
        using (RunFolder.Open(Path.Combine(Sweep, "run")))
        {
            Assert.Equal(SweepRunState.Running, SweepFolder.Look(Sweep, plan)[0].State);
        }

        Assert.Equal(SweepRunState.Interrupted, SweepFolder.Look(Sweep, plan)[0].State);
    }

    [Fact]
    public void In_a_changed_sweep_what_is_done_stays_done_whatever_it_would_be_called_now()
    {
        SweepPlan before = Plan("method: gd\neta: [0.1, 0.5]");
        Open(before);
        foreach (SweepPoint point in before.Points)
        {
            Store(point, point.Name, RunStatus.Finished);
        }

        // A value more, a field more at its default, another spelling, another order.
        SweepPlan after = Plan("seed: [0, 1]\neta: [1, 5e-1, 0.1]\nmethod: gd");
        using SweepFolder folder = SweepFolder.Open(Sweep, after, force: false);
        Assert.Equal(
            ["eta-0.1", "eta-0.5"],
            folder.Runs.Where(run => run.State == SweepRunState.Finished).Select(run => run.Name).Order());
        Assert.Equal(4, folder.Runs.Count(run => run.State == SweepRunState.Missing));
        Assert.Equal(0, folder.Others());
        Assert.Equal(after.File.Text, File.ReadAllText(Path.Combine(Sweep, "sweep.yaml")));
    }

    [Fact]
    public void Runs_that_a_changed_sweep_no_longer_asks_for_are_kept()
    {
        SweepPlan before = Plan("method: gd\neta: [0.1, 0.5]");
        Open(before);
        Store(before.Points[0], "eta-0.1", RunStatus.Finished);
        using SweepFolder folder = SweepFolder.Open(Sweep, Plan("method: gd\neta: [0.5, 1]"), force: false);
        Assert.Equal(1, folder.Others());
        Assert.True(RunRecord.IsRun(Path.Combine(Sweep, "eta-0.1")));
    }

    [Fact]
    public void A_point_that_was_never_started_may_change()
    {
        Open(Plan("method: gd\niterations: 10"));
        SweepPlan after = Plan("method: gd\niterations: 20");
        Open(after);
        SweepRun run = SweepFolder.Look(Sweep, after)[0];
        Assert.Equal(SweepRunState.Missing, run.State);
        Assert.Equal(20, Specification.FromFile(run.SpecificationFile).Iterations);
    }

    [Fact]
    public void What_differs_is_refused_in_one_line_and_replaced_only_by_force()
    {
        SweepPlan before = Plan("method: gd\nseed: [0, 1]\niterations: 10");
        Open(before);
        Store(before.Points[0], "seed-0", RunStatus.Finished);
        Store(before.Points[1], "seed-1", RunStatus.Finished);
        SweepPlan after = Plan("method: gd\nseed: [0, 1]\niterations: 20");
        Assert.All(SweepFolder.Look(Sweep, after), run => Assert.Equal(SweepRunState.Differs, run.State));
        string refusal = Assert.Throws<BrinkException>(() => SweepFolder.Open(Sweep, after, force: false)).Message;
        Assert.Equal(
            $"{Path.Combine(Sweep, "seed-0")} is not what s.yaml asks for (and 1 more like it): iterations is 10 there and 20 here; choose another --out, or replace what differs with --force",
            refusal);
        Assert.All(SweepFolder.Look(Sweep, before), run => Assert.Equal(SweepRunState.Finished, run.State));

        using SweepFolder folder = SweepFolder.Open(Sweep, after, force: true);
        Assert.All(folder.Runs, run => Assert.Equal(SweepRunState.Missing, run.State));
        Assert.All(folder.Runs, run => Assert.Equal(20, Specification.FromFile(run.SpecificationFile).Iterations));
        Assert.False(RunRecord.IsRun(Path.Combine(Sweep, "seed-0")));
    }

    [Fact]
    public void A_run_that_someone_made_longer_by_hand_is_no_longer_the_point()
    {
        SweepPlan plan = Plan("method: gd\niterations: 10");
        Open(plan);
        Store(plan.Points[0] with { Specification = plan.Points[0].Specification with { Iterations = 30 } }, "run", RunStatus.Finished);
        SweepRun run = Assert.Single(SweepFolder.Look(Sweep, plan));
        Assert.Equal((SweepRunState.Differs, "iterations is 30 there and 10 here"), (run.State, run.Reason));
    }

    [Fact]
    public void Folders_of_others_are_refused()
    {
        SweepPlan plan = Plan("method: gd\nseed: [0, 1]");
        Directory.CreateDirectory(Path.Combine(Sweep, "notes"));
        Assert.Equal($"{Sweep} is not empty, and holds no sweep; choose another --out, or use it all the same with --force", Refuse());
        Open(plan, force: true);
        Directory.CreateDirectory(Path.Combine(Sweep, "seed-1"));
        File.WriteAllText(Path.Combine(Sweep, "seed-1", "mine.txt"), "x");
        File.Delete(Path.Combine(Sweep, "points", "seed-1.yaml"));
        Assert.Contains("seed-1 is not what s.yaml asks for: it holds files that no sweep put there", Refuse(), StringComparison.Ordinal);

        string run = _root["run"];
        RunFolder.Create(new Specification { Out = run }).Dispose();
        Assert.Equal($"{run} is a run folder; a sweep needs one of its own: choose another --out", Assert.Throws<BrinkException>(() => SweepFolder.Open(run, plan, force: false)).Message);

        string Refuse() => Assert.Throws<BrinkException>(() => SweepFolder.Open(Sweep, plan, force: false)).Message;
    }

    [Fact]
    public void Two_sweeps_in_one_folder_are_refused_in_one_line()
    {
        SweepPlan plan = Plan("method: gd");
        using SweepFolder first = SweepFolder.Open(Sweep, plan, force: false);
        Assert.Equal(
            $"sweep folder {Sweep} is in use by process {Environment.ProcessId}; wait for it, or choose another folder",
            Assert.Throws<BrinkException>(() => SweepFolder.Open(Sweep, plan, force: false)).Message);
    }

    [Fact]
    public void A_sweep_killed_while_its_folder_was_made_begins_anew()
    {
        SweepPlan plan = Plan("method: gd");
        Directory.CreateDirectory(Path.Combine(Sweep, "points"));
        File.WriteAllText(Path.Combine(Sweep, "attempts.jsonl"), "{\"run\":");
        Open(plan);
        Assert.Equal(string.Empty, File.ReadAllText(Path.Combine(Sweep, "attempts.jsonl")));
    }

    private static SweepPlan Plan(string text) => SweepPlan.Of(SweepFile.Parse(text, "s.yaml"));

    private void Open(SweepPlan plan, bool force = false) => SweepFolder.Open(Sweep, plan, force).Dispose();

    private void Store(SweepPoint point, string name, RunStatus status) => SweepRuns.Store(Path.Combine(Sweep, name), point.Specification, status);
}
