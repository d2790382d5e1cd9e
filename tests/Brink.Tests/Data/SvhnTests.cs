using Brink.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Brink.Tests.Data;

public sealed class SvhnTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DataStore _store = new(Path.Combine(Path.GetTempPath(), "brink-no-data"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("svhn-compressed.mat")]
    [InlineData("svhn-plain.mat")]
    public void Files_that_scipy_wrote_are_read_pixel_for_pixel_and_ten_is_the_digit_zero(string fixture)
    {
        _folder.Write("train_32x32.mat", Fixtures.Resource(fixture));
        ImageSet set = Load("train");
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2], set.Labels);
        for (int n = 0; n < 12; n++)
        {
            for (int i = 0; i < 3072; i++)
            {
                // The formula of make_svhn.py.
                (int channel, int row, int column) = (i / 1024, i / 32 % 32, i % 32);
                Assert.Equal(((7 * row) + (13 * column) + (29 * channel) + (31 * n) + (row * column / 5)) % 256, set.PixelsOf(n)[i]);
            }
        }
    }

    [Fact]
    public void Whatever_is_written_is_read_back_compressed_or_not_with_labels_of_bytes_or_doubles() =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 5)), Arb.From(Gen.Choose(0, int.MaxValue)), Arb.From(Gen.Choose(0, 3)), (count, seed, form) =>
        {
            byte[][] images = Images(count, seed);
            byte[] labels = [.. Enumerable.Range(seed % 10, count).Select(label => (byte)((label % 10) + 1))];
            _folder.Write("test_32x32.mat", MatFixture.Svhn(images, labels, compressed: form % 2 == 0, doubleLabels: form > 1));
            ImageSet set = Load("test");
            return set.Labels.SequenceEqual(labels.Select(label => label % 10))
                && set.Pixels.SequenceEqual(images.SelectMany(image => image).ToArray());
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_cut_at_any_byte_is_refused_in_one_line(bool compressed)
    {
        byte[] whole = MatFixture.Svhn(Images(1, 5), [3], compressed);
        for (int length = 0; length < whole.Length; length++)
        {
            string message = Failure(whole[..length]);
            Assert.Contains("train_32x32.mat: ", message);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void A_file_with_any_one_byte_changed_is_read_or_refused_in_one_line_but_never_crashes()
    {
        byte[] whole = MatFixture.Svhn(Images(1, 5), [3], compressed: true);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0xFF;
            _folder.Write("train_32x32.mat", changed);
            try
            {
                Load("train");
            }
            catch (BrinkException refused)
            {
                Assert.DoesNotContain('\n', refused.Message);
            }
        }
    }

    [Fact]
    public void Other_files_are_refused_with_what_was_expected()
    {
        byte[][] two = Images(2, 1);
        Assert.Contains("expected labels from 1 to 10, found 11 at sample 1", Failure(MatFixture.Svhn(two, [1, 11], true)));
        Assert.Contains("expected labels from 1 to 10, found 0 at sample 0", Failure(MatFixture.Svhn(two, [0, 1], false)));
        Assert.Contains("expected 2 labels in y as X has images, found 3", Failure(MatFixture.Svhn(two, [1, 2, 3], true)));
        byte[] y = MatFixture.Array("y", 9, [1, 1], 2, [1]);
        Assert.Contains("expected X to hold bytes in 32×32×3×N, found UInt8 in 28×28×3×1", Failure(MatFixture.File(MatFixture.Array("X", 9, [28, 28, 3, 1], 2, new byte[2352]), y)));
        Assert.Contains("found no X", Failure(MatFixture.File(y)));
        Assert.Contains("as its sizes 32×32×3×9 say, found 3072 bytes", Failure(MatFixture.File(MatFixture.Array("X", 9, [32, 32, 3, 9], 2, new byte[3072]), y)));
        Assert.Contains("take at most", Failure(MatFixture.File(MatFixture.Array("X", 9, [32, 32, 3, int.MaxValue], 2, new byte[8]), y)));
        byte[] hdf = MatFixture.File(y);
        hdf[125] = 2;
        Assert.Contains("level 7.3 is HDF5: save with -v7", Failure(hdf));
    }

    private static byte[][] Images(int count, int seed)
    {
        var random = new Random(seed);
        byte[][] images = new byte[count][];
        for (int n = 0; n < count; n++)
        {
            images[n] = new byte[3072];
            random.NextBytes(images[n]);
        }

        return images;
    }

    private ImageSet Load(string split) => _store.Load("svhn", split, SampleSelection.All, _folder.Path);

    private string Failure(byte[] content)
    {
        _folder.Write("train_32x32.mat", content);
        return Assert.Throws<BrinkException>(() => Load("train")).Message;
    }
}
