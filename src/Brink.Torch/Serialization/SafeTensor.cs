namespace Brink.Torch.Serialization;

/// <summary>One tensor of a safetensors file: its elements as the file holds them, row-major and little-endian.</summary>
/// <param name="Name">Its name, unique in the file; <c>__metadata__</c> is reserved by the format.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its sizes, none negative; empty for a scalar.</param>
/// <param name="Data">Its bytes: the product of the sizes times the size of an element.</param>
public sealed record SafeTensor(string Name, ScalarType Type, long[] Shape, ReadOnlyMemory<byte> Data);
