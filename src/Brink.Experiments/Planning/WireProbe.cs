using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Brink.Torch;

namespace Brink.Experiments.Planning;

/// <summary>Measures what a sum over ranks costs: among the ranks of a group, or between two on this machine.</summary>
internal static class WireProbe
{
    private const int SmallSums = 200;
    private const int SumsAfterWork = 60;
    private const int LargeSums = 12;

    /// <summary>Numbers that a rank works on between two sums: some milliseconds, and more than caches hold.</summary>
    private const int WorkNumbers = 1 << 22;

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

    /// <summary>A group of this process alone: what takes sums over ranks takes them, over one.</summary>
    /// <returns>The group, to be disposed by the caller.</returns>
    /// <exception cref="BrinkException">Process groups were not built.</exception>
    internal static RunRanks Alone() => RunRanks.Join(new RankPlace(0, 1, 0, 1, "127.0.0.1", FreePort(), "plan"));

    /// <summary>Seconds of a sum of one number, one after another.</summary>
    /// <param name="group">The ranks, all of which call this.</param>
    internal static double Smallest(ProcessGroup group) => Median(group, 1, ScalarType.Float64, SmallSums);

    /// <summary>Among the ranks of a group, all of which call this.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="parameters">P.</param>
    internal static WireSpeed Among(ProcessGroup group, long parameters)
    {
        long numbers = Math.Clamp(parameters, LeastNumbers, MostNumbers);
        double small = Smallest(group);

        // Between the sums of a run lies work, and what they take one after another, with every thread awake, is less than half of what they take then.
        float[] work = new float[WorkNumbers];
        double smallAfterWork = Median(group, 1, ScalarType.Float64, SumsAfterWork, work);
        double large = Median(group, numbers, ScalarType.Float32, LargeSums);
        double largeAfterWork = Median(group, numbers, ScalarType.Float32, LargeSums, work);
        WireSpeed awake = WireSpeed.Through(group.Size, (sizeof(double), small), (numbers * sizeof(float), large));
        WireSpeed afterWork = WireSpeed.Through(group.Size, (sizeof(double), smallAfterWork), (numbers * sizeof(float), largeAfterWork));
        return new WireSpeed(awake.Latency, Math.Min(awake.Bandwidth, afterWork.Bandwidth), Math.Max(0, smallAfterWork - small));
    }

    private static double Median(ProcessGroup group, long numbers, ScalarType type, int repetitions, float[]? work = null)
    {
        using Tensor vector = Tensor.Zeros([numbers], type).Unscoped();
        double[] seconds = new double[repetitions];
        for (int k = -1; k < repetitions; k++)
        {
            group.Barrier();
            Work(work);
            var watch = Stopwatch.StartNew();
            group.SumInPlace(vector);

            // After work the first rank to come waits for the others: the mean over them is what a run loses.
            double here = watch.Elapsed.TotalSeconds;
            double mean = work is null ? here : group.Sum(here) / group.Size;
            if (k >= 0)
            {
                seconds[k] = mean;
            }
        }

        Array.Sort(seconds);
        return seconds[repetitions / 2];
    }

    private static void Work(Span<float> numbers)
    {
        for (int k = 0; k < numbers.Length; k++)
        {
            numbers[k] = (0.5f * numbers[k]) + 1;
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
