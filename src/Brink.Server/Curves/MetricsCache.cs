namespace Brink.Server;

/// <summary>
/// The columns of the runs that were asked for last, up to a bound on their memory; those not asked for longest go first. One more
/// than the bound allows may be held while it is used.
/// </summary>
/// <param name="mostBytes">The bound.</param>
internal sealed class MetricsCache(long mostBytes)
{
    private readonly Lock _guard = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _bytes;
    private long _clock;

    /// <summary>Memory that the columns take.</summary>
    internal long Bytes
    {
        get
        {
            lock (_guard)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Runs that are held.</summary>
    internal int Count
    {
        get
        {
            lock (_guard)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Reads what was added to a run's metrics, and uses them; others wait meanwhile.</summary>
    /// <typeparam name="T">What is made of them.</typeparam>
    /// <param name="path">The file of metrics.</param>
    /// <param name="use">Uses them; must not keep them.</param>
    internal T Use<T>(string path, Func<MetricsColumns, T> use)
    {
        Entry entry;
        lock (_guard)
        {
            if (!_entries.TryGetValue(path, out entry!))
            {
                _entries[path] = entry = new Entry(new MetricsColumns(path));
            }

            entry.Used = ++_clock;
        }

        lock (entry)
        {
            T made = use(entry.Columns.Follow());
            Account(path, entry);
            return made;
        }
    }

    private void Account(string path, Entry used)
    {
        lock (_guard)
        {
            if (!_entries.TryGetValue(path, out Entry? held) || !ReferenceEquals(held, used))
            {
                return; // It had to go while it was used.
            }

            _bytes += used.Columns.Bytes - used.Bytes;
            used.Bytes = used.Columns.Bytes;
            while (_bytes > mostBytes && _entries.Count > 1)
            {
                (string oldest, Entry entry) = _entries.MinBy(one => one.Value.Used);
                _entries.Remove(oldest);
                _bytes -= entry.Bytes;
            }
        }
    }

    private sealed class Entry(MetricsColumns columns)
    {
        internal MetricsColumns Columns => columns;

        internal long Bytes { get; set; }

        internal long Used { get; set; }
    }
}
