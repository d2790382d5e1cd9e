using System.Net;
using System.Net.Sockets;

namespace Brink.Torch.Tests;

/// <summary>Threads that stand for the processes of a group, which libtorch cannot tell apart.</summary>
internal static class RankThreads
{
    internal static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>A port of this machine that nobody listened at a moment ago.</summary>
    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Does the same on every rank of a group.</summary>
    /// <param name="size">Ranks.</param>
    /// <param name="work">Told the group.</param>
    /// <returns>What it gave on each.</returns>
    internal static T[] Run<T>(int size, Func<ProcessGroup, T> work) => Run(
        size,
        (rank, port) =>
        {
            using ProcessGroup group = ProcessGroup.Join(rank, size, "127.0.0.1", port, Patience, Patience);
            return work(group);
        },
        failure => failure is TorchException);

    /// <summary>Does the same on every rank.</summary>
    /// <param name="size">Ranks.</param>
    /// <param name="work">Told the rank, and a port for all of them.</param>
    /// <param name="isEcho">Whether a failure only says that another rank failed.</param>
    /// <returns>What it gave on each.</returns>
    internal static T[] Run<T>(int size, Func<int, int, T> work, Func<Exception, bool> isEcho)
    {
        int port = FreePort();
        var results = new T[size];
        var failures = new Exception?[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = work(rank, port);
            }
            catch (Exception failure)
            {
                failures[rank] = failure;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Exception? first = Array.Find(failures, one => one is not null && !isEcho(one)) ?? Array.Find(failures, one => one is not null);
        return first is null ? results : throw new InvalidOperationException($"a rank failed: {first.Message}", first);
    }
}
