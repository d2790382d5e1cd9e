using System.Diagnostics;
using System.Net.Sockets;
using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>
/// Processes that work on one thing together (libtorch's c10d): each has a rank, and all of them call the same operations
/// in the same order. What an operation gives, it gives to every rank with the same bits.
/// </summary>
/// <remarks>
/// Over Gloo in the host's memory; what lies on GPUs is copied there and back, unless all ranks have called
/// <see cref="UseNccl"/>. A group belongs to one thread at a time.
/// </remarks>
public sealed class ProcessGroup : IDisposable
{
    /// <summary>Between two attempts to reach rank 0, which may start later.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private nint _handle;

    private ProcessGroup(nint handle, int rank, int size) => (_handle, Rank, Size) = (handle, rank, size);

    /// <summary>Releases a group that nobody disposed.</summary>
    ~ProcessGroup() => Release();

    /// <summary>Whether process groups were built into the native library, over Gloo.</summary>
    public static bool IsAvailable => Native.ProcessGroupSupported("gloo") != 0;

    /// <summary>Whether NCCL was built into the native library beside it.</summary>
    public static bool NcclIsAvailable => Native.ProcessGroupSupported("nccl") != 0;

    /// <summary>This process's number in the group, from 0.</summary>
    public int Rank { get; }

    /// <summary>Number of processes in the group.</summary>
    public int Size { get; }

    /// <summary>Whether what lies on GPUs is summed there, over NCCL.</summary>
    public bool UsesNccl { get; private set; }

    /// <summary>Sums taken over the ranks so far.</summary>
    public long Sums => Counts().Sums;

    /// <summary>Bytes of the tensors that those sums were of; what of them crosses the wire is docs/ranks.md's arithmetic.</summary>
    public long SummedBytes => Counts().Bytes;

