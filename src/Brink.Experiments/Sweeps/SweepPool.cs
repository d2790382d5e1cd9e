using System.Diagnostics;

namespace Brink.Experiments.Sweeps;

/// <summary>
/// Carries out what is missing of a sweep: as many runs at a time as there are places and memory; a run that was killed
/// is resumed, one that failed by itself is not.
/// </summary>
/// <param name="folder">The sweep.</param>
/// <param name="executor">Where runs are carried out.</param>
/// <param name="options">How.</param>
/// <param name="observer">Told what happens.</param>
public sealed class SweepPool(SweepFolder folder, ISweepExecutor executor, SweepPoolOptions options, ISweepObserver observer)
{
    /// <summary>It looks this many times less often whether another process has left a run's folder.</summary>
    private const int ForeignPauses = 5;

    /// <summary>Lines of metrics after which a run has measured, stepped and tested: its memory has come near its peak.</summary>
    private const int LinesToPeak = 3;

    private readonly MemoryBudget _memory = new(options.MemoryBytes, folder.LargestPeak());
    private readonly List<SweepRun> _waiting = [.. folder.Runs.Where(run => !run.IsDone)];
    private readonly HashSet<SweepRun> _failed = [];
    private readonly Dictionary<SweepRun, int> _retries = [];
    private readonly Dictionary<SweepRun, TimeSpan> _foreign = [];
    private readonly List<Work> _working = [];
    private readonly SweepPace _pace = new(folder);
    private bool _saidWhyAlone;
    private bool _saidWhyNotMore;

    /// <summary>Works until nothing is left to do, or until it is cancelled and every run has written its checkpoint.</summary>
    /// <param name="cancellation">Asks all runs to stop.</param>
    /// <returns>Whether every run is done.</returns>
    public bool Run(CancellationToken cancellation)
    {
        Status();
        bool stopping = false;
        try
        {
            while (true)
            {
                CollectEnded();
                if (cancellation.IsCancellationRequested && !stopping)
                {
                    stopping = true;
                    StopAll();
                }

                if (!stopping)
                {
                    StartWhatFits();
                }

                observer.Show(Status());
                if (_working.Count == 0 && (stopping || _waiting.Count == 0))
                {
                    return folder.Runs.All(run => run.IsDone);
                }

                if (_working.Count > 0)
                {
                    Task.WaitAny([.. _working.Select(work => work.Job.Completion)], options.Pause);
                }
                else
                {
                    cancellation.WaitHandle.WaitOne(options.Pause);
                }
            }
        }
        finally
        {
            // Left over only after a failure of our own: the runs end with checkpoints, as if we had been killed.
            foreach (Work work in _working)
            {
                work.Job.Stop();
                work.Job.Dispose();
            }
        }
    }

    private void StopAll()
    {
        if (_working.Count > 0)
        {
            observer.Note($"stopping: {_working.Count} {(_working.Count == 1 ? "run writes its checkpoint" : "runs write their checkpoints")}");
        }

        foreach (Work work in _working)
        {
            work.Stopped = true;
            work.Job.Stop();
        }
    }

    private void CollectEnded()
    {
        foreach (Work work in _working.ToArray())
        {
            work.Tail.Follow();
            long peak = work.Job.PeakBytes;
            if (work.Tail.Lines >= LinesToPeak)
            {
                _memory.Saw(peak);
            }

            if (work.Job.Completion.IsCompleted)
            {
                _working.Remove(work);
                End(work, work.Job.Completion.GetAwaiter().GetResult(), peak);
                work.Job.Dispose();
            }
        }
    }

