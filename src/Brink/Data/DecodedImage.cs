using StbImageSharp;

namespace Brink.Data;

/// <summary>
/// A PNG or JPEG image decoded by StbImageSharp, a port of stb_image. Transparency is dropped and a palette is looked up.
/// PNG pixels are exact; JPEG pixels may differ from libjpeg's (PIL's, torchvision's) by a level or two of 255, as the
/// standard allows.
/// </summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
/// <param name="Pixels">Height × Width × Channels bytes, the channels of a pixel side by side.</param>
internal sealed record DecodedImage(int Width, int Height, int Channels, byte[] Pixels)
{
    // A damaged header must not ask for all the memory there is.
    private const long MostPixels = 1 << 26;

    private static ReadOnlySpan<byte> PngEnd => [0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82];

    private static ReadOnlySpan<byte> JpegScan => [0xFF, 0xDA];

    private static ReadOnlySpan<byte> JpegEnd => [0xFF, 0xD9];

    /// <summary>Width, height and channels as the file's header says, without decoding it.</summary>
    /// <param name="source">The file; it must be able to seek.</param>
    /// <exception cref="InvalidDataException">Neither PNG nor JPEG, or of a kind not read here.</exception>
    public static (int Width, int Height, int Channels) Measure(Stream source)
    {
        try
        {
            return ImageInfo.FromStream(source) is not { } info
                ? throw new InvalidDataException("expected a PNG or JPEG image, found neither, or a damaged header")
                : info.BitsPerChannel != 8
                ? throw new InvalidDataException($"expected 8 bits a channel, found {info.BitsPerChannel}")
                : (info.Width, info.Height, Grey(info.ColorComponents) ? 1 : 3);
        }
        catch (Exception failure) when (Undecodable(failure))
        {
            throw new InvalidDataException("expected a PNG or JPEG image, found neither, or a damaged header", failure);
        }
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="channels">1 or 3 to have it so (grey spread over red, green and blue is exact); 0 for its own.</param>
    /// <exception cref="InvalidDataException">Neither PNG nor JPEG, truncated, or of a kind not read here.</exception>
    public static DecodedImage Decode(byte[] file, int channels = 0)
    {
        using var source = new MemoryStream(file, writable: false);
        (int width, int height, int own) = Measure(source);
        if ((long)width * height > MostPixels)
        {
            throw new InvalidDataException($"expected at most {MostPixels} pixels, found {width}×{height}");
        }

        // The decoder fills up what a cut file lacks.
        bool whole = file.AsSpan().StartsWith(JpegEnd[..1])
            ? file.AsSpan().LastIndexOf(JpegEnd) > file.AsSpan().LastIndexOf(JpegScan)
            : file.AsSpan().LastIndexOf(PngEnd) >= 0;
        if (!whole)
        {
            throw new InvalidDataException("truncated: the image's end mark is not there");
        }

        int wanted = channels == 0 ? own : channels;
        try
        {
            ImageResult image = ImageResult.FromMemory(file, wanted == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
            return new DecodedImage(image.Width, image.Height, wanted, image.Data);
        }
        catch (Exception failure) when (Undecodable(failure))
        {
            throw new InvalidDataException($"a damaged image: {failure.Message}", failure);
        }
    }

    private static bool Grey(ColorComponents components) => components is ColorComponents.Grey or ColorComponents.GreyAlpha;

    // What the decoder throws at files that are not right, its own findings and bounds alike.
    private static bool Undecodable(Exception failure) =>
        failure is InvalidOperationException or IndexOutOfRangeException or ArgumentException or NullReferenceException
            or OverflowException or EndOfStreamException or OutOfMemoryException;
}