    private nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(ProcessGroup));

    /// <summary>Joins a group; returns when all its ranks have.</summary>
    /// <param name="rank">This process's number, from 0 to <paramref name="size"/> − 1; each is taken once.</param>
    /// <param name="size">Number of processes.</param>
    /// <param name="address">Where rank 0 is to be reached.</param>
    /// <param name="port">The port that rank 0 listens at.</param>
    /// <param name="start">How long to wait for the others to join.</param>
    /// <param name="wait">How long an operation waits for the slowest rank.</param>
    /// <param name="prefix">Where a launcher listens at the address already, for all ranks: what this group's names in its store begin with.</param>
    /// <param name="cancellation">Ends the wait for the others.</param>
    /// <returns>The group, to be disposed by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rank or port.</exception>
    /// <exception cref="TorchException">The port is in use, an address leads nowhere, or not all ranks came in time.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before all ranks had come.</exception>
    public static ProcessGroup Join(
        int rank, int size, string address, int port, TimeSpan start, TimeSpan wait, string prefix = "", CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, size);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        var watch = Stopwatch.StartNew();
        if (rank > 0 || prefix.Length > 0)
        {
            WaitForListener(address, port, start, cancellation);
        }

        int[] stop = [0];
        using CancellationTokenRegistration registration = cancellation.Register(() => Volatile.Write(ref stop[0], 1));
        TimeSpan left = start > watch.Elapsed ? start - watch.Elapsed : TimeSpan.Zero;
        int status = Native.ProcessGroupCreate(
            rank, size, address, port, prefix, (long)left.TotalMilliseconds, (long)wait.TotalMilliseconds, ref stop[0], out nint handle);
        if (status != 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }

        Native.Check(status);
        return new ProcessGroup(handle, rank, size);
    }

    /// <summary>
    /// From now on what lies on GPUs is summed there, over NCCL. Every rank calls it, and each has a GPU of its own: two ranks on
    /// one GPU wait for each other for ever, or fail.
    /// </summary>
    /// <exception cref="TorchException">NCCL was not built (<see cref="NcclIsAvailable"/>), or does not start.</exception>
    public void UseNccl()
    {
        Native.Check(Native.ProcessGroupUseNccl(Handle));
        UsesNccl = true;
    }

    /// <summary>Replaces a tensor's elements by their sums over the ranks.</summary>
    /// <param name="tensor">A tensor of the same shape and type on every rank.</param>
    /// <exception cref="TorchException">Another rank is gone, or did not come in time.</exception>
    public void SumInPlace(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        WhereItIsSummed(tensor, here => Check(Native.ProcessGroupAllReduce(Handle, here.Handle)));
    }

    /// <summary>
    /// The sum of a tensor over the ranks, through which can be differentiated any number of times. A backward pass through it is
    /// a sum over the ranks again, so all ranks take the same derivatives in the same order; those of a rank's own outputs count
    /// for all.
    /// </summary>
    /// <param name="tensor">A tensor of the same shape and type on every rank.</param>
    /// <returns>The sum, a new tensor owned by the current scope.</returns>
    /// <exception cref="TorchException">Another rank is gone, or did not come in time.</exception>
    public Tensor Sum(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Check(Native.ProcessGroupSum(Handle, tensor.Handle, out nint sum));
        return Tensor.Own(sum);
    }

    /// <summary>The sum of a number over the ranks, in float64.</summary>
    /// <param name="value">This rank's.</param>
    /// <returns>The sum.</returns>
    /// <exception cref="TorchException">Another rank is gone, or did not come in time.</exception>
    public double Sum(double value)
    {
        using Tensor one = Tensor.From([value]).Unscoped();
        SumInPlace(one);
        return one.Item();
    }

    /// <summary>Whether something is so on any of the ranks.</summary>
    /// <param name="here">Whether it is on this one.</param>
    /// <returns>The same answer on every rank.</returns>
    /// <exception cref="TorchException">Another rank is gone, or did not come in time.</exception>
    public bool Any(bool here) => Sum(here ? 1 : 0) > 0;

    /// <summary>Gives every rank the bytes that rank 0 has.</summary>
    /// <param name="bytes">Rank 0's; of no account elsewhere.</param>
    /// <returns>Rank 0's, on every rank.</returns>
    /// <exception cref="TorchException">Another rank is gone, or did not come in time.</exception>
    public byte[] FromRankZero(ReadOnlySpan<byte> bytes)
    {
        using var scope = new TensorScope();
        Tensor length = Tensor.From([(long)bytes.Length]);
        Broadcast(length);
        long count = length.ToArray<long>()[0];
        Tensor content = Rank == 0 ? Tensor.From(bytes) : Tensor.Zeros([count], ScalarType.UInt8);
        if (count > 0)
        {
            Broadcast(content);
        }

        return content.ToBytes();
    }

    /// <summary>Waits until every rank has come here.</summary>
    /// <exception cref="TorchException">Another rank is gone, or did not come in time.</exception>
    public void Barrier() => Check(Native.ProcessGroupBarrier(Handle));

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>libtorch's own attempts to connect cannot be broken off: they are made once somebody listens.</summary>
    private static void WaitForListener(string address, int port, TimeSpan start, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(start);
        string? last = null;
        while (!limit.IsCancellationRequested)
        {
            using var probe = new TcpClient();
            try
            {
                probe.ConnectAsync(address, port, limit.Token).AsTask().GetAwaiter().GetResult();
                return;
            }
            catch (SocketException failure)
            {
                last = failure.Message;
                limit.Token.WaitHandle.WaitOne(s_pause);
            }
            catch (OperationCanceledException)
            {
                // Said below: by the caller, or because the time is up.
            }
        }

        cancellation.ThrowIfCancellationRequested();
        throw new TorchException($"{address}:{port} does not answer{(last is null ? string.Empty : $": {last}")}");
    }

    private (long Sums, long Bytes) Counts()
    {
        Check(Native.ProcessGroupCounts(Handle, out long sums, out long bytes));
        return (sums, bytes);
    }

    private void Broadcast(Tensor tensor) =>
        WhereItIsSummed(tensor, here => Check(Native.ProcessGroupBroadcast(Handle, here.Handle, 0)));

    private void WhereItIsSummed(Tensor tensor, Action<Tensor> work)
    {
        if (!tensor.Device.IsCuda || UsesNccl)
        {
            work(tensor);
            return;
        }

        using var scope = new TensorScope();
        Tensor here = tensor.To(Device.Cpu);
        work(here);
        tensor.CopyFrom(here);
    }

    /// <summary>A failure after the start means that a rank is gone: libtorch's own words name a socket, not a rank.</summary>
    private void Check(int status)
    {
        if (status != 0)
        {
            throw new TorchException($"rank {Rank} of {Size} lost another rank ({Native.LastError().ReplaceLineEndings(" ").Trim()})");
        }
    }

    private void Release()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            Native.ProcessGroupRelease(handle);
        }
    }
}
