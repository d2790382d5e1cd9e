using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Brink.Torch.Tests;

/// <summary>Process groups; a thread stands for each process.</summary>
public sealed class ProcessGroupTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 7)]
    [InlineData(3, 100_003)]
    [InlineData(4, 5)]
    public void Sums_are_those_of_all_ranks_with_the_same_bits_on_each(int size, int count)
    {
        double[][] parts = [.. Enumerable.Range(0, size).Select(rank => Numbers(rank, count))];
        double[][] sums = RankThreads.Run(size, group =>
        {
            using var scope = new TensorScope();
            Tensor here = Tensor.From(parts[group.Rank]);
            group.SumInPlace(here);
            Assert.Equal(1, group.Sums);
            Assert.Equal(8L * count, group.SummedBytes);
            return here.ToArray<double>();
        });
        for (int k = 0; k < count; k++)
        {
            double expected = parts.Sum(part => part[k]);
            Assert.Equal(expected, sums[0][k], 1e-14 * size);
        }

        Assert.All(sums, sum => Assert.Equal(sums[0].Select(BitConverter.DoubleToInt64Bits), sum.Select(BitConverter.DoubleToInt64Bits)));
    }

    [Fact]
    public void Float32_sums_have_the_same_bits_on_each_rank()
    {
        float[][] sums = RankThreads.Run(3, group =>
        {
            using var scope = new TensorScope();
            Tensor here = Tensor.From(Numbers(group.Rank, 10_007)).To(ScalarType.Float32);
            group.SumInPlace(here);
            return here.ToArray<float>();
        });
        Assert.All(sums, sum => Assert.True(sums[0].AsSpan().SequenceEqual(sum)));
        Assert.Equal(Numbers(0, 1)[0] + Numbers(1, 1)[0] + Numbers(2, 1)[0], sums[0][0], 1e-6);
    }

    [Fact]
    public void Rank_zeros_bytes_reach_all_and_what_is_so_on_one_is_known_to_all()
    {
        (byte[] Bytes, bool Some, bool None)[] heard = RankThreads.Run(3, group =>
        {
            byte[] bytes = group.FromRankZero(group.Rank == 0 ? [1, 2, 250] : [9]);
            byte[] none = group.FromRankZero([]);
            Assert.Empty(none);
            group.Barrier();
            return (bytes, group.Any(group.Rank == 2), group.Any(false));
        });
        Assert.All(heard, one => Assert.Equal([1, 2, 250], one.Bytes));
        Assert.All(heard, one => Assert.True(one.Some));
        Assert.All(heard, one => Assert.False(one.None));
    }

    [Fact]
    public void Derivatives_through_a_sum_are_those_of_all_ranks_parts()
    {
        // f = Σ_r (r + 1) y³ with y = Σ_r a_r w², a_r = r + 1: f = 6 (6 w²)³ = 1296 w⁶ over three ranks.
        (double First, double Second)[] found = RankThreads.Run(3, group =>
        {
            using var scope = new TensorScope();
            using GradientMode mode = GradientMode.On();
            Tensor w = Tensor.From([0.5]);
            w.RequiresGrad = true;
            double part = group.Rank + 1;
            Tensor y = group.Sum(w * w * part);
            Tensor first = Autograd.Gradients([y * y * y * part], [w], retainGraph: true, createGraph: true)[0]!;
            Tensor second = Autograd.Gradients([first], [w])[0]!;
            return (group.Sum(first.Item()), group.Sum(second.Item()));
        });
        Assert.All(found, one => Assert.Equal(6 * 1296 * Math.Pow(0.5, 5), one.First, 1e-9));
        Assert.All(found, one => Assert.Equal(30 * 1296 * Math.Pow(0.5, 4), one.Second, 1e-9));
    }

    [Fact]
    public void NCCL_is_used_only_where_it_was_built()
    {
        Assert.SkipWhen(ProcessGroup.NcclIsAvailable, "this libtorch has NCCL, which needs a GPU for each rank");
        RankThreads.Run(2, group =>
        {
            Assert.Equal("process groups over nccl were not built", Assert.Throws<TorchException>(group.UseNccl).Message);
            Assert.False(group.UsesNccl);
            return group.Sum(1);
        });
    }

    [Fact]
    public void A_rank_that_is_gone_is_noticed_at_once()
    {
        var watch = Stopwatch.StartNew();
        string[] said = RankThreads.Run(2, group =>
        {
            group.Barrier();
            if (group.Rank == 1)
            {
                return string.Empty;
            }

            // The other may be gone a moment later.
            return Assert.Throws<TorchException>(void () =>
            {
                for (int k = 0; k < 1_000_000; k++)
                {
                    group.Sum(1);
                }
            }).Message;
        });
        Assert.StartsWith("rank 0 of 2 lost another rank (", said[0]);
        Assert.True(watch.Elapsed < RankThreads.Patience / 2, $"it took {watch.Elapsed}");
    }

    [Fact]
    public void A_port_in_use_and_ranks_that_do_not_come_are_failures()
    {
        using var taken = new TcpListener(IPAddress.IPv6Any, 0);
        taken.Server.DualMode = true;
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        TorchException used = Assert.Throws<TorchException>(
            () => ProcessGroup.Join(0, 2, "127.0.0.1", port, TimeSpan.FromSeconds(5), RankThreads.Patience, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("in use", used.Message, StringComparison.OrdinalIgnoreCase);

        Assert.Throws<TorchException>(() => ProcessGroup.Join(0, 2, "127.0.0.1", RankThreads.FreePort(), TimeSpan.FromSeconds(1), RankThreads.Patience, cancellation: TestContext.Current.CancellationToken));
        Assert.Throws<TorchException>(() => ProcessGroup.Join(1, 2, "127.0.0.1", RankThreads.FreePort(), TimeSpan.FromSeconds(1), RankThreads.Patience, cancellation: TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessGroup.Join(2, 2, "127.0.0.1", RankThreads.FreePort(), RankThreads.Patience, RankThreads.Patience, cancellation: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Waiting_for_ranks_that_do_not_come_can_be_broken_off(int rank)
    {
        // Rank 1 finds nobody at the port, rank 0 listens there and nobody comes.
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var watch = Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(
            () => ProcessGroup.Join(rank, 2, "127.0.0.1", RankThreads.FreePort(), RankThreads.Patience, RankThreads.Patience, cancellation: stop.Token));
        Assert.True(watch.Elapsed < RankThreads.Patience / 4, $"it took {watch.Elapsed}");
    }

    [Fact]
    public void A_rank_that_left_before_all_had_come_is_not_counted()
    {
        TimeSpan start = TimeSpan.FromSeconds(4);
        string[] said = RankThreads.Run(
            3,
            (rank, port) =>
            {
                if (rank == 1)
                {
                    using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
                    return Assert.Throws<OperationCanceledException>(
                        () => ProcessGroup.Join(rank, 3, "127.0.0.1", port, start, RankThreads.Patience, cancellation: stop.Token)).GetType().Name;
                }

                Thread.Sleep(rank * 600);
                return Assert.Throws<TorchException>(() => ProcessGroup.Join(rank, 3, "127.0.0.1", port, start, RankThreads.Patience, cancellation: TestContext.Current.CancellationToken)).Message;
            },
            _ => false);
        Assert.Equal("2 of 3 ranks came", said[0]);
    }

    private static double[] Numbers(int rank, int count)
    {
        var random = new Random(rank);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
    }
}
