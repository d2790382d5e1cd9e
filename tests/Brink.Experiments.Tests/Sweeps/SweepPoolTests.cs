using Brink.Experiments.Sweeps;

namespace Brink.Experiments.Tests.Sweeps;

/// <summary>How a pool spends places, memory and retries, with runs that do what the test says.</summary>
public sealed class SweepPoolTests : IDisposable
{
    private const int Killed = 137;
    private const long Peak = 100;

    private readonly TemporaryFolder _root = new();
    private readonly Recorder _observer = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Every_run_is_started_once_and_no_more_than_the_places_at_a_time()
    {
        using SweepFolder folder = Open(12);
        var executor = new Script(_ => [Ends.Finished]);
        Assert.True(Pool(folder, executor, jobs: 3).Run(CancellationToken.None));
        Assert.Equal(folder.Runs.Select(run => run.Name), executor.Started);
        Assert.Equal(3, executor.MostAtATime);
        Assert.All(folder.Runs, run => Assert.Equal((SweepRunState.Finished, 1), (run.State, run.Attempts)));
        Assert.Equal(12, _observer.Last!.Done);
    }

    [Fact]
    public void A_second_pool_starts_only_what_is_not_done()
    {
        using (SweepFolder folder = Open(6))
        {
            var first = new Script(run => run == "seed-3" ? [Ends.Failed] : run == "seed-4" ? [Ends.Diverged] : [Ends.Finished]);
            Assert.False(Pool(folder, first).Run(CancellationToken.None));
            Assert.Equal(6, first.Started.Count);
        }

        using SweepFolder again = Open(6);
        var second = new Script(_ => [Ends.Finished]);
        Assert.True(Pool(again, second).Run(CancellationToken.None));
        Assert.Equal(["seed-3"], second.Started);
    }

    [Fact]
    public void A_run_that_is_killed_is_resumed_and_one_that_fails_or_diverges_is_not_tried_again()
    {
        using SweepFolder folder = Open(4);
        var executor = new Script(run => run switch
        {
            "seed-0" => [Ends.KilledBeforeTheFolder, Ends.Killed, Ends.Finished],
            "seed-1" => [Ends.Failed],
            "seed-2" => [Ends.Diverged],
            _ => [Ends.Finished],
        });
        Assert.False(Pool(folder, executor, jobs: 1).Run(CancellationToken.None));
        Assert.Equal(["seed-0", "seed-0", "seed-0", "seed-1", "seed-2", "seed-3"], executor.Started);
        Assert.Equal([false, false, true, false, false, false], executor.Resumed);
        Assert.Equal(
            [SweepRunState.Finished, SweepRunState.Failed, SweepRunState.Diverged, SweepRunState.Finished],
            folder.Runs.Select(run => run.State));
        Assert.Equal("the disk is full", folder.Runs[1].Reason);
        SweepAttempt[] lines = Attempts();
        Assert.Equal(["train", "end", "train", "end", "resume", "end"], lines.Where(line => line.Run == "seed-0").Select(line => line.Event));
        Assert.Equal([1, 1, 2, 2, 3, 3], lines.Where(line => line.Run == "seed-0").Select(line => line.Attempt));
        Assert.Equal("killed by signal 9", lines.First(line => line.Event == "end").Reason);
        Assert.Equal(1, _observer.Last!.Failed);
    }

