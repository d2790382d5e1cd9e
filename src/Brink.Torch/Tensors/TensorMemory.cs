using System.Buffers;
using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>The bytes of a contiguous tensor on the CPU as memory that .NET's streams and hashes take, without a copy.</summary>
/// <param name="tensor">The tensor; it stays its scope's.</param>
/// <param name="length">Bytes of its elements.</param>
internal sealed unsafe class TensorMemory(Tensor tensor, int length) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(Start(), length);

    /// <inheritdoc/>
    /// <remarks>Native memory does not move: there is nothing to undo.</remarks>
    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)Start() + elementIndex, pinnable: this);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>Asked anew each time, so that bytes of a tensor that was freed are an exception and not somebody else's.</summary>
    private void* Start()
    {
        Native.Check(Native.TensorData(tensor.Handle, out void* data));
        return data;
    }
}
