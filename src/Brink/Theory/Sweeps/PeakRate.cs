using System.Diagnostics;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Brink.Theory.Sweeps;

/// <summary>
/// The fastest that this machine's cores multiply and add, measured: a loop of independent fused multiply-adds on registers,
/// on all threads at once. What a kernel reaches is told as a share of it.
/// </summary>
public static class PeakRate
{
    private const int Chains = 12;
    private const int Passes = 4_000_000;
    private const int Repetitions = 5;

    /// <summary>Measures.</summary>
    /// <param name="threads">Threads, at least 1.</param>
    /// <param name="single">Single precision instead of double.</param>
    /// <returns>Floating-point operations a second, a multiply-add counted as two; the best of five.</returns>
    public static double Measure(int threads, bool single)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        return single ? Measure<float>(threads) : Measure<double>(threads);
    }

    private static double Measure<T>(int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector512.IsHardwareAccelerated ? Measure<Lane512<T>, T>(threads) : Measure<VectorLane<T>, T>(threads);

    private static double Measure<TLane, T>(int threads)
        where TLane : unmanaged, ILane<TLane, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double best = 0;
        for (int k = 0; k < Repetitions; k++)
        {
            long began = Stopwatch.GetTimestamp();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Spin<TLane, T>(Passes));
            best = Math.Max(best, 2.0 * Chains * TLane.Width * Passes * threads / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return best;
    }

    /// <summary>x ↦ x·m + c towards its fixed point 1, twelve chains at once: more than latency times units anywhere.</summary>
    private static void Spin<TLane, T>(int passes)
        where TLane : unmanaged, ILane<TLane, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var half = TLane.All(T.CreateChecked(0.5));
        TLane a = half, b = half, c = half, d = half, e = half, f = half;
        TLane g = half, h = half, i = half, j = half, k = half, l = half;
        for (int pass = 0; pass < passes; pass++)
        {
            a = TLane.MultiplyAdd(a, half, half);
            b = TLane.MultiplyAdd(b, half, half);
            c = TLane.MultiplyAdd(c, half, half);
            d = TLane.MultiplyAdd(d, half, half);
            e = TLane.MultiplyAdd(e, half, half);
            f = TLane.MultiplyAdd(f, half, half);
            g = TLane.MultiplyAdd(g, half, half);
            h = TLane.MultiplyAdd(h, half, half);
            i = TLane.MultiplyAdd(i, half, half);
            j = TLane.MultiplyAdd(j, half, half);
            k = TLane.MultiplyAdd(k, half, half);
            l = TLane.MultiplyAdd(l, half, half);
        }

        Span<T> sink = stackalloc T[TLane.Width];
        (a + b + c + d + e + f + g + h + i + j + k + l).Write(sink);
        GC.KeepAlive(sink[0]);
    }
}
