using System.Runtime.InteropServices;
using Brink.Torch.Interop;

namespace Brink.Torch;

/// <content>Where tensors come from.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>A tensor whose elements are not yet set.</summary>
    /// <param name="shape">Length of each dimension.</param>
    /// <param name="type">Element type.</param>
    /// <param name="device">Where; the CPU if not given.</param>
    /// <returns>The tensor.</returns>
    public static Tensor Empty(long[] shape, ScalarType type, Device device = default)
    {
        Runtime.Initialize();
        return Operators.Empty.Call(shape, type, Argument.None, device);
    }

    /// <summary>A tensor of zeros.</summary>
    /// <param name="shape">Length of each dimension.</param>
    /// <param name="type">Element type.</param>
    /// <param name="device">Where; the CPU if not given.</param>
    /// <returns>The tensor.</returns>
    public static Tensor Zeros(long[] shape, ScalarType type, Device device = default)
    {
        Runtime.Initialize();
        return Operators.Zeros.Call(shape, type, Argument.None, device);
    }

    /// <summary>A tensor of one number.</summary>
    /// <param name="shape">Length of each dimension.</param>
    /// <param name="value">The number.</param>
    /// <param name="type">Element type.</param>
    /// <param name="device">Where; the CPU if not given.</param>
    /// <returns>The tensor.</returns>
    public static Tensor Full(long[] shape, double value, ScalarType type, Device device = default)
    {
        Runtime.Initialize();
        return Operators.Full.Call(shape, value, type, Argument.None, device);
    }

    /// <summary>A random order of 0 … count − 1, as <c>torch.randperm</c> draws it.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="generator">Where the randomness comes from.</param>
    /// <returns>Int64 indices on the CPU.</returns>
    public static Tensor RandomPermutation(long count, Generator generator) =>
        Operators.RandomPermutation.Call(count, generator, ScalarType.Int64);

    /// <summary>A tensor that holds a copy of given elements.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="elements">The elements in row-major order.</param>
    /// <param name="shape">The shape; a vector if not given.</param>
    /// <returns>The tensor, on the CPU.</returns>
    /// <exception cref="ArgumentException">The shape does not hold that many elements.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> elements, params long[] shape)
        where T : unmanaged =>
        FromBytes(MemoryMarshal.AsBytes(elements), ScalarTypes.Of<T>(), shape.Length == 0 ? [elements.Length] : shape);

    /// <summary>A tensor that holds a copy of given elements.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="elements">The elements in row-major order.</param>
    /// <param name="shape">The shape; a vector if not given.</param>
    /// <returns>The tensor, on the CPU.</returns>
    public static Tensor From<T>(T[] elements, params long[] shape)
        where T : unmanaged => From((ReadOnlySpan<T>)elements, shape);

    /// <summary>A tensor that holds a copy of given bytes, as files store them (little endian).</summary>
    /// <param name="bytes">The bytes of the elements in row-major order.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">The shape.</param>
    /// <returns>The tensor, on the CPU.</returns>
    /// <exception cref="ArgumentException">The shape does not hold that many elements.</exception>
    public static Tensor FromBytes(ReadOnlySpan<byte> bytes, ScalarType type, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        long count = shape.Aggregate(1L, (product, length) => product * length);
        if (count * ScalarTypes.Size(type) != bytes.Length)
        {
            throw new ArgumentException(
                $"{bytes.Length} bytes are not the {count} elements of {type} that shape [{string.Join(", ", shape)}] holds",
                nameof(bytes));
        }

        Tensor tensor = Empty(shape, type);
        Native.Check(Native.TensorData(tensor.Handle, out void* data));
        bytes.CopyTo(new Span<byte>(data, bytes.Length));
        return tensor;
    }

    /// <summary>Zeros in the shape, type and place of this tensor.</summary>
    /// <returns>The zeros.</returns>
    public Tensor ZerosLike() => Operators.ZerosLike.Call(this);

    /// <summary>Unset elements in the shape, type and place of this tensor.</summary>
    /// <returns>The tensor.</returns>
    public Tensor EmptyLike() => Operators.EmptyLike.Call(this);

    /// <summary>Draws every element uniformly from [low, high).</summary>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="generator">Where the randomness comes from; libtorch's default generator if not given.</param>
    public void FillUniform(double low, double high, Generator? generator = null) =>
        Operators.UniformInPlace.CallInPlace(this, low, high, generator);

    /// <summary>Draws every element from a normal distribution.</summary>
    /// <param name="mean">Mean.</param>
    /// <param name="standardDeviation">Standard deviation.</param>
    /// <param name="generator">Where the randomness comes from; libtorch's default generator if not given.</param>
    public void FillNormal(double mean, double standardDeviation, Generator? generator = null) =>
        Operators.NormalInPlace.CallInPlace(this, mean, standardDeviation, generator);
}
