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
    private readonly RunIndex _index;
    private readonly Lock _guard = new();
    private readonly List<Channel<string>> _listeners = [];
    private readonly SemaphoreSlim _someone = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _watching;

    /// <summary>Begins to watch.</summary>
    internal EventHub(RunIndex index)
    {
        _index = index;
        _index.Changed += Tell;
        _watching = Task.Run(Watch);
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
        }

        _someone.Release();
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
    internal void Send(string name, string data)
    {
        lock (_guard)
        {
            foreach (Channel<string> listener in _listeners)
            {
                if (!listener.Writer.TryWrite($"event: {name}\ndata: {data}\n\n"))
                {
                    listener.Writer.TryComplete();
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _index.Changed -= Tell;
        _closing.Cancel();
        _watching.Wait(TimeSpan.FromSeconds(2));
        _closing.Dispose();
        _someone.Dispose();
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

    private bool IsAnyone()
    {
        lock (_guard)
        {
            return _listeners.Count > 0;
        }
    }

    private async Task Watch()
    {
        try
        {
            while (true)
            {
                if (!IsAnyone())
                {
                    await _someone.WaitAsync(_closing.Token);
                }

                try
                {
                    _index.ScanLive();
                    _index.Scan(s_wholePeriod);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException or AggregateException)
                {
                    // The folder is gone for a moment, or may not be read: looked at again below.
                }

                await Task.Delay(s_livePeriod, _closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }
}
