using System.Diagnostics;
using Brink.Experiments;

namespace Brink.Server;

/// <summary>
/// The runs below the served folder, kept current by asking the file system for times and lengths only: a run's files are read again
/// when its folder's time has changed, which every renewed summary, specification and list of tags does, because each is renamed into
/// place. Metrics that grow change their length, which is asked for where a run is going on.
/// </summary>
/// <param name="root">The folder.</param>
internal sealed class RunIndex(RunRoot root)
{
    private const int Deepest = 16;
    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(5);
    private readonly Lock _scanning = new();
    private readonly Dictionary<string, Listing> _listings = new(StringComparer.Ordinal);
    private Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private RunState[] _runs = [];
    private TimeSpan _lastScan;
    private long _scannedAt = long.MinValue;

    /// <summary>Told what has changed, on the thread that found it.</summary>
    internal Action<IReadOnlyList<RunChange>>? Changed { get; set; }

    /// <summary>The runs, by id in natural order.</summary>
    internal IReadOnlyList<RunState> Runs => Volatile.Read(ref _runs);

    /// <summary>The folder of a run.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="RequestException">There is no such run.</exception>
    internal string FolderOf(string? id) => root.FolderOf(id);

    /// <summary>A run as it is now.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="RequestException">There is no such run.</exception>
    internal RunState Get(string? id)
    {
        string folder = root.FolderOf(id);
        lock (_scanning)
        {
            // Not stored: the next scan is to see the change, and tell of it.
            DateTime time = Directory.GetLastWriteTimeUtc(folder);
            return Known(id!) is { } known && IsCurrent(known, time) ? known : RunState.Read(id!, folder, time, DateTime.UtcNow);
        }
    }

