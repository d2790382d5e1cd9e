using System.Globalization;

namespace Brink.Torch;

/// <summary>Kinds of device; the values are libtorch's own (<c>c10::DeviceType</c>).</summary>
public enum DeviceKind
{
    /// <summary>Main memory and the processor's cores.</summary>
    Cpu = 0,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda = 1,
}

/// <summary>Where a tensor lives.</summary>
/// <param name="Kind">Processor or GPU.</param>
/// <param name="Index">Which GPU; 0 for the processor.</param>
public readonly record struct Device(DeviceKind Kind, int Index = 0)
{
    /// <summary>The processor.</summary>
    public static Device Cpu { get; } = new(DeviceKind.Cpu);

    /// <summary>Whether this is a GPU.</summary>
    public bool IsCuda => Kind == DeviceKind.Cuda;

    /// <summary>Reads <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <param name="text">The device's name.</param>
    /// <returns>The device.</returns>
    /// <exception cref="FormatException">The text names no device.</exception>
    public static Device Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text switch
        {
            "cpu" => Cpu,
            "cuda" => new Device(DeviceKind.Cuda),
            _ when text.StartsWith("cuda:", StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                => new Device(DeviceKind.Cuda, index),
            _ => throw new FormatException($"'{text}' names no device; use cpu, cuda or cuda:N"),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Kind == DeviceKind.Cpu ? "cpu" : $"cuda:{Index}";
}
