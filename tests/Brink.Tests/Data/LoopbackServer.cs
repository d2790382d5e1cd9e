using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Brink.Tests.Data;

/// <summary>
/// A web server on the loopback interface, small enough to misbehave on purpose: it breaks transfers off, stalls, or
/// ignores ranges.
/// </summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, byte[]> _files = new();
    private readonly CancellationTokenSource _stop = new();

    public LoopbackServer()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = Task.Run(AcceptAsync);
    }

    public Uri Address { get; }

    /// <summary>Bytes after which the next transfers are broken off, one entry a transfer.</summary>
    public ConcurrentQueue<int> BreakAfter { get; } = new();

    /// <summary>Whether a broken transfer hangs instead of closing the connection.</summary>
    public bool Stalls { get; set; }

    public bool HonoursRange { get; set; } = true;

    /// <summary>Path and first byte of every request, in order.</summary>
    public ConcurrentQueue<(string Path, long From)> Requests { get; } = new();

    public void Add(string path, byte[] content) => _files["/" + path] = content;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient connection = client;
        await using NetworkStream stream = connection.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        string path = (await reader.ReadLineAsync())!.Split(' ')[1];
        long from = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
            {
                from = long.Parse(header["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            }
        }

        Requests.Enqueue((path, from));
        if (!_files.TryGetValue(path, out byte[]? content))
        {
            await WriteAsync(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }

        from = HonoursRange ? from : 0;
        if (from >= content.Length)
        {
            await WriteAsync(stream, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }

        string status = from > 0
            ? $"206 Partial Content\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}"
            : "200 OK";
        await WriteAsync(stream, $"HTTP/1.1 {status}\r\nContent-Length: {content.Length - from}\r\nConnection: close\r\n\r\n");
        bool breaks = BreakAfter.TryDequeue(out int limit);
        int length = breaks ? Math.Min(limit, content.Length - (int)from) : content.Length - (int)from;
        await stream.WriteAsync(content.AsMemory((int)from, length));
        if (breaks && Stalls)
        {
            await Task.Delay(TimeSpan.FromSeconds(20), _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static ValueTask WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text));
}
