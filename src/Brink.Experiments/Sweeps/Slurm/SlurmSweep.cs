using System.Diagnostics;

namespace Brink.Experiments.Sweeps.Slurm;

/// <summary>
/// Carries out what is missing of a sweep as job arrays of Slurm, and follows them. Slurm keeps the runs: this process may end at
/// any time, and another one takes up what it finds in the folder and in the queue.
/// </summary>
/// <param name="folder">The sweep.</param>
/// <param name="program">The program and the arguments that stand before <c>train</c>.</param>
/// <param name="options">How.</param>
/// <param name="observer">Told what happens.</param>
public sealed class SlurmSweep(SweepFolder folder, IReadOnlyList<string> program, SlurmSweepOptions options, ISweepObserver observer)
{
    private readonly SlurmRecord _record = new(folder.Path);
    private readonly SweepPace _pace = new(folder);
    private readonly List<SweepRun> _waiting = [];
    private readonly HashSet<SweepRun> _failed = [];
    private readonly Dictionary<SweepRun, int> _retries = [];
    private readonly List<Work> _working = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _arraySize;
    private TimeSpan? _refused;
    private bool _saidForeign;
    private bool _saidSilent;

    /// <summary>The jobs that have a run of the sweep yet to do.</summary>
    public IReadOnlyList<string> Jobs => [.. _working.Select(work => work.Id.Split('_')[0]).Distinct(StringComparer.Ordinal)];

    /// <summary>The runs that Slurm has yet to do or is at.</summary>
    public int Queued => _working.Count;

    /// <summary>Submits and follows until nothing is left to do, or until it is cancelled; the jobs go on then.</summary>
    /// <param name="cancellation">Ends the following.</param>
    /// <returns>Whether every run is done.</returns>
    /// <exception cref="BrinkException">Slurm is not there, does not answer at the start, or refuses the first array.</exception>
    public bool Run(CancellationToken cancellation)
    {
        _arraySize = SlurmCluster.MaxArraySize();
        TakeUp(SlurmCluster.Tasks());
        _pace.Status([], _failed);
        var sinceAsked = Stopwatch.StartNew();
        while (!cancellation.IsCancellationRequested)
        {
            Submit();
            ShowStatus();
            if (_working.Count == 0 && _waiting.Count == 0)
            {
                break;
            }

            cancellation.WaitHandle.WaitOne(options.Pause);
            if (sinceAsked.Elapsed >= options.Poll && !cancellation.IsCancellationRequested)
            {
                Ask();
                sinceAsked.Restart();
            }
        }

        return folder.Runs.All(run => run.IsDone);
    }

    /// <summary>The elements of a sweep's arrays that wait or are at work; none where Slurm or a submission is not there.</summary>
    /// <param name="path">The sweep's folder.</param>
    /// <exception cref="BrinkException">Slurm does not answer, or the record is not valid.</exception>
    public static IReadOnlyList<string> ActiveTasks(string path)
    {
        IReadOnlyList<SlurmSubmission> submissions = new SlurmRecord(path).Read();
        return submissions.Count == 0 ? [] : [.. ActiveTasks(submissions, SlurmCluster.Tasks()).Select(task => task.Id)];
    }

    /// <summary>Cancels a sweep's arrays, also while another process follows them; runs at work write their checkpoints.</summary>
    /// <param name="path">The sweep's folder.</param>
    /// <returns>The jobs and how many elements were left of them.</returns>
    /// <exception cref="BrinkException">Slurm does not answer or refuses, or the record is not valid.</exception>
    public static (IReadOnlyList<string> Jobs, int Tasks) Cancel(string path)
    {
        SlurmTask[] active = [.. ActiveTasks(new SlurmRecord(path).Read(), SlurmCluster.Tasks())];
        string[] jobs = [.. active.Select(task => task.Job).Distinct(StringComparer.Ordinal)];
        if (jobs.Length > 0)
        {
            SlurmCluster.Cancel(jobs);
        }

        return (jobs, active.Length);
    }

    private static IEnumerable<SlurmTask> ActiveTasks(IReadOnlyList<SlurmSubmission> submissions, IReadOnlyList<SlurmTask> tasks)
    {
        // By name, which a submission has before its number is known, and which a number that Slurm began anew with does not.
        var names = submissions.Select(line => line.Name).ToHashSet(StringComparer.Ordinal);
        return tasks.Where(task => !task.IsOver && names.Contains(task.Name));
    }

