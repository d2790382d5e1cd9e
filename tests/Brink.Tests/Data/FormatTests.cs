using Brink.Data;

namespace Brink.Tests.Data;

public sealed class FormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DataStore _store = new(Path.Combine(Path.GetTempPath(), "brink-no-data"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(true, "raw")]
    [InlineData(false, "mnist")]
    public void A_shortened_idx_set_is_read_byte_for_byte(bool packed, string sub)
    {
        byte[] images = Fixtures.IdxImages(25);
        byte[] labels = Fixtures.IdxLabels(Fixtures.Cycle(25));
        string suffix = packed ? ".gz" : string.Empty;
        _folder.Write(Path.Combine(sub, "train-images-idx3-ubyte" + suffix), packed ? Fixtures.Gzip(images) : images);
        _folder.Write(Path.Combine(sub, "train-labels-idx1-ubyte" + suffix), packed ? Fixtures.Gzip(labels) : labels);

        ImageSet all = _store.Load("mnist", "train", SampleSelection.All, _folder.Path);
        Assert.Equal(25, all.Count);
        Assert.True(all.Pixels.SequenceEqual(images.AsSpan(16)));
        Assert.Equal(Fixtures.Cycle(25).Select(b => (int)b), all.Labels);

        ImageSet some = _store.Load("mnist", "train", Fixtures.First(5, 3), _folder.Path);
        Assert.Equal([5, 6, 7], some.SampleIndices);
        Assert.True(some.Pixels.SequenceEqual(images.AsSpan(16 + (5 * 784), 3 * 784)));

        ImageSet drawn = _store.Load("mnist", "train", Fixtures.Drawn(20, 4), _folder.Path);
        Assert.All(drawn.Labels.GroupBy(label => label), group => Assert.Equal(2, group.Count()));
        for (int n = 0; n < drawn.Count; n++)
        {
            Assert.True(drawn.PixelsOf(n).SequenceEqual(images.AsSpan(16 + (drawn.SampleIndices[n] * 784), 784)));
        }

        Assert.True(_store.Has("mnist", "train", _folder.Path));
        Assert.False(_store.Has("mnist", "test", _folder.Path));
    }

    [Fact]
    public void Cifar_samples_keep_their_official_places_across_batches()
    {
        byte[] second = Fixtures.CifarBatch(Fixtures.Cycle(12), 2);
        _folder.Write("data_batch_2.bin", second);

        ImageSet set = _store.Load("cifar10", "train", Fixtures.First(10_003, 2), _folder.Path);

        Assert.Equal([10_003, 10_004], set.SampleIndices);
        Assert.Equal([3, 4], set.Labels);
        Assert.True(set.PixelsOf(1).SequenceEqual(second.AsSpan((4 * 3073) + 1, 3072)));
    }

    [Fact]
    public void Cifar_is_read_out_of_its_official_archive()
    {
        byte[] batch = Fixtures.CifarBatch(Fixtures.Cycle(20), 3);
        string archive = _folder.Write(
            "cifar-10-binary.tar.gz",
            Fixtures.TarGzip(("cifar-10-batches-bin/readme.html", [1, 2]), ("cifar-10-batches-bin/test_batch.bin", batch)));

        foreach (string from in new[] { _folder.Path, archive })
        {
            ImageSet set = _store.Load("cifar10", "test", SampleSelection.All, from);
            Assert.Equal(20, set.Count);
            Assert.True(set.PixelsOf(19).SequenceEqual(batch.AsSpan((19 * 3073) + 1)));
        }
    }

    [Fact]
    public void Class_names_come_from_the_batches_meta_file_where_it_is()
    {
        _folder.Write("test_batch.bin", Fixtures.CifarBatch(Fixtures.Cycle(10), 3));
        _folder.Write("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n"u8.ToArray());
        Assert.Equal("j", _store.Load("cifar10", "test", SampleSelection.All, _folder.Path).ClassNames![9]);

        _folder.Write("batches.meta.txt", "a\nb\n"u8.ToArray());
        Assert.EndsWith("expected 10 class names, one a line, found 2", Failure("cifar10", "test", SampleSelection.All));
    }

    [Fact]
    public void Bad_idx_files_are_refused_in_one_line_that_names_the_file_and_what_was_expected()
    {
        byte[] labels = Fixtures.IdxLabels(Fixtures.Cycle(10));
        byte[] images = Fixtures.IdxImages(10);

        AssertIdx(Fixtures.IdxImages(10, magic: 0x802), labels, "images", "expected the magic number 0x00000803, found 0x00000802");
        AssertIdx(labels, labels, "images", "expected the magic number 0x00000803, found 0x00000801");
        AssertIdx([0, 0, 8, 3, 0], labels, "images", "truncated: expected a header of 16 bytes, found 5 bytes in all");
        AssertIdx([], labels, "images", "truncated: expected a header of 16 bytes, found 0 bytes in all");
        AssertIdx(images[..^1], labels, "images", "truncated: its header announces 10 images, expected 7856 bytes, found 7855");
        AssertIdx([.. images, 0], labels, "images", "too long: its header announces 10 images, expected 7856 bytes, found 7857");
        AssertIdx(images, labels[..^2], "labels", "truncated: its header announces 10 labels, expected 18 bytes, found 16");
        AssertIdx(Fixtures.IdxImages(10, 32, 32), labels, "images", "expected images of 28×28, found 32×32");
        AssertIdx(Fixtures.IdxImages(9), labels, "labels", "has images, found 10");
        AssertIdx(images, Fixtures.IdxLabels([.. Fixtures.Cycle(9), 17]), "labels", "expected labels from 0 to 9, found 17 at sample 9");
        // A whole file under the official name and of the official length must be the official file.
        AssertIdx(images, Fixtures.IdxLabels(Fixtures.Cycle(60_000)), "labels", "corrupt: expected MD5 a25bea736e30d166cdddb491f175f624, found");
        AssertIdx(images, Fixtures.IdxLabels(Fixtures.Cycle(60_001)), "labels", "too long: expected 60008 bytes, found more");
    }

    [Fact]
    public void Bad_gzip_files_are_refused_whether_damaged_cut_or_no_gzip_at_all()
    {
        byte[] packed = Fixtures.Gzip(Fixtures.IdxImages(10));
        byte[] damaged = [.. packed];
        damaged[^6] ^= 0xFF;
        _folder.Write("train-labels-idx1-ubyte", Fixtures.IdxLabels(Fixtures.Cycle(10)));
        foreach (byte[] bad in new[] { damaged, packed[..^2000], [1, 2, 3, 4] })
        {
            string path = _folder.Write("train-images-idx3-ubyte.gz", bad);
            string message = Failure("mnist", "train", SampleSelection.All);
            Assert.StartsWith(path + ": ", message);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void Bad_cifar_files_are_refused_in_one_line_that_names_the_file_and_what_was_expected()
    {
        byte[] batch = Fixtures.CifarBatch(Fixtures.Cycle(10), 1);
        AssertCifar(batch[..^1], "expected whole records of 3073 bytes (10000 in the official file, 30730000 bytes), found 30729 bytes");
        AssertCifar([], "found 0 bytes");
        AssertCifar(Fixtures.CifarBatch([0, 1, 200], 1), "expected labels from 0 to 9, found 200 at sample 2");
        AssertCifar(new byte[30_730_000], "corrupt: expected SHA256 8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b");
        AssertCifar(new byte[30_733_073], "too long: expected 30730000 bytes, found more");

        File.Delete(_folder["test_batch.bin"]);
        byte[] archive = Fixtures.TarGzip(("x/test_batch.bin", batch));
        string path = _folder.Write("cifar-10-binary.tar.gz", archive[..(archive.Length / 2)]);
        Assert.Equal(
            $"{path}(test_batch.bin): expected a whole .tar.gz archive, found one that is truncated or corrupt",
            Failure("cifar10", "test", SampleSelection.All));
        _folder.Write("cifar-10-binary.tar.gz", Fixtures.TarGzip(("x/other.bin", batch)));
        Assert.Equal($"{path}: expected a member test_batch.bin, found none", Failure("cifar10", "test", SampleSelection.All));
    }

    [Fact]
    public void Wrong_names_selections_and_folders_are_refused_with_what_would_be_right()
    {
        _folder.Write("test_batch.bin", Fixtures.CifarBatch(Fixtures.Cycle(20), 1));

        Assert.Equal(
            "unknown data 'fashon-mnist': did you mean 'fashion-mnist'? known are fashion-mnist, mnist, emnist-letters, cifar10, cifar100, svhn",
            Failure("fashon-mnist", "test", SampleSelection.All));
        Assert.Contains("did you mean 'train'?", Failure("cifar10", "trian", SampleSelection.All));
        Assert.Contains("did you mean 'stratified'?", Failure("cifar10", "test", new SampleSelection("startified", 0, 10, 0)));
        Assert.Contains("first must be at least 0", Failure("cifar10", "test", Fixtures.First(-1, 1)));
        Assert.Contains("count must be at least 1", Failure("cifar10", "test", Fixtures.First(0, 0)));
        Assert.Contains("goes with subset 'first'", Failure("cifar10", "test", new SampleSelection("stratified", 5, 10, 0)));
        Assert.Equal(
            "cifar10 test holds 10000 samples, 0 to 9999: samples 9999 to 10000 were asked for",
            Failure("cifar10", "test", Fixtures.First(9_999, 2)));
        Assert.Equal(
            $"cifar10 test: samples 15 to 24 were asked for, but {_folder["test_batch.bin"]} holds 20, samples 0 to 19",
            Failure("cifar10", "test", Fixtures.First(15, 10)));
        Assert.Contains("cifar10 test holds 20", Failure("cifar10", "test", Fixtures.Drawn(21)));
        Assert.Contains("at least one sample of each of its 10 classes", Failure("cifar10", "test", Fixtures.Drawn(9)));
        Assert.Contains("cifar10 train is not at hand: data_batch_1.bin, ", Failure("cifar10", "train", SampleSelection.All));

        string nowhere = _folder["nowhere"];
        Assert.Equal(
            $"{nowhere}: expected a folder with files of cifar10, found nothing there",
            Assert.Throws<BrinkException>(() => _store.Load("cifar10", "test", SampleSelection.All, nowhere)).Message);
        Assert.Contains(
            "'brink data get cifar10' fetches the set, '--from DIR' names a local copy",
            Assert.Throws<BrinkException>(() => _store.Load("cifar10", "test", SampleSelection.All)).Message);
    }

    private string Failure(string name, string split, SampleSelection selection) =>
        Assert.Throws<BrinkException>(() => _store.Load(name, split, selection, _folder.Path)).Message;

    private void AssertIdx(byte[] images, byte[] labels, string culprit, string expected)
    {
        string imagePath = _folder.Write("train-images-idx3-ubyte", images);
        string labelPath = _folder.Write("train-labels-idx1-ubyte", labels);
        string message = Failure("mnist", "train", SampleSelection.All);
        Assert.StartsWith((culprit == "images" ? imagePath : labelPath) + ": ", message);
        Assert.Contains(expected, message);
        Assert.DoesNotContain('\n', message);
    }

    private void AssertCifar(byte[] content, string expected)
    {
        string path = _folder.Write("test_batch.bin", content);
        string message = Failure("cifar10", "test", SampleSelection.All);
        Assert.StartsWith(path + ": ", message);
        Assert.Contains(expected, message);
        Assert.DoesNotContain('\n', message);
    }
}
