namespace Brink.Data;

/// <summary>
/// A folder with one sub-folder a class, of PNG and JPEG images. With sub-folders <c>train</c> and <c>test</c> the classes
/// lie in those; without, all images are the train split. Classes are numbered in the ordinal order of their folders' names,
/// images in that of their paths, as torchvision's <c>ImageFolder</c> has them. One channel where all training images are
/// grey, else three.
/// </summary>
public sealed class ImageFolder : OwnSamples
{
    private readonly Dictionary<string, string> _roots = [];
    private readonly Dictionary<string, (string[] Paths, int[] Labels)> _images = [];
    private readonly string[] _classes;
    private readonly (int Height, int Width)? _size;
    private (int Channels, int Height, int Width)? _shape;

    /// <summary>Opens a folder; no image is read yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="size">The size every image is resized to; null where all must have one size.</param>
    /// <exception cref="BrinkException">No such folder, fewer than two classes, or a class without images.</exception>
    public ImageFolder(string path, (int Height, int Width)? size = null)
    {
        Place = path;
        _size = size;
        if (!Directory.Exists(path))
        {
            throw new BrinkException($"{path}: expected a folder with one sub-folder of images a class, found {(File.Exists(path) ? "a file" : "nothing there")}");
        }

        string train = Path.Combine(path, "train");
        _roots["train"] = Directory.Exists(train) ? train : path;
        if (Directory.Exists(train) && Directory.Exists(Path.Combine(path, "test")))
        {
            _roots["test"] = Path.Combine(path, "test");
        }

        _classes = ClassesIn(_roots["train"]);
        if (_classes.Length < 2)
        {
            throw new BrinkException(
                $"{_roots["train"]}: expected at least two sub-folders, one a class, found {(_classes.Length == 0 ? "none" : $"only '{_classes[0]}'")}");
        }
    }

    /// <inheritdoc/>
    public override string Place { get; }

    /// <inheritdoc/>
    private protected override IReadOnlyList<string> ClassNames => _classes;

    /// <inheritdoc/>
    public override bool Has(string split) => _roots.ContainsKey(split);

    /// <inheritdoc/>
    private protected override int KnownClasses() => _classes.Length;

    /// <inheritdoc/>
    private protected override int[] LabelsOf(string split) => ImagesOf(split).Labels;

    /// <inheritdoc/>
    private protected override SampleSet Read(string split, int[] places, int[] labels, OwnTraits traits)
    {
        (int channels, int height, int width) = Shape();
        (string[] paths, _) = ImagesOf(split);
        int length = channels * height * width;
        if ((long)places.Length * length > Array.MaxLength)
        {
            throw new BrinkException($"{Place}: {places.Length} images of {channels}×{height}×{width} take more than 2 GB; ask for fewer with count, or for smaller ones with image-size");
        }

        byte[] pixels = new byte[places.Length * length];
        for (int n = 0; n < places.Length; n++)
        {
            ReadImage(paths[places[n]], channels, height, width, pixels.AsSpan(n * length, length));
        }

        ImageSetTraits known = TraitsOf(
            "folder", traits, (channels, height, width), () => Standardisation.OfPixels(pixels, channels, height * width, Place), Place);
        return new ImageSet(known, split, pixels, labels, places);
    }

    // Decided by all training images, whichever are chosen: how many are drawn must not change the network.
    private (int Channels, int Height, int Width) Shape()
    {
        if (_shape is { } known)
        {
            return known;
        }

        string[] paths = ImagesOf("train").Paths;
        (int width, int height, int channels) = Measure(paths[0]);
        foreach (string path in paths.AsSpan(1))
        {
            (int w, int h, int c) = Measure(path);
            channels = Math.Max(channels, c);
            if (_size is null && (w, h) != (width, height))
            {
                throw new BrinkException($"{path}: expected {height}×{width} pixels as {paths[0]} has, found {h}×{w}; image-size resizes them all");
            }
        }

        _shape = _size is { } size ? (channels, size.Height, size.Width) : (channels, height, width);
        return _shape.Value;
    }

    private void ReadImage(string path, int channels, int height, int width, Span<byte> target)
    {
        DecodedImage image;
        try
        {
            image = DecodedImage.Decode(File.ReadAllBytes(path), channels);
        }
        catch (InvalidDataException failure)
        {
            throw new BrinkException($"{path}: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"{path}: cannot be read: {failure.Message}", failure);
        }

        if (image.Channels > channels)
        {
            throw new BrinkException($"{path}: expected a grey image as the training images are, found one in colour");
        }

        bool same = (image.Height, image.Width) == (height, width);
        if (!same && _size is null)
        {
            throw new BrinkException($"{path}: expected {height}×{width} pixels as the training images have, found {image.Height}×{image.Width}; image-size resizes them all");
        }

        int area = image.Height * image.Width;
        Span<byte> planes = same ? target : new byte[channels * area];
        for (int i = 0; i < area; i++)
        {
            for (int c = 0; c < channels; c++)
            {
                planes[(c * area) + i] = image.Pixels[(i * channels) + c];
            }
        }

        if (!same)
        {
            ImageResize.Resize(planes, channels, image.Height, image.Width, target, height, width);
        }
    }

    private static (int Width, int Height, int Channels) Measure(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return DecodedImage.Measure(file);
        }
        catch (InvalidDataException failure)
        {
            throw new BrinkException($"{path}: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"{path}: cannot be read: {failure.Message}", failure);
        }
    }

    private (string[] Paths, int[] Labels) ImagesOf(string split)
    {
        if (_images.TryGetValue(split, out (string[] Paths, int[] Labels) known))
        {
            return known;
        }

        string root = _roots[split];
        string? stranger = Array.Find(ClassesIn(root), name => !_classes.Contains(name));
        if (stranger is not null)
        {
            throw new BrinkException($"{Path.Combine(root, stranger)}: no class of that name among the training images, whose classes are {string.Join(", ", _classes)}");
        }

        var paths = new List<string>();
        var labels = new List<int>();
        for (int k = 0; k < _classes.Length; k++)
        {
            string folder = Path.Combine(root, _classes[k]);
            string[] own = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsImage).Order(StringComparer.Ordinal)] : [];
            if (own.Length == 0 && split == "train")
            {
                throw new BrinkException($"{folder}: expected PNG or JPEG images (.png, .jpg, .jpeg), found none");
            }

            paths.AddRange(own);
            labels.AddRange(Enumerable.Repeat(k, own.Length));
        }

        return _images[split] = ([.. paths], [.. labels]);
    }

    private static string[] ClassesIn(string root) =>
        [.. Directory.EnumerateDirectories(root).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.').Order(StringComparer.Ordinal)];

    // A picture in another format would be missed without a word.
    private static bool IsImage(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" or ".jpg" or ".jpeg" => Path.GetFileName(path)[0] != '.',
        ".bmp" or ".gif" or ".webp" or ".tif" or ".tiff" or ".pgm" or ".ppm" =>
            throw new BrinkException($"{path}: expected a PNG or JPEG image (.png, .jpg, .jpeg)"),
        _ => false,
    };
}
