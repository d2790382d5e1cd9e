namespace Brink.Torch;

/// <summary>How a four-dimensional tensor lies in memory.</summary>
public enum MemoryFormat
{
    /// <summary>Row by row: sample, channel, row, column.</summary>
    Contiguous = 0,

    /// <summary>As the source lies.</summary>
    Preserve = 1,

    /// <summary>Channels innermost, which convolutions on the CPU are several times faster on.</summary>
    ChannelsLast = 2,
}

/// <content>Views, copies, devices and types.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>The same elements in another shape, without copying.</summary>
    /// <param name="shape">The shape; one −1 is worked out.</param>
    /// <returns>A view.</returns>
    public Tensor View(params long[] shape) => Operators.View.Call(this, shape);

    /// <summary>The same elements in another shape, copied where a view is not possible.</summary>
    /// <param name="shape">The shape; one −1 is worked out.</param>
    /// <returns>A view or a copy.</returns>
    public Tensor Reshape(params long[] shape) => Operators.Reshape.Call(this, shape);

    /// <summary>Merges all dimensions from one on.</summary>
    /// <param name="first">The first dimension that is merged.</param>
    /// <returns>A view or a copy.</returns>
    public Tensor Flatten(long first = 0) => Operators.Flatten.Call(this, first, -1L);

    /// <summary>A range along a dimension.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="start">Where the range begins.</param>
    /// <param name="length">How long it is.</param>
    /// <returns>A view.</returns>
    public Tensor Narrow(long dimension, long start, long length) => Operators.Narrow.Call(this, dimension, start, length);

    /// <summary>One index along a dimension, which vanishes.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">The index.</param>
    /// <returns>A view.</returns>
    public Tensor Select(long dimension, long index) => Operators.Select.Call(this, dimension, index);

    /// <summary>Given indices along a dimension.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="indices">The indices, Int64.</param>
    /// <returns>A copy.</returns>
    public Tensor IndexSelect(long dimension, Tensor indices) => Operators.IndexSelect.Call(this, dimension, indices);

    /// <summary>Swaps two dimensions.</summary>
    /// <param name="first">One dimension.</param>
    /// <param name="second">The other.</param>
    /// <returns>A view.</returns>
    public Tensor Transpose(long first, long second) => Operators.Transpose.Call(this, first, second);

    /// <summary>Reorders the dimensions.</summary>
    /// <param name="order">For each new dimension, the old one it was.</param>
    /// <returns>A view.</returns>
    public Tensor Permute(params long[] order) => Operators.Permute.Call(this, order);

    /// <summary>Joins tensors along a dimension they have.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="dimension">The dimension.</param>
    /// <returns>A copy.</returns>
    public static Tensor Concatenate(Tensor[] tensors, long dimension) => Operators.Concatenate.Call(tensors, dimension);

    /// <summary>Joins tensors of one shape along a new dimension.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="dimension">Where the new dimension stands.</param>
    /// <returns>A copy.</returns>
    public static Tensor Stack(Tensor[] tensors, long dimension = 0) => Operators.Stack.Call(tensors, dimension);

    /// <summary>The tensor in a memory format, copied only if it does not lie so already.</summary>
    /// <param name="format">The format.</param>
    /// <returns>This tensor's elements in that format.</returns>
    public Tensor Contiguous(MemoryFormat format = MemoryFormat.Contiguous) => Operators.Contiguous.Call(this, (long)format);

    /// <summary>A copy of its own memory.</summary>
    /// <returns>The copy.</returns>
    public Tensor Clone() => Operators.Clone.Call(this);

    /// <summary>The same memory outside every recorded graph.</summary>
    /// <returns>A view.</returns>
    public Tensor Detach() => Operators.Detach.Call(this);

    /// <summary>The tensor on a device, copied only if it is not there already.</summary>
    /// <param name="device">The device.</param>
    /// <returns>The tensor there.</returns>
    public Tensor To(Device device) => Operators.ToDevice.Call(this, device, Type);

    /// <summary>The tensor in an element type, copied only if it is not of it already.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The tensor in that type.</returns>
    public Tensor To(ScalarType type) => Operators.ToType.Call(this, type);

    /// <summary>Overwrites the elements with those of another tensor, converting device and type.</summary>
    /// <param name="source">The other tensor, of a shape that broadcasts to this one's.</param>
    public void CopyFrom(Tensor source) => Operators.CopyInPlace.CallInPlace(this, source);

    /// <summary>Sets every element to zero.</summary>
    public void Zero() => Operators.ZeroInPlace.CallInPlace(this);

    /// <summary>Sets every element to a number.</summary>
    /// <param name="value">The number.</param>
    public void Fill(double value) => Operators.FillInPlace.CallInPlace(this, value);
}