    /// <summary>Looks at all folders again.</summary>
    internal void Scan() => Scan(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    /// <summary>Looks at all folders again, where that is worth it.</summary>
    /// <param name="notOlderThan">Does nothing where they were looked at so recently; a tree that takes long to walk is walked less often.</param>
    internal void Scan(TimeSpan notOlderThan) => Scan(notOlderThan, s_longestRest);

    private void Scan(TimeSpan notOlderThan, TimeSpan longestRest)
    {
        IReadOnlyList<RunChange> changes;
        lock (_scanning)
        {
            TimeSpan rest = 20 * _lastScan < longestRest ? 20 * _lastScan : longestRest; // of 5 % of a core at most
            if (_scannedAt != long.MinValue && Stopwatch.GetElapsedTime(_scannedAt) < (rest > notOlderThan ? rest : notOlderThan))
            {
                return;
            }

            // The first scan reads every run; it says nothing of how long the others take.
            bool first = _scannedAt == long.MinValue;
            long began = Stopwatch.GetTimestamp();
            changes = ScanNow();
            _scannedAt = Stopwatch.GetTimestamp();
            _lastScan = first ? TimeSpan.Zero : Stopwatch.GetElapsedTime(began);
        }

        Tell(changes);
    }

    /// <summary>Looks only at the runs that are going on: whether lines were added.</summary>
    internal void ScanLive()
    {
        List<RunChange> changes = [];
        lock (_scanning)
        {
            RunState[]? now = null;
            for (int i = 0; i < _runs.Length; i++)
            {
                if (!_runs[i].IsLive)
                {
                    continue;
                }

                FileInfo metrics = new(RunFiles.Metrics(_runs[i].Folder));
                long length = metrics.Exists ? metrics.Length : 0;
                if (length != _runs[i].MetricsLength)
                {
                    now ??= [.. _runs];
                    now[i] = _runs[i].WithMetrics(length, metrics.Exists ? metrics.LastWriteTimeUtc : _runs[i].Modified);
                    changes.Add(new RunChange(now[i].Id, RunChange.Lines, now[i].Iteration));
                }
            }

            if (now is not null)
            {
                Volatile.Write(ref _runs, now);
            }
        }

        Tell(changes);
    }

    private void Tell(IReadOnlyList<RunChange> changes)
    {
        if (changes.Count > 0)
        {
            Changed?.Invoke(changes);
        }
    }

    private RunState? Known(string id) => _places.TryGetValue(id, out int place) ? _runs[place] : null;

    private List<RunChange> ScanNow()
    {
        DateTime now = DateTime.UtcNow;
        List<FoundRun> found = [];
        if (root.IsRun)
        {
            found.Add(new FoundRun(root.IdOf(root.Path), root.Path, Directory.GetLastWriteTimeUtc(root.Path), null));
        }
        else
        {
            Find(root.Path, 0, now, found);
        }

        RunState[] states = new RunState[found.Count];
        List<int> stale = [];
        for (int i = 0; i < states.Length; i++)
        {
            if (Known(found[i].Id) is { } known && IsCurrent(known, found[i].Time))
            {
                states[i] = known;
            }
            else
            {
                stale.Add(i);
            }
        }

        if (stale.Count == 0 && states.Length == _runs.Length)
        {
            return [];
        }

        Parallel.ForEach(stale, i =>
        {
            if (found[i].Listing is { } listing && SafeFile.IsDocument(RunFiles.Specification(found[i].Folder)) && TheoryFolder.Is(found[i].Folder))
            {
                listing.IsTheory = true;
                return;
            }

            states[i] = RunState.Read(found[i].Id, found[i].Folder, found[i].Time, now);
            _ = states[i].Row; // asked for next; made here by as many threads as there are
        });
        stale.RemoveAll(i => states[i] is null);
        List<RunChange> all = [];
        foreach (int i in stale)
        {
            RunState? known = Known(found[i].Id);
            if (known is null || !known.LooksLike(states[i]))
            {
                all.Add(new RunChange(found[i].Id, known is null ? RunChange.Added : RunChange.Summary));
            }

            // Read with the rest, its lines are known from now on: whoever looks at running runs alone would not see that they are new.
            if (known is not null && known.MetricsLength != states[i].MetricsLength)
            {
                all.Add(new RunChange(found[i].Id, RunChange.Lines, states[i].Iteration));
            }
        }

        states = [.. states.Where(state => state is not null)];
        Array.Sort(states, (a, b) => RunCatalogue.PathOrder.Compare(a.Id, b.Id));
        HashSet<string> ids = [.. states.Select(run => run.Id)];
        all.AddRange(_runs.Where(run => !ids.Contains(run.Id)).Select(run => new RunChange(run.Id, RunChange.Removed)));
        _places = states.Select((run, place) => (run.Id, place)).ToDictionary(StringComparer.Ordinal);
        Volatile.Write(ref _runs, states);
        return all;
    }

    /// <summary>Whether a run is as it was: within the step of the file system's clock another change may have left the same time.</summary>
    private static bool IsCurrent(RunState known, DateTime time) =>
        known.Settled && known.FolderTime == time
        && !(known.Entry.Status is "running" or RunEntry.Killed && RunRecord.IsInUse(known.Folder) != known.IsLive);

    private void Find(string folder, int depth, DateTime now, List<FoundRun> found)
    {
        DirectoryInfo info = new(folder);
        if (!info.Exists)
        {
            return;
        }

        DateTime time = info.LastWriteTimeUtc;
        Listing? known = _listings.GetValueOrDefault(folder);
        if (known is null || known.Time != time || !known.Settled)
        {
            Listing read = Listing.Read(folder, time, now, isRoot: depth == 0);
            foreach (string gone in known?.Folders.Except(read.Folders) ?? [])
            {
                _listings.Remove(gone);
            }

            _listings[folder] = known = read;
        }

        if (known.IsRun)
        {
            if (!known.IsTheory)
            {
                found.Add(new FoundRun(known.Id ??= root.IdOf(folder), folder, time, known));
            }
        }
        else if (depth < Deepest)
        {
            foreach (string inner in known.Folders)
            {
                Find(inner, depth + 1, now, found);
            }
        }
    }

    private readonly record struct FoundRun(string Id, string Folder, DateTime Time, Listing? Listing);

    /// <summary>What lies in a folder: a run, or folders to look into.</summary>
    private sealed record Listing(DateTime Time, bool Settled, bool IsRun, string[] Folders)
    {
        internal string? Id { get; set; }

        /// <summary>Whether it turned out to hold what a theory command wrote, which is no run.</summary>
        internal bool IsTheory { get; set; }

        internal static Listing Read(string folder, DateTime time, DateTime now, bool isRoot)
        {
            bool settled = now - time > TimeSpan.FromSeconds(1);
            if (!isRoot && File.Exists(RunFiles.Specification(folder)))
            {
                return new Listing(time, settled, true, []);
            }

            try
            {
                // Links are not followed, hidden folders not looked into: as brink runs does.
                return new Listing(time, settled, false,
                    [.. new DirectoryInfo(folder).EnumerateDirectories().Where(inner => inner.Name[0] != '.' && inner.LinkTarget is null).Select(inner => inner.FullName)]);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return new Listing(time, settled, false, []);
            }
        }
    }
}

/// <summary>Something that happened to a run.</summary>
/// <param name="Id">The run.</param>
/// <param name="What">What: <see cref="Lines"/>, <see cref="Summary"/>, <see cref="Added"/> or <see cref="Removed"/>.</param>
/// <param name="Iteration">With <see cref="Lines"/>, the iteration of the last one.</param>
internal sealed record RunChange(string Id, string What, long? Iteration = null)
{
    /// <summary>Lines of metrics were added or cut off.</summary>
    internal const string Lines = "lines";

    /// <summary>Its status, summary, specification or tags are others.</summary>
    internal const string Summary = "summary";

    /// <summary>It is new.</summary>
    internal const string Added = "added";

    /// <summary>It is gone.</summary>
    internal const string Removed = "removed";
}