    /// <summary>Finds what earlier commands left: arrays of which only the intention is recorded, and attempts without an end.</summary>
    private void TakeUp(IReadOnlyList<SlurmTask> tasks)
    {
        var byName = folder.Runs.ToDictionary(run => run.Name, StringComparer.Ordinal);
        HashSet<string> recorded = folder.Jobs();
        foreach (SlurmSubmission line in _record.Read())
        {
            _names.Add(line.Name);
            string? job = line.Job ?? tasks.FirstOrDefault(task => task.Name == line.Name)?.Job;
            if (job is null)
            {
                continue; // It was never submitted, or is over: the run folders tell.
            }

            if (line.Job is null)
            {
                _record.Append(line with { Job = job });
            }

            RecordStarts(job, [.. _record.RunsOf(line.Submission).Select((name, index) => (SlurmTask.IdOf(job, $"{index}"), Run: byName.GetValueOrDefault(name)))
                .Where(task => task.Run is not null && !recorded.Contains(task.Item1)).Select(task => (task.Item1, task.Run!))]);
        }

        foreach (SweepRun run in folder.Runs)
        {
            if (SlurmTask.IsId(run.OpenJob))
            {
                _working.Add(new Work(run, run.OpenJob!, new RunTail(run.Folder)) { Resumed = run.CanResume });
            }
            else if (!run.IsDone)
            {
                _waiting.Add(run);
            }
        }

        Take(tasks, earlier: true);
        if (_working.Count > 0)
        {
            observer.Note($"following {Count(_working.Count)} of {(Jobs.Count == 1 ? "job" : "jobs")} {string.Join(", ", Jobs)}, submitted before");
        }
    }

    private void RecordStarts(string job, IReadOnlyList<(string Task, SweepRun Run)> starts)
    {
        var lines = starts.Select(start => (start.Run, new SweepAttempt
        {
            Run = start.Run.Name,
            Attempt = start.Run.Attempts + 1,
            Event = start.Run.CanResume ? "resume" : "train",
            Time = DateTimeOffset.UtcNow,
            Job = start.Task,
        })).ToList();
        if (lines.Count > 0)
        {
            folder.Record(lines);
        }
    }

    private void Ask()
    {
        try
        {
            Take(SlurmCluster.Tasks(), earlier: false);
            _saidSilent = false;
        }
        catch (BrinkException silent) when (_working.Count > 0)
        {
            // A controller may be started anew at any time; the jobs go on meanwhile.
            if (!_saidSilent)
            {
                _saidSilent = true;
                observer.Note($"{silent.Message}; asking again");
            }
        }
    }