    private void End(Work work, JobEnd end, long peak)
    {
        SweepRun run = work.Run;
        run.Look();
        (AttemptOutcome outcome, string? reason) = SweepVerdict.Of(run, end);
        if (outcome == AttemptOutcome.Killed && end.OutOfMemory)
        {
            _memory.SawKill(peak);
        }
        else
        {
            _memory.Saw(peak);
        }

        SweepAttempt line = new()
        {
            Run = run.Name,
            Attempt = work.Attempt,
            Event = "end",
            Time = DateTimeOffset.UtcNow,
            Outcome = outcome,
            Code = end.Code,
            Reason = reason,
            Seconds = work.Watch.Elapsed.TotalSeconds,
            PeakBytes = peak > 0 ? peak : null,
        };
        folder.Record(run, line);
        run.Look();
        bool killed = outcome is AttemptOutcome.Killed or AttemptOutcome.Interrupted && end.Code != JobEnd.InUse;
        bool again = !work.Stopped && (end.Code == JobEnd.InUse || (killed && _retries.GetValueOrDefault(run) < options.Retries));
        if (again)
        {
            _retries[run] = _retries.GetValueOrDefault(run) + (killed ? 1 : 0);
            _waiting.Insert(0, run);
        }
        else if (!run.IsDone && !work.Stopped)
        {
            _failed.Add(run);
        }

        observer.Ended(run, line, again);
    }

    private void StartWhatFits()
    {
        foreach (SweepRun run in _waiting.ToArray())
        {
            if (_working.Count >= options.Jobs || !Fits())
            {
                return;
            }

            if (IsForeign(run))
            {
                continue;
            }

            _waiting.Remove(run);
            if (!run.IsDone)
            {
                Start(run);
            }
        }
    }

    private bool Fits()
    {
        bool fits = _memory.Admits([.. _working.Select(work => work.Job.PeakBytes)]);
        if (!fits && _memory.Need == 0 && !_saidWhyAlone)
        {
            _saidWhyAlone = true;
            observer.Note("the first run goes alone until it is seen what memory it needs");
        }
        else if (!fits && _memory.Need > 0 && !_saidWhyNotMore)
        {
            _saidWhyNotMore = true;
            observer.Note($"{_working.Count} of {options.Jobs} places are used: a run is taken to need {Mebibytes(_memory.Need)} (the largest peak seen, and a fifth more), and {Mebibytes(_memory.Bytes)} may be used in all");
        }

        return fits;
    }

    /// <summary>Whether another process is at work on a run: it is waited for.</summary>
    private bool IsForeign(SweepRun run)
    {
        if (_foreign.TryGetValue(run, out TimeSpan looked) && _pace.Elapsed - looked < ForeignPauses * options.Pause)
        {
            return true;
        }

        if (run.Look() != SweepRunState.Running)
        {
            return false;
        }

        if (!_foreign.ContainsKey(run))
        {
            observer.Note($"{run.Name} is in use by another process; waiting for it");
        }

        _foreign[run] = _pace.Elapsed;
        return true;
    }

    private void Start(SweepRun run)
    {
        bool resume = run.CanResume;
        Work work = new(run, executor.Start(new SweepTask(run.SpecificationFile, run.Folder, resume)), run.Attempts + 1, new RunTail(run.Folder));
        _working.Add(work);
        folder.Record(run, new SweepAttempt
        {
            Run = run.Name,
            Attempt = work.Attempt,
            Event = resume ? "resume" : "train",
            Time = DateTimeOffset.UtcNow,
            Job = work.Job.Id,
        });
        observer.Started(run, resume);
    }

    private SweepStatus Status() => _pace.Status([.. _working.Select(work => (work.Run, work.Tail, work.Job.PeakBytes))], _failed);

    private static string Mebibytes(long bytes) => $"{bytes >> 20} MiB";

    private sealed record Work(SweepRun Run, ISweepJob Job, int Attempt, RunTail Tail)
    {
        internal Stopwatch Watch { get; } = Stopwatch.StartNew();

        internal bool Stopped { get; set; }
    }
}

/// <summary>How a pool goes about its work.</summary>
/// <param name="Jobs">Most runs at a time, at least 1.</param>
/// <param name="Retries">How often a run that was killed is tried again.</param>
/// <param name="MemoryBytes">Memory that all runs together may take; one run is let run whatever it takes.</param>
public sealed record SweepPoolOptions(int Jobs, int Retries, long MemoryBytes)
{
    /// <summary>How often the pool looks around when nothing ends.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(200);
}
