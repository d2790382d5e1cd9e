using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Brink.Torch;

namespace Brink.Experiments.Planning;

/// <summary>Measures what a sum over ranks costs: among the ranks of a group, or between two on this machine.</summary>
internal static class WireProbe
{
    private const int SmallSums = 200;
    private const int LargeSums = 8;

    /// <summary>Numbers of the larger sum: that of a vector, within reason.</summary>
    private const long LeastNumbers = 1 << 16;
    private const long MostNumbers = 1 << 23;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Between two ranks on this machine; a thread stands for each, and what they send goes through the kernel as between processes.</summary>
    /// <param name="parameters">P, the length of the vectors that will be summed.</param>
    /// <exception cref="BrinkException">Process groups were not built.</exception>
    internal static WireSpeed BetweenTwo(long parameters)
    {
        Runtime.Initialize();
        if (!ProcessGroup.IsAvailable)
        {
            throw new BrinkException("sums over ranks were not built here, so they cannot be measured: install libgloo-dev, or give --latency and --bandwidth");
        }

        int port = FreePort();
        WireSpeed? found = null;
        Exception? failure = null;
        Thread[] ranks = [.. Enumerable.Range(0, 2).Select(rank => new Thread(() =>
        {
            try
            {
                using ProcessGroup group = ProcessGroup.Join(rank, 2, "127.0.0.1", port, s_patience, s_patience);
                WireSpeed speed = Among(group, parameters);
                found = rank == 0 ? speed : found;
            }
            catch (TorchException error)
            {
                failure = error;
            }
        }))];
        Array.ForEach(ranks, rank => rank.Start());
        Array.ForEach(ranks, rank => rank.Join());
        return found ?? throw new BrinkException($"sums over two ranks of this machine cannot be measured: {failure?.Message}; give --latency and --bandwidth", failure);
    }

    /// <summary>Among the ranks of a group, all of which call this.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="parameters">P.</param>
    internal static WireSpeed Among(ProcessGroup group, long parameters)
    /// <summary>A group of this process alone: what takes sums over ranks takes them, over one.</summary>
    /// <returns>The group, to be disposed by the caller.</returns>
    /// <exception cref="BrinkException">Process groups were not built.</exception>
    internal static RunRanks Alone() => RunRanks.Join(new RankPlace(0, 1, 0, 1, "127.0.0.1", FreePort(), "plan"));

    /// <summary>Seconds of a sum of one number, one after another.</summary>
    /// <param name="group">The ranks, all of which call this.</param>
    internal static double Smallest(ProcessGroup group) => Median(group, 1, ScalarType.Float64, SmallSums);

    {
        long numbers = Math.Clamp(parameters, LeastNumbers, MostNumbers);
        double small = Median(group, 1, ScalarType.Float64, SmallSums);
        double large = Median(group, numbers, ScalarType.Float32, LargeSums);
        return WireSpeed.Through(group.Size, (sizeof(double), small), (numbers * sizeof(float), large));
    }

    private static double Median(ProcessGroup group, long numbers, ScalarType type, int repetitions)
    {
        using Tensor vector = Tensor.Zeros([numbers], type).Unscoped();
        double[] seconds = new double[repetitions];
        for (int k = -1; k < repetitions; k++)
        {
            group.Barrier();
            var watch = Stopwatch.StartNew();
            group.SumInPlace(vector);
            if (k >= 0)
            {
                seconds[k] = watch.Elapsed.TotalSeconds;
            }
        }

        Array.Sort(seconds);
        return seconds[repetitions / 2];
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
