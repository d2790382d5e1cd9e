using System.Runtime.CompilerServices;
using Brink.Torch.Interop;

namespace Brink.Torch;

/// <summary>
/// A tensor of libtorch. Its memory is released by <see cref="Dispose"/>, by the <see cref="TensorScope"/> it was made
/// in, or, as a last resort, by the garbage collector.
/// </summary>
public sealed unsafe partial class Tensor : IDisposable
{
    private nint _handle;

    private Tensor(nint handle) => _handle = handle;

    /// <summary>Releases a tensor that nobody disposed.</summary>
    ~Tensor() => Release();

    /// <summary>Number of elements.</summary>
    public long Count => Describe().Elements;

    /// <summary>Number of dimensions.</summary>
    public int Dimensions => Describe().Dimensions;

    /// <summary>Type of the elements.</summary>
    public ScalarType Type => (ScalarType)Describe().ScalarType;

    /// <summary>Where the elements are.</summary>
    public Device Device
    {
        get
        {
            TensorDescription description = Describe();
            return new Device((DeviceKind)description.DeviceType, description.DeviceIndex);
        }
    }

    /// <summary>Whether the elements lie in memory row by row without gaps.</summary>
    public bool IsContiguous => Describe().Contiguous != 0;

    /// <summary>Whether operators on this tensor are recorded for differentiation.</summary>
    public bool RequiresGrad
    {
        get => Describe().RequiresGrad != 0;
        set
        {
            Native.Check(Native.TensorSetRequiresGrad(Handle, value ? 1 : 0));
            GC.KeepAlive(this);
        }
    }

    /// <summary>Length of each dimension.</summary>
    public long[] Shape
    {
        get
        {
            var sizes = new long[Dimensions];
            fixed (long* room = sizes)
            {
                Native.Check(Native.TensorSizes(Handle, room));
            }

            GC.KeepAlive(this);
            return sizes;
        }
    }

    /// <summary>Whether the tensor was disposed.</summary>
    public bool IsDisposed => _handle == 0;

    internal TensorScope? Scope { get; set; }

    internal nint Handle
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor));
    }

    /// <summary>Takes the tensor out of every scope: from now on whoever holds it disposes it.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Unscoped()
    {
        Scope = null;
        return this;
    }

    /// <summary>Gives the tensor to the current scope, if there is one, to be freed with it.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Scoped()
    {
        TensorScope.Current?.Adopt(this);
        return this;
    }

    /// <summary>The elements in place, for a contiguous tensor on the CPU.</summary>
    /// <typeparam name="T">The element type that belongs to <see cref="Type"/>.</typeparam>
    /// <returns>The elements; valid while the tensor is.</returns>
    /// <exception cref="InvalidOperationException">Wrong element type, not contiguous, or on a GPU.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        TensorDescription description = Describe();
        if (description.DeviceType != (int)DeviceKind.Cpu || description.Contiguous == 0)
        {
            throw new InvalidOperationException("only a contiguous tensor on the CPU can be read in place");
        }

        if (ScalarTypes.Of<T>() != (ScalarType)description.ScalarType)
        {
            throw new InvalidOperationException($"the tensor holds {(ScalarType)description.ScalarType}, not {typeof(T).Name}");
        }

        Native.Check(Native.TensorData(Handle, out void* data));
        return new Span<T>(data, checked((int)description.Elements));
    }

    /// <summary>
    /// The bytes of the elements in row-major order: in place where the tensor is contiguous and on the CPU, else of a copy that
    /// the current scope owns.
    /// </summary>
    /// <returns>The bytes; valid while the current scope and the tensor are, an exception after.</returns>
    /// <exception cref="OverflowException">More than 2 GiB.</exception>
    public ReadOnlyMemory<byte> BytesInPlace()
    {
        Tensor here = To(Device.Cpu).Contiguous();
        return new TensorMemory(here, checked((int)(here.Count * ScalarTypes.Size(here.Type)))).Memory;
    }

    /// <summary>The bytes of the elements in row-major order, wherever the tensor is.</summary>
    /// <returns>A copy.</returns>
    public byte[] ToBytes()
    {
        using var scope = new TensorScope();
        return BytesInPlace().ToArray();
    }

    /// <summary>The elements in row-major order, wherever the tensor is.</summary>
    /// <typeparam name="T">The element type that belongs to <see cref="Type"/>.</typeparam>
    /// <returns>A copy.</returns>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        using var scope = new TensorScope();
        return To(Device.Cpu).Contiguous().AsSpan<T>().ToArray();
    }

    /// <summary>The one element of a tensor that has one, as a float64.</summary>
    /// <returns>The element.</returns>
    public double Item() => Operators.LocalScalar.CallScalar(this);

    /// <summary>Lets this tensor look at the memory of another of the same type, in whatever graph it stands.</summary>
    /// <param name="source">The other tensor.</param>
    public void SetData(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Native.Check(Native.TensorSetData(Handle, source.Handle));
        GC.KeepAlive(source);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        IsDisposed ? "Tensor (disposed)" : $"Tensor {Type} [{string.Join(", ", Shape)}] on {Device}";

    /// <summary>Takes over a reference that came from the native side.</summary>
    internal static Tensor Own(nint handle)
    {
        var tensor = new Tensor(handle);
        TensorScope.Current?.Adopt(tensor);
        return tensor;
    }

    private TensorDescription Describe()
    {
        Native.Check(Native.TensorDescribe(Handle, out TensorDescription description));
        GC.KeepAlive(this);
        return description;
    }

    private void Release()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            Native.TensorRelease(handle);
        }
    }
}
