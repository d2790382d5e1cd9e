using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>
/// Work on a GPU that is recorded once and started as a whole from then on (a CUDA graph). Where kernels are short, starting
/// them one by one takes longer than they do; a graph of any number of kernels is started by one call.
/// </summary>
/// <remarks>
/// The kernels read and write the very memory they were recorded with: inputs are written into the tensors that the work read, and
/// results are in those that it made, which must live as long as the graph. Work that waits for the GPU
/// (<see cref="Tensor.Item"/>, copies to the host) cannot be recorded.
/// </remarks>
public sealed class CudaGraph : IDisposable
{
    private nint _handle;

    private CudaGraph(nint handle) => _handle = handle;

    /// <summary>Whether the native library can record: it was built beside CUDA's headers.</summary>
    public static bool IsSupported => Native.CudaGraphsSupported() != 0;

    /// <summary>Records work.</summary>
    /// <param name="rehearsal">The same kernels, done once before: libraries set themselves up on first use, which cannot be recorded.</param>
    /// <param name="work">The work, on this thread; nothing of it is computed yet.</param>
    /// <returns>The graph, to be replayed on this thread.</returns>
    /// <exception cref="TorchException">The work cannot be recorded, or graphs are not supported.</exception>
    public static CudaGraph Record(Action rehearsal, Action work)
    {
        ArgumentNullException.ThrowIfNull(rehearsal);
        ArgumentNullException.ThrowIfNull(work);
        Native.Check(Native.CudaGraphCreate(out nint handle));
        var graph = new CudaGraph(handle);
        bool recording = false;
        try
        {
            rehearsal();
            Native.Check(Native.CudaGraphBegin(handle));
            recording = true;
            work();
            recording = false;
            Native.Check(Native.CudaGraphEnd(handle));
            return graph;
        }
        catch
        {
            if (recording)
            {
                // It fails too, since the work did, and says less about why.
                _ = Native.CudaGraphEnd(handle);
            }

            graph.Dispose();
            throw;
        }
    }

    /// <summary>Starts the recorded work.</summary>
    /// <exception cref="ObjectDisposedException">The graph was disposed.</exception>
    public void Replay()
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        Native.Check(Native.CudaGraphReplay(_handle));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            Native.CudaGraphRelease(handle);
        }
    }
}
