using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>A random number generator of libtorch (Mersenne Twister on the CPU), seeded as <c>torch.manual_seed</c> seeds.</summary>
public sealed class Generator : IDisposable
{
    private nint _handle;

    /// <summary>Makes a generator of its own on the CPU.</summary>
    /// <param name="seed">The seed; the same seed gives PyTorch's own numbers.</param>
    public Generator(ulong seed) => Native.Check(Native.GeneratorCreate(seed, out _handle));

    private Generator(nint handle) => _handle = handle;

    /// <summary>Releases the generator.</summary>
    ~Generator() => Release();

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

    /// <summary>The generator that operators use when none is named.</summary>
    /// <param name="device">The device whose generator is meant.</param>
    /// <returns>A handle on it.</returns>
    public static Generator Default(Device device)
    {
        Native.Check(Native.GeneratorDefault((int)device.Kind, device.Index, out nint handle));
        return new Generator(handle);
    }

    /// <summary>Starts the sequence that belongs to a seed.</summary>
    /// <param name="seed">The seed.</param>
    public void Seed(ulong seed) => Native.Check(Native.GeneratorSeed(Handle, seed));

    /// <summary>The generator's whole state, a tensor of bytes.</summary>
    /// <returns>The state, owned by the current scope.</returns>
    public Tensor State()
    {
        Native.Check(Native.GeneratorGetState(Handle, out nint state));
        return Tensor.Own(state);
    }

    /// <summary>Continues from a state that <see cref="State"/> gave.</summary>
    /// <param name="state">The state.</param>
    public void Restore(Tensor state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Native.Check(Native.GeneratorSetState(Handle, state.Handle));
        GC.KeepAlive(state);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            Native.GeneratorRelease(handle);
        }
    }
}
