using Brink.Torch;
using Brink.Torch.Interop;

namespace Brink.Data;

/// <summary>Resizes images with libtorch's anti-aliased bilinear filter, as torchvision's <c>Resize</c> does with tensors.</summary>
internal static class ImageResize
{
    private static readonly Operator s_bilinear = Operator.Find("_upsample_bilinear2d_aa");

    /// <summary>Resizes one image, in float32, rounded back to bytes.</summary>
    /// <param name="planes">C×H×W bytes.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="target">C×H'×W' bytes to be written.</param>
    /// <param name="targetHeight">H'.</param>
    /// <param name="targetWidth">W'.</param>
    public static void Resize(ReadOnlySpan<byte> planes, int channels, int height, int width, Span<byte> target, int targetHeight, int targetWidth)
    {
        using var scope = new TensorScope();
        Tensor image = Tensor.FromBytes(planes, ScalarType.UInt8, 1, channels, height, width).To(ScalarType.Float32);
        Tensor resized = s_bilinear.Call(image, new long[] { targetHeight, targetWidth }, false, Argument.None, Argument.None).Contiguous();
        ReadOnlySpan<float> values = resized.AsSpan<float>();
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = (byte)Math.Clamp(MathF.Round(values[i]), 0, 255);
        }
    }
}
