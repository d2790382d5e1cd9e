namespace Brink.Torch.Interop;

/// <summary>
/// One argument of an operator call, by what it refers to: the reference keeps tensors and lists alive until the call
/// has returned, whatever the garbage collector makes of their last use in C#.
/// </summary>
public readonly struct Argument
{
    internal readonly ValueTag Tag;
    internal readonly object? Reference;
    internal readonly long Bits;

    private Argument(ValueTag tag, object? reference, long bits = 0)
    {
        Tag = tag;
        Reference = reference;
        Bits = bits;
    }

    /// <summary>An absent optional argument.</summary>
    public static Argument None => default;

    /// <summary>A list of tensors some of which may be null, as advanced indexing takes.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <returns>The argument.</returns>
    public static Argument OptionalTensors(params Tensor?[] tensors) => new(ValueTag.OptionalTensorList, tensors);

    /// <summary>A tensor, or an absent optional one.</summary>
    /// <param name="tensor">The tensor.</param>
    public static implicit operator Argument(Tensor? tensor) =>
        tensor is null ? default : new Argument(ValueTag.Tensor, tensor);

    /// <summary>A list of tensors.</summary>
    /// <param name="tensors">The tensors.</param>
    public static implicit operator Argument(Tensor[] tensors) => new(ValueTag.TensorList, tensors);

    /// <summary>An integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Argument(long value) => new(ValueTag.Integer, null, value);

    /// <summary>A real number.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Argument(double value) =>
        new(ValueTag.Real, null, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A truth value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Argument(bool value) => new(ValueTag.Boolean, null, value ? 1 : 0);

    /// <summary>A list of integers: sizes, strides, dimensions.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator Argument(long[] values) => new(ValueTag.IntegerList, values);

    /// <summary>A word, such as the name of a reduction.</summary>
    /// <param name="text">The word.</param>
    public static implicit operator Argument(string text) => new(ValueTag.Text, text);

    /// <summary>An element type, which libtorch passes as an integer.</summary>
    /// <param name="type">The type.</param>
    public static implicit operator Argument(ScalarType type) => new(ValueTag.Integer, null, (long)type);

    /// <summary>A device.</summary>
    /// <param name="device">The device.</param>
    public static implicit operator Argument(Device device) =>
        new(ValueTag.Device, null, ((long)device.Index << 32) | (uint)device.Kind);

    /// <summary>A random number generator, or libtorch's default one.</summary>
    /// <param name="generator">The generator.</param>
    public static implicit operator Argument(Generator? generator) =>
        generator is null ? default : new Argument(ValueTag.Generator, generator);
}