    [Fact]
    public void A_run_that_finds_its_folder_in_use_is_started_again_and_that_counts_as_no_retry()
    {
        using SweepFolder folder = Open(2);
        var executor = new Script(run => run == "seed-0" ? [Ends.InUse, Ends.InUse, Ends.Finished] : [Ends.Finished]);
        Assert.True(Pool(folder, executor, jobs: 1, retries: 0).Run(CancellationToken.None));
        Assert.Equal(["seed-0", "seed-0", "seed-0", "seed-1"], executor.Started);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public void A_run_that_is_killed_again_and_again_is_given_up(int retries, int attempts)
    {
        using SweepFolder folder = Open(2);
        var executor = new Script(run => run == "seed-0" ? [.. Enumerable.Repeat(Ends.Killed, 9)] : [Ends.Finished]);
        Assert.False(Pool(folder, executor, jobs: 1, retries: retries).Run(CancellationToken.None));
        Assert.Equal(attempts, executor.Started.Count(name => name == "seed-0"));
        Assert.Equal([SweepRunState.Interrupted, SweepRunState.Finished], folder.Runs.Select(run => run.State));
    }

    [Fact]
    public void The_first_run_goes_alone_and_then_as_many_as_memory_holds()
    {
        // Each is taken to need 120: three fit in 400, four do not.
        using SweepFolder folder = Open(9);
        var executor = new Script(_ => [Ends.Finished]);
        Assert.True(Pool(folder, executor, jobs: 8, memory: 400).Run(CancellationToken.None));
        Assert.Equal(1, executor.AtATime[0]);
        Assert.Equal(3, executor.MostAtATime);
        Assert.Contains(_observer.Notes, note => note.StartsWith("the first run goes alone", StringComparison.Ordinal));
        Assert.Contains(_observer.Notes, note => note.StartsWith("3 of 8 places are used", StringComparison.Ordinal));

        using var more = new TemporaryFolder();
        using SweepFolder small = Open(3, more["sweep"]);
        var alone = new Script(_ => [Ends.Finished]);
        Assert.True(Pool(small, alone, jobs: 8, memory: 1).Run(CancellationToken.None));
        Assert.Equal(1, alone.MostAtATime);
    }

    [Fact]
    public void What_the_next_run_needs_is_the_largest_peak_and_a_fifth_more_and_half_as_much_again_after_a_kill_for_memory()
    {
        MemoryBudget budget = new(1000, largestPeak: 0);
        Assert.True(budget.Admits([]));
        Assert.False(budget.Admits([10]));
        budget.Saw(100);
        budget.Saw(50);
        Assert.Equal(120, budget.Need);
        Assert.True(budget.Admits([100, 100, 100, 100, 100, 100, 100]));
        Assert.False(budget.Admits([100, 100, 100, 100, 100, 100, 100, 100]));
        Assert.False(budget.Admits([900]));
        budget.SawKill(100);
        Assert.Equal(150, budget.Need);
        Assert.Equal(240, new MemoryBudget(1000, largestPeak: 200).Need);
    }

    [Fact]
    public void Peaks_of_earlier_commands_count()
    {
        using (SweepFolder folder = Open(1))
        {
            Assert.True(Pool(folder, new Script(_ => [Ends.Finished])).Run(CancellationToken.None));
        }

        using SweepFolder wider = Open(4);
        var executor = new Script(_ => [Ends.Finished]);
        Assert.True(Pool(wider, executor, jobs: 3).Run(CancellationToken.None));
        Assert.Equal([1, 2, 3], executor.AtATime);
        Assert.Empty(_observer.Notes.Where(note => note.Contains("alone", StringComparison.Ordinal)).Skip(1));
    }

    [Fact]
    public void When_it_is_cancelled_every_run_is_asked_to_stop_and_none_is_started()
    {
        using SweepFolder folder = Open(5);
        using var source = new CancellationTokenSource();
        var executor = new Script(_ => [Ends.WhenStopped]);
        executor.OnStart = () =>
        {
            if (executor.Started.Count == 2)
            {
                source.Cancel();
            }
        };
        SweepRuns.Store(folder.Runs[0].Folder, folder.Runs[0].Point.Specification, RunStatus.Interrupted, lines: 5);
        Assert.False(Pool(folder, executor, jobs: 4).Run(source.Token));
        Assert.InRange(executor.Started.Count, 2, 4);
        Assert.All(Attempts().Where(line => line.Event == "end"), line => Assert.Equal(AttemptOutcome.Interrupted, line.Outcome));
        Assert.Equal(0, _observer.Last!.Failed);
    }

    [Fact]
    public async Task A_run_in_which_another_process_is_at_work_is_waited_for()
    {
        using SweepFolder folder = Open(2);
        SweepRun held = folder.Runs[0];
        SweepRuns.Store(held.Folder, held.Point.Specification, RunStatus.Running, lines: 3);
        RunFolder other = RunFolder.Open(held.Folder);
        var executor = new Script(_ => [Ends.Finished]);
        Task<bool> pool = Task.Run(() => Pool(folder, executor).Run(CancellationToken.None), TestContext.Current.CancellationToken);
        while (!_observer.Notes.Any(note => note.Contains("seed-0 is in use by another process", StringComparison.Ordinal)) || executor.Started.Count == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["seed-1"], executor.Started);
        other.Dispose();
        Assert.True(await pool);
        Assert.Equal(["seed-1", "seed-0"], executor.Started);
        Assert.Equal([false, true], executor.Resumed);
    }

    private SweepFolder Open(int runs, string? path = null) => SweepFolder.Open(
        path ?? _root["sweep"],
        SweepPlan.Of(SweepFile.Parse($"method: gd\niterations: 10\nseed: [{string.Join(", ", Enumerable.Range(0, runs))}]\nmomentum: [0.5]", "s.yaml")),
        force: false);

    private SweepPool Pool(SweepFolder folder, Script executor, int jobs = 2, int retries = 2, long memory = 1 << 20)
    {
        executor.RunsOf(folder);
        return new(folder, executor, new SweepPoolOptions(jobs, retries, memory) { Pause = TimeSpan.FromMilliseconds(5) }, _observer);
    }

    private SweepAttempt[] Attempts() => [.. LinesFile<SweepAttempt>.Read(Path.Combine(_root["sweep"], "attempts.jsonl"))];

    private enum Ends
    {
        Finished,
        Diverged,
        Failed,
        Killed,
        KilledBeforeTheFolder,
        WhenStopped,
        InUse,
    }

    /// <summary>Jobs that end, in the order in which they were started, once the pool has looked at them twice.</summary>
    private sealed class Script(Func<string, Ends[]> ends) : ISweepExecutor
    {
        private readonly Dictionary<string, Queue<Ends>> _left = [];
        private readonly List<Job> _jobs = [];
        private Dictionary<string, Specification> _specifications = [];

        public string Name => "script";

        internal List<string> Started { get; } = [];

        internal List<bool> Resumed { get; } = [];

        internal List<int> AtATime { get; } = [];

        internal int MostAtATime => AtATime.Max();

        internal Action OnStart { get; set; } = () => { };

        public ISweepJob Start(SweepTask task)
        {
            string name = Path.GetFileName(task.Folder);
            Assert.Equal(_specifications[name], Specification.FromFile(task.SpecificationFile));
            if (!_left.TryGetValue(name, out Queue<Ends>? left))
            {
                _left[name] = left = new Queue<Ends>(ends(name));
            }

            lock (Started)
            {
                Started.Add(name);
            }

            Resumed.Add(task.Resume);
            Job job = new(task.Folder, _specifications[name], left.Dequeue());
            _jobs.Add(job);
            AtATime.Add(_jobs.Count(one => !one.Completion.IsCompleted));
            OnStart();
            return job;
        }

        internal void RunsOf(SweepFolder folder) => _specifications = folder.Runs.ToDictionary(run => run.Name, run => run.Point.Specification);

        private sealed class Job(string folder, Specification specification, Ends ends) : ISweepJob
        {
            private readonly TaskCompletionSource<JobEnd> _end = new();
            private int _looks;

            public string Id => folder;

            public Task<JobEnd> Completion => _end.Task;

            public long PeakBytes
            {
                get
                {
                    // Once the pool has had the occasion to fill its places.
                    if (ends != Ends.WhenStopped && ++_looks == 12)
                    {
                        End();
                    }

                    return Peak;
                }
            }

            public void Stop() => _end.TrySetResult(new JobEnd(130, null, false));

            public void Dispose() => Assert.True(_end.Task.IsCompleted, "a job was left alone before its end");

            private void End()
            {
                RunStatus? status = ends switch
                {
                    Ends.Finished => RunStatus.Finished,
                    Ends.Diverged => RunStatus.Diverged,
                    Ends.Failed => RunStatus.Failed,
                    Ends.Killed => RunStatus.Running,
                    _ => null,
                };
                if (status is { } stored)
                {
                    SweepRuns.Store(folder, specification, stored, stored == RunStatus.Failed ? "the disk is full" : null, lines: 4);
                }

                _end.SetResult(ends switch
                {
                    Ends.InUse => new JobEnd(JobEnd.InUse, "brink: run folder x is in use by process 1", false),
                    Ends.Failed => new JobEnd(1, "brink: the disk is full", false),
                    Ends.Killed or Ends.KilledBeforeTheFolder => new JobEnd(Killed, null, false),
                    _ => new JobEnd(0, null, false),
                });
            }
        }
    }

    private sealed class Recorder : ISweepObserver
    {
        private readonly List<string> _notes = [];

        internal SweepStatus? Last { get; private set; }

        internal IReadOnlyList<string> Notes
        {
            get
            {
                lock (_notes)
                {
                    return [.. _notes];
                }
            }
        }

        public void Started(SweepRun run, bool resumed)
        {
        }

        public void Ended(SweepRun run, SweepAttempt end, bool again) => Assert.NotNull(end.Outcome);

        public void Note(string message)
        {
            lock (_notes)
            {
                _notes.Add(message);
            }
        }

        public void Show(SweepStatus status) => Last = status;
    }
}
