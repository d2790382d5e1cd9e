using Brink.Data;

namespace Brink.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Classes_and_images_come_in_the_order_of_their_names_and_pixels_channel_by_channel()
    {
        byte[] ant = Write("ant/2.png", 1, 3);
        byte[] first = Write("ant/10.png", 2, 3);
        byte[] bee = Write("bee/a.PNG", 3, 3);
        _folder.Write("bee/notes.txt", [1]);
        SampleSet set = new ImageFolder(_folder.Path).Load("train", SampleSelection.All);

        // "10" stands before "2" in ordinal order.
        Assert.Equal([0, 0, 1], set.Labels);
        Assert.Equal(["ant", "bee"], set.ClassNames);
        Assert.Equal((3, 4, 6), (set.Channels, set.Height, set.Width));
        byte[][] images = [first, ant, bee];
        for (int n = 0; n < 3; n++)
        {
            for (int i = 0; i < 72; i++)
            {
                Assert.Equal(images[n][(i % 24 * 3) + (i / 24)], ((ImageSet)set).PixelsOf(n)[i]);
            }
        }

        // Statistics against the textbook formula.
        double[] red = [.. images.SelectMany(image => image.Where((_, i) => i % 3 == 0)).Select(v => v / 255.0)];
        Assert.Equal(red.Average(), set.Mean[0], 1e-14);
        Assert.Equal(Math.Sqrt(red.Average(v => (v - red.Average()) * (v - red.Average()))), set.StandardDeviation[0], 1e-14);
    }

    [Fact]
    public void Grey_images_give_one_channel_and_grey_among_colour_is_spread()
    {
        byte[] a = Write("train/a/1.png", 1, 1);
        Write("train/b/1.png", 2, 1);
        Write("test/b/1.png", 3, 1);
        var grey = new ImageFolder(_folder.Path);
        ImageSet train = (ImageSet)grey.Load("train", SampleSelection.All);
        Assert.Equal(1, train.Channels);
        Assert.True(train.PixelsOf(0).SequenceEqual(a));
        var statistics = new Standardisation([.. train.Mean], [.. train.StandardDeviation]);
        SampleSet test = grey.Load("test", SampleSelection.All, null, statistics);
        Assert.Equal((1, train.Mean[0]), (test.Labels[0], test.Mean[0]));

        Write("train/b/2.png", 4, 3);
        ImageSet mixed = (ImageSet)new ImageFolder(_folder.Path).Load("train", Fixtures.Drawn(2));
        Assert.Equal(3, mixed.Channels);
        Assert.True(mixed.PixelsOf(0)[24..48].SequenceEqual(a));
    }

    [Fact]
    public void Chosen_classes_and_balanced_draws_work_as_with_the_named_sets()
    {
        foreach (string name in new[] { "a", "b", "c" })
        {
            for (int n = 0; n < 4; n++)
            {
                Write($"{name}/{n}.png", n, 1);
            }
        }

        var folder = new ImageFolder(_folder.Path);
        SampleSet set = folder.Load("train", Fixtures.Drawn(4, 3), [2, 0]);
        Assert.Equal([1, 1, 0, 0], set.Labels);
        Assert.Equal(["c", "a"], set.ClassNames);
        Assert.Equal([1, 2], folder.Load("train", Fixtures.First(1, 2)).SampleIndices);
        Assert.Contains("has no class 3: its classes are 0 to 2", Failure(() => folder.Load("train", SampleSelection.All, [0, 3])));
        Assert.Contains("holds 12 samples, 0 to 11: samples 11 to 12", Failure(() => folder.Load("train", Fixtures.First(11, 2))));
        Assert.Contains("no samples of the test split", Failure(() => folder.Load("test", SampleSelection.All)));
    }

    [Fact]
    public void Images_are_resized_when_asked_for_and_else_must_have_one_size()
    {
        _folder.Write("a/1.png", Fixtures.Resource("colour.png"));
        _folder.Write("b/1.jpg", Fixtures.Resource("colour.jpg"));
        Write("b/2.png", 1, 3);
        Assert.Contains("expected 40×48 pixels as ", Failure(() => new ImageFolder(_folder.Path).Load("train", SampleSelection.All)));

        ImageSet set = (ImageSet)new ImageFolder(_folder.Path, (10, 12)).Load("train", SampleSelection.All);
        Assert.Equal((3, 10, 12), (set.Channels, set.Height, set.Width));

        // Shrunk by 4 the anti-aliased filter is a triangle 8 pixels wide, its weights those of the distances 0.5, 1.5, …;
        // away from the edges it is (1, 3, 5, 7, 7, 5, 3, 1)/32 in each direction.
        DecodedImage whole = DecodedImage.Decode(Fixtures.Resource("colour.png"));
        int[] weights = [1, 3, 5, 7, 7, 5, 3, 1];
        double expected = 0;
        for (int i = 0; i < 8; i++)
        {
            for (int j = 0; j < 8; j++)
            {
                expected += weights[i] * weights[j] * whole.Pixels[(((18 + i) * 48) + 14 + j) * 3] / 1024.0;
            }
        }

        Assert.InRange(set.PixelsOf(0)[(5 * 12) + 4], expected - 0.51, expected + 0.51);
    }

    [Fact]
    public void Palette_and_transparent_images_are_read_in_colour()
    {
        _folder.Write("a/1.png", Fixtures.Resource("transparent.png"));
        _folder.Write("b/1.png", Fixtures.Resource("palette.png"));
        ImageSet set = (ImageSet)new ImageFolder(_folder.Path).Load("train", SampleSelection.All);
        Assert.Equal((3, 40, 48), (set.Channels, set.Height, set.Width));

        // Pixel (2, 3) of make_own.py: red is 5·3, green 6·2.
        Assert.Equal([15, 12], [set.PixelsOf(0)[(2 * 48) + 3], set.PixelsOf(0)[1920 + (2 * 48) + 3]]);
    }

    [Fact]
    public void What_cannot_be_read_is_refused_in_one_line_that_names_the_file()
    {
        string nowhere = _folder["nowhere"];
        Assert.Equal($"{nowhere}: expected a folder with one sub-folder of images a class, found nothing there", Failure(() => new ImageFolder(nowhere)));
        Assert.Contains("at least two sub-folders, one a class, found none", Failure(() => new ImageFolder(_folder.Path)));
        byte[] png = PngFixture.Encode(new byte[72], 6, 4, 3);
        _folder.Write("a/1.png", png);
        Assert.Contains("found only 'a'", Failure(() => new ImageFolder(_folder.Path)));
        Directory.CreateDirectory(_folder["b"]);
        Assert.Contains($"{_folder["b"]}: expected PNG or JPEG images", Load());
        string bad = _folder.Write("b/1.jpg", Fixtures.Resource("colour.jpg")[..500]);
        Assert.StartsWith(bad + ": ", Load((40, 48)));
        Assert.Contains("truncated", Load((40, 48)));
        _folder.Write("b/1.jpg", [1, 2, 3]);
        Assert.Contains($"{bad}: expected a PNG or JPEG image, found neither", Load());
        File.Delete(bad);
        _folder.Write("b/1.webp", [1]);
        Assert.Contains("expected a PNG or JPEG image (.png, .jpg, .jpeg)", Load());
        File.Delete(_folder["b/1.webp"]);
        _folder.Write("b/1.png", png);
        Assert.Contains("channel 0 has no spread", Load());
    }

    private static string Failure(Func<object> work)
    {
        string message = Assert.Throws<BrinkException>(work).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string Load((int, int)? size = null) => Failure(() => new ImageFolder(_folder.Path, size).Load("train", SampleSelection.All));

    private byte[] Write(string name, int seed, int channels)
    {
        byte[] pixels = new byte[6 * 4 * channels];
        new Random(seed).NextBytes(pixels);
        _folder.Write(name, PngFixture.Encode(pixels, 6, 4, channels));
        return pixels;
    }
}