    /// <summary>Takes up how the elements stand.</summary>
    private void Take(IReadOnlyList<SlurmTask> tasks, bool earlier)
    {
        // By name as well: a cluster that was set up anew counts its jobs from 1 again.
        var seen = tasks.Where(task => _names.Contains(task.Name)).GroupBy(task => task.Id, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
        List<(Work Work, SlurmTask? Task)> ended = [];
        foreach (Work work in _working)
        {
            if (seen.TryGetValue(work.Id, out SlurmTask? task) && !task.IsOver)
            {
                TakeActive(work, task);
            }
            else if (task is not null || !RunRecord.IsInUse(work.Run.Folder))
            {
                ended.Add((work, task));
            }
        }

        foreach ((Work work, SlurmTask? task) in ended)
        {
            _working.Remove(work);
            End(work, task, earlier);
        }
    }

    private void TakeActive(Work work, SlurmTask task)
    {
        if (task.Waits && work.Watch is not null)
        {
            observer.Note($"{work.Run.Name} was put back into the queue");
            work.Watch = null;
            work.Resumed = true;
        }
        else if (!task.Waits && work.Watch is null)
        {
            work.Watch = Stopwatch.StartNew();
            observer.Started(work.Run, work.Resumed);
        }
    }

    private void End(Work work, SlurmTask? task, bool earlier)
    {
        SweepRun run = work.Run;
        run.Look();
        JobEnd end = new(task?.Code ?? 0, _record.LastWords(work.Id), task?.State == SlurmTask.OutOfMemory);
        (AttemptOutcome outcome, string? reason) = SweepVerdict.Of(run, end);
        if (!run.IsDone && task is null && run.State != SweepRunState.Failed)
        {
            (outcome, reason) = (AttemptOutcome.Killed, end.Message ?? $"Slurm no longer knows its job {work.Id}");
        }
        else if (!run.IsDone && task!.EndedFromOutside)
        {
            outcome = outcome == AttemptOutcome.Interrupted ? outcome : AttemptOutcome.Killed;
            reason = $"Slurm: {task.State.Replace('_', ' ').ToLowerInvariant()}";
        }

        SweepAttempt line = new()
        {
            Run = run.Name,
            Attempt = run.Attempts,
            Event = "end",
            Time = DateTimeOffset.UtcNow,
            Job = work.Id,
            Outcome = outcome,
            Code = task?.Code,
            Reason = reason,
            Seconds = work.Watch?.Elapsed.TotalSeconds,
        };
        folder.Record(run, line);
        run.Look();
        bool again = !run.IsDone && (earlier || MayRetry(run, outcome, task));
        if (again)
        {
            _waiting.Add(run);
        }
        else if (!run.IsDone)
        {
            _failed.Add(run);
        }

        observer.Ended(run, line, again);
    }

    /// <summary>Whether to try again. What someone cancelled they did not want to go on: that is left to the next command.</summary>
    private bool MayRetry(SweepRun run, AttemptOutcome outcome, SlurmTask? task)
    {
        int before = _retries.GetValueOrDefault(run);
        bool may = outcome is AttemptOutcome.Killed or AttemptOutcome.Interrupted && task?.State != SlurmTask.Cancelled && before < options.Retries;
        _retries[run] = before + (may ? 1 : 0);
        return may;
    }

    private void Submit()
    {
        if (_waiting.Count == 0 || (_refused is { } when && _pace.Elapsed - when < options.PauseAfterRefusal))
        {
            return;
        }

        _refused = null;
        SweepRun[] free = [.. _waiting.Where(run => run.Look() != SweepRunState.Running)];
        if (free.Length < _waiting.Count && !_saidForeign)
        {
            _saidForeign = true;
            observer.Note($"{Count(_waiting.Count - free.Length)} in use by another process; waiting for that");
        }

        string? after = null;
        foreach (SweepRun[] chunk in free.Where(run => !run.IsDone).Chunk(_arraySize))
        {
            try
            {
                after = Submit(chunk, after);
            }
            catch (BrinkException refused) when (_working.Count > 0)
            {
                // The cluster holds as many as it takes: the rest goes when there is room.
                observer.Note($"{refused.Message}; {Count(_waiting.Count)} to be submitted later");
                _refused = _pace.Elapsed;
                return;
            }

            _waiting.RemoveAll(new HashSet<SweepRun>(chunk).Contains);
        }

        _waiting.RemoveAll(run => run.IsDone);
    }

    private string Submit(SweepRun[] runs, string? after)
    {
        SlurmSubmission line = _record.Prepare(runs);
        _names.Add(line.Name);
        string script = _record.ScriptOf(line.Submission);
        string text = SlurmScript.Of(
            line.Name, runs.Length, options.AtATime, options.AtATime is null ? null : after, _record.ListOf(line.Submission), _record.Place, folder.Path,
            runs.Max(run => run.Point.Specification.Threads), runs.Any(run => run.Point.Specification.Device != "cpu"), program, options.Slurm);
        DurableFile.Replace(script, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
        string job = SlurmCluster.Submit(script);
        _record.Append(line with { Job = job });
        RecordStarts(job, [.. runs.Select((run, index) => (SlurmTask.IdOf(job, $"{index}"), run))]);
        _working.AddRange(runs.Select(run => new Work(run, run.OpenJob!, new RunTail(run.Folder)) { Resumed = run.CanResume }));
        observer.Note($"submitted {Count(runs.Length)} as job {job}");
        return job;
    }

    private void ShowStatus()
    {
        Work[] atWork = [.. _working.Where(work => work.Watch is not null)];
        foreach (Work work in atWork)
        {
            work.Tail.Follow();
        }

        observer.Show(_pace.Status([.. atWork.Select(work => (work.Run, work.Tail, 0L))], _failed));
    }

    private static string Count(int runs) => runs == 1 ? "1 run" : $"{runs} runs";

    private sealed record Work(SweepRun Run, string Id, RunTail Tail)
    {
        /// <summary>Runs since it was seen at work; null while it waits.</summary>
        internal Stopwatch? Watch { get; set; }

        internal bool Resumed { get; set; }
    }
}

/// <summary>How a sweep on Slurm is carried out.</summary>
/// <param name="Slurm">What is asked of Slurm for each run.</param>
/// <param name="AtATime">Most runs at a time; null for as many as the cluster lets run.</param>
/// <param name="Retries">How often a run that was killed, but not cancelled, is submitted again.</param>
public sealed record SlurmSweepOptions(SlurmOptions Slurm, int? AtATime, int Retries)
{
    /// <summary>How often the metrics of the runs at work are read.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often Slurm is asked how they stand; every user's questions go to one controller.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after a refusal the rest is submitted again.</summary>
    public TimeSpan PauseAfterRefusal { get; init; } = TimeSpan.FromMinutes(1);
}
