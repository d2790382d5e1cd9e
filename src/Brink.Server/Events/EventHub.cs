using System.Text;
using System.Threading.Channels;

namespace Brink.Server;

/// <summary>
/// Tells all open pages what happens to runs. Folders are looked at only while someone listens: every 250 ms for lines that were
/// added, every second for everything else.
/// </summary>
internal sealed class EventHub : IDisposable
{
    /// <summary>The most listeners.</summary>
    internal const int Most = 64;

    private static readonly TimeSpan s_livePeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_wholePeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);
    private readonly RunIndex _index;
    private readonly object _guard = new(); // also waited on, which a Lock cannot be
    private readonly List<Channel<string>> _listeners = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Thread _watching;
    private long _saidAt;

    /// <summary>Begins to watch.</summary>
    internal EventHub(RunIndex index)
    {
        _index = index;
        _index.Changed += Tell;

        // A thread of its own is woken once a look. A timer wakes its own thread, that one of the pool, and that one another, and each
        // looks about for work before it sleeps again: time that the run which is watched lacks.
        _watching = new Thread(Watch) { IsBackground = true, Name = "Brink events" };
        _watching.Start();
    }

    /// <summary>Cancelled when the server ends.</summary>
    internal CancellationToken Closing => _closing.Token;

    /// <summary>Begins to listen.</summary>
    /// <returns>The messages, in the form of server-sent events.</returns>
    /// <exception cref="RequestException">There are too many listeners.</exception>
    internal Channel<string> Listen()
    {
        // Who does not read for so long has missed something, and is cut off; its page connects again and asks for everything.
        var channel = Channel.CreateBounded<string>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.Wait });
        lock (_guard)
        {
            if (_listeners.Count >= Most)
            {
                throw new RequestException(503, $"{Most} pages are open on this server already; close one");
            }

            _listeners.Add(channel);
            Monitor.Pulse(_guard);
        }

        return channel;
    }

    /// <summary>Ends to listen.</summary>
    internal void Leave(Channel<string> channel)
    {
        lock (_guard)
        {
            _listeners.Remove(channel);
        }
    }

    /// <summary>Sends a message to all.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="data">Its data, JSON in one line.</param>
    internal void Send(string name, string data) => Send($"event: {name}\ndata: {data}\n\n");

    /// <inheritdoc/>
    public void Dispose()
    {
        _index.Changed -= Tell;
        _closing.Cancel();
        lock (_guard)
        {
            Monitor.Pulse(_guard);
        }

        _watching.Join(TimeSpan.FromSeconds(2));
        _closing.Dispose();
    }

    /// <summary>An event of one run.</summary>
    internal static string Data(string id, string name, string value, long? iteration = null) => Encoding.UTF8.GetString(ServerJson.Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString(name, value);
        if (iteration is { } reached)
        {
            json.WriteNumber("iteration", reached);
        }

        json.WriteEndObject();
    }));

    private void Tell(IReadOnlyList<RunChange> changes)
    {
        foreach (RunChange change in changes)
        {
            Send("change", Data(change.Id, "what", change.What, change.Iteration));
        }
    }

    private void Send(string message)
    {
        lock (_guard)
        {
            _saidAt = Environment.TickCount64;
            foreach (Channel<string> listener in _listeners)
            {
                if (!listener.Writer.TryWrite(message))
                {
                    listener.Writer.TryComplete();
                }
            }
        }
    }

    private void Watch()
    {
        while (IsToLook())
        {
            try
            {
                _index.ScanLive();
                _index.Scan(s_wholePeriod);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // The folder is gone for a moment, or may not be read: looked at again in the next round. Nothing that is found in a
                // folder may end this thread, and with it the server.
            }

            if (Environment.TickCount64 - _saidAt > s_silence.TotalMilliseconds)
            {
                Send(": still here\n\n");
            }
        }
    }

    /// <summary>Waits until it is time to look at the folders.</summary>
    /// <returns>False when the server ends.</returns>
    private bool IsToLook()
    {
        lock (_guard)
        {
            if (_listeners.Count > 0 && !_closing.IsCancellationRequested)
            {
                Monitor.Wait(_guard, s_livePeriod);
            }

            while (_listeners.Count == 0 && !_closing.IsCancellationRequested)
            {
                Monitor.Wait(_guard);
            }

            return !_closing.IsCancellationRequested;
        }
    }
}
