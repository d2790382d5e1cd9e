using SkiaSharp;

namespace Brink.Data;

/// <summary>
/// A PNG or JPEG image decoded by SkiaSharp, whose values are those of libpng and libjpeg-turbo, and so PIL's and torchvision's.
/// Transparency is dropped, a palette is looked up, colour profiles are left alone.
/// </summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
/// <param name="Pixels">Height × Width × Channels bytes, the channels of a pixel side by side.</param>
internal sealed record DecodedImage(int Width, int Height, int Channels, byte[] Pixels)
{
    // A damaged header must not ask for all the memory there is.
    private const long MostPixels = 1 << 26;

    // In a PNG file, after its signature and the length, name, width and height of its first chunk.
    private const int PngDepth = 24;
    private const int PngColourType = 25;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> JpegBegin => [0xFF, 0xD8, 0xFF];

    /// <summary>Width, height and channels as the file's header says, without decoding it.</summary>
    /// <param name="source">The file; it must be able to seek.</param>
    /// <exception cref="InvalidDataException">Neither PNG nor JPEG, or of a kind not read here.</exception>
    public static (int Width, int Height, int Channels) Measure(Stream source)
    {
        byte[] head = new byte[PngColourType + 1];
        int read = source.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        source.Position = 0;
        head = head[..read];
        RequireKind(head);
        using SKCodec codec = Open(SKCodec.Create(source));
        return Header(codec, head);
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="least">Channels to have at least, 1 or 3: grey is spread over red, green and blue, which is exact.</param>
    /// <exception cref="InvalidDataException">Neither PNG nor JPEG, truncated, or of a kind not read here.</exception>
    public static DecodedImage Decode(byte[] file, int least = 1)
    {
        RequireKind(file);
        using SKData data = SKData.CreateCopy(file);
        using SKCodec codec = Open(SKCodec.Create(data));
        (int width, int height, int own) = Header(codec, file);
        if ((long)width * height > MostPixels)
        {
            throw new InvalidDataException($"expected at most {MostPixels} pixels, found {width}×{height}");
        }

        // Unpremultiplied: a transparent pixel keeps its colour. Without a colour space of its own nothing is converted.
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        SKCodecResult result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success || !EndsWhole(file))
        {
            throw new InvalidDataException(
                result is SKCodecResult.Success or SKCodecResult.IncompleteInput ? "truncated: the image ends early" : $"a damaged image: {result}");
        }

        int wanted = Math.Max(own, least);
        ReadOnlySpan<byte> decoded = bitmap.GetPixelSpan();
        byte[] pixels = new byte[width * height * wanted];
        for (int pixel = 0, at = 0; at < pixels.Length; pixel++)
        {
            for (int channel = 0; channel < wanted; channel++)
            {
                pixels[at++] = decoded[(4 * pixel) + channel];
            }
        }

        return new DecodedImage(width, height, wanted, pixels);
    }

    private static void RequireKind(ReadOnlySpan<byte> head)
    {
        bool png = head.StartsWith(PngSignature);
        if (!png && !head.StartsWith(JpegBegin))
        {
            throw new InvalidDataException("expected a PNG or JPEG image, found neither");
        }

        // Skia would round sixteen bits to eight.
        if (png && head.Length > PngDepth && head[PngDepth] > 8)
        {
            throw new InvalidDataException($"expected 8 bits a channel, found {head[PngDepth]}");
        }
    }

    private static SKCodec Open(SKCodec? codec) => codec ?? throw new InvalidDataException("truncated, or a damaged header");

    // Types 0 and 4 of PNG are grey, without and with transparency.
    private static (int Width, int Height, int Channels) Header(SKCodec codec, ReadOnlySpan<byte> head) =>
        (codec.Info.Width, codec.Info.Height,
            (head.StartsWith(PngSignature) ? head[PngColourType] is 0 or 4 : codec.Info.ColorType == SKColorType.Gray8) ? 1 : 3);

    /// <summary>Whether the end mark is there: a decoder may be content with the last pixel, or fill up what is missing.</summary>
    private static bool EndsWhole(ReadOnlySpan<byte> file) => file.StartsWith(PngSignature)
        ? file.IndexOf("IEND"u8) is > 0 and var end && file.Length >= end + 8
        : file.LastIndexOf([(byte)0xFF, (byte)0xD9]) > file.LastIndexOf([(byte)0xFF, (byte)0xDA]);
}
