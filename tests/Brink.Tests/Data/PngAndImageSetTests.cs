using Brink.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Data;

public sealed class PngAndImageSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_image_survives_encoding_with_every_filter_whatever_its_size(int channels) =>
        Prop.ForAll(
            Arb.From(Gen.Choose(1, 40)), Arb.From(Gen.Choose(1, 25)), Arb.From(Gen.Choose(1, 300)),
            (width, height, chunk) =>
            {
                byte[] pixels = new byte[width * height * channels];
                new Random((width * 1000) + height).NextBytes(pixels);
                DecodedImage image = DecodedImage.Decode(PngFixture.Encode(pixels, width, height, channels, chunk));
                return image.Width == width && image.Height == height && image.Channels == channels
                    && image.Pixels.AsSpan().SequenceEqual(pixels);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Files_that_are_no_png_or_cut_or_of_another_kind_are_refused()
    {
        byte[] pixels = new byte[300];
        new Random(1).NextBytes(pixels);
        byte[] png = PngFixture.Encode(pixels, 10, 10, 3);
        for (int length = 0; length < png.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => DecodedImage.Decode(png[..length]));
        }

        byte[] sixteen = [.. png];
        sixteen[24] = 16;
        Assert.Contains("expected 8 bits a channel, found 16", Assert.Throws<InvalidDataException>(() => DecodedImage.Decode(sixteen)).Message);
        Assert.Throws<InvalidDataException>(() => DecodedImage.Decode([1, 2, 3]));
    }

    [Theory]
    [InlineData("colour", 3)]
    [InlineData("progressive", 3)]
    [InlineData("grey", 1)]
    public void Jpeg_pixels_are_those_of_libjpeg_and_a_file_cut_at_any_byte_is_refused(string name, int channels)
    {
        byte[] jpeg = Fixtures.Resource(name + ".jpg");
        DecodedImage image = DecodedImage.Decode(jpeg);
        DecodedImage theirs = DecodedImage.Decode(Fixtures.Resource(name + ".png"));
        Assert.Equal((48, 40, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(theirs.Pixels, image.Pixels);
        for (int length = 0; length < jpeg.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => DecodedImage.Decode(jpeg[..length]));
        }
    }

    [Fact]
    public void An_image_with_any_byte_changed_decodes_or_is_refused_but_never_crashes()
    {
        foreach (string name in new[] { "colour.jpg", "progressive.jpg", "grey.png" })
        {
            byte[] file = Fixtures.Resource(name);
            for (int at = 0; at < file.Length; at++)
            {
                byte[] changed = [.. file];
                changed[at] ^= 0xFF;
                try
                {
                    DecodedImage.Decode(changed);
                }
                catch (InvalidDataException)
                {
                    // Refused.
                }
            }
        }
    }

    [Fact]
    public void Standardised_inputs_equal_the_formula_in_each_precision_channel_by_channel()
    {
        var traits = new ImageSetTraits("own", 2, 3, 2, 2, [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]);
        byte[] pixels = [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 11))];
        var set = new ImageSet(traits, "train", pixels, [1, 0]);

        double[] doubles = new double[36];
        float[] singles = new float[36];
        set.CopyStandardised([1, 0, 1], doubles);
        set.CopyStandardised([1, 0, 1], singles);

        int[] order = [1, 0, 1];
        for (int i = 0; i < 36; i++)
        {
            int c = i % 12 / 4;
            byte pixel = pixels[(order[i / 12] * 12) + (i % 12)];
            Assert.Equal(((pixel / 255.0) - traits.Mean[c]) / traits.StandardDeviation[c], doubles[i]);
            float centred = (pixel / 255f) - (float)traits.Mean[c];
            Assert.Equal(centred / (float)traits.StandardDeviation[c], singles[i]);
        }

        long[] labels = new long[3];
        set.CopyLabels(order, labels);
        Assert.Equal([0L, 1, 0], labels);
        Assert.Throws<ArgumentException>(() => set.CopyStandardised([0, 1], new double[23]));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.CopyStandardised([2], new double[12]));
        Assert.Throws<ArgumentException>(() => new ImageSet(traits, "train", pixels, [0, 2]));
        Assert.Throws<ArgumentException>(() => new ImageSet(traits, "train", pixels, [0]));
    }

    [Theory]
    [InlineData("fasion-mnist", "fashion-mnist")]
    [InlineData("CIFAR10", "cifar10")]
    [InlineData("cifra10", "cifar10")]
    [InlineData("fash", "fashion-mnist")]
    [InlineData("nmist", "mnist")]
    [InlineData("imagenet", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_suggested_where_one_is_near(string given, string? expected) =>
        Assert.Equal(expected, NearestName.Suggest(given, ["fashion-mnist", "mnist", "cifar10"]));

    [Fact]
    public void The_distance_of_names_is_symmetric_zero_only_for_equals_and_at_most_the_longer_length() =>
        Prop.ForAll<NonNull<string>, NonNull<string>>((a, b) =>
        {
            int distance = NearestName.Distance(a.Get, b.Get);
            return distance == NearestName.Distance(b.Get, a.Get)
                && distance == 0 == (a.Get == b.Get)
                && distance <= Math.Max(a.Get.Length, b.Get.Length)
                && distance >= Math.Abs(a.Get.Length - b.Get.Length);
        }).QuickCheckThrowOnFailure();
}
