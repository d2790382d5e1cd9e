using System.IO.Compression;
using Brink.Data;

namespace Brink.Tests.Data;

/// <summary>CIFAR-100 and EMNIST letters: sets of whose single files no checksum is published.</summary>
public sealed class ArchivedSetTests : IDisposable
{
    private static readonly string[] s_parts = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "test-images-idx3-ubyte", "test-labels-idx1-ubyte"];
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _root = new();

    public void Dispose()
    {
        _folder.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void Cifar100_gives_the_fine_label_and_its_name_plain_and_from_the_archive()
    {
        byte[] records = Cifar100(200);
        string names = string.Concat(Enumerable.Range(0, 100).Select(k => $"name{k}\n"));
        _folder.Write("cifar-100-binary/test.bin", records);
        _folder.Write("cifar-100-binary/fine_label_names.txt", System.Text.Encoding.ASCII.GetBytes(names));
        string archive = _folder.Write("archive/cifar-100-binary.tar.gz", Fixtures.TarGzip(("cifar-100-binary/test.bin", records)));
        var store = new DataStore(_root.Path);
        foreach (string from in new[] { _folder.Path, archive })
        {
            ImageSet set = store.Load("cifar100", "test", SampleSelection.All, from);
            Assert.Equal((200, 100), (set.Count, set.Classes));
            Assert.Equal(Enumerable.Range(0, 200).Select(n => n % 100), set.Labels);
            Assert.True(set.PixelsOf(199).SequenceEqual(records.AsSpan((199 * 3074) + 2, 3072)));
        }

        Assert.Equal("name99", store.Load("cifar100", "test", SampleSelection.All, _folder.Path).ClassNames![99]);
        ImageSet two = store.Load("cifar100", "test", Fixtures.Drawn(4), _folder.Path, [97, 3]);
        Assert.Equal([1, 0, 1, 0], two.Labels);
        ImageSet drawn = store.Load("cifar100", "test", Fixtures.Drawn(100), _folder.Path);
        Assert.Equal(100, drawn.Labels.Distinct().Count());
    }

    [Fact]
    public void Emnist_letters_are_read_from_the_zip_as_stored_with_labels_from_one_as_classes_from_zero()
    {
        byte[] images = Fixtures.IdxImages(52);
        byte[] labels = Fixtures.IdxLabels([.. Enumerable.Range(0, 52).Select(n => (byte)((n % 26) + 1))]);
        string zip = _folder.Write("gzip.zip", Zip(images, labels));
        foreach (string from in new[] { _folder.Path, zip })
        {
            ImageSet set = new DataStore(_root.Path).Load("emnist-letters", "test", SampleSelection.All, from);
            Assert.Equal(26, set.Classes);
            Assert.Equal(Enumerable.Range(0, 52).Select(n => n % 26), set.Labels);
            Assert.True(set.Pixels.SequenceEqual(images.AsSpan(16)));
            Assert.Equal("Z", set.ClassNames![set.Labels[25]]);
        }

        _folder.Write("emnist-letters-test-images-idx3-ubyte", Fixtures.IdxImages(1));
        _folder.Write("emnist-letters-test-labels-idx1-ubyte", Fixtures.IdxLabels(0));
        Assert.Contains("expected labels from 1 to 26, found 0 at sample 0", Failure("emnist-letters", _folder.Path));
        _folder.Write("emnist-letters-test-labels-idx1-ubyte", Fixtures.IdxLabels(27));
        Assert.Contains("expected labels from 1 to 26, found 27 at sample 0", Failure("emnist-letters", _folder.Path));
    }

    [Fact]
    public void Archives_cut_at_every_seventh_byte_are_refused_in_one_line()
    {
        byte[] zip = Zip(Fixtures.IdxImages(1), Fixtures.IdxLabels(1));
        for (int length = 0; length < zip.Length; length += 7)
        {
            Refused("emnist-letters", _folder.Write("gzip.zip", zip[..length]));
        }

        byte[] tar = Fixtures.TarGzip(("cifar-100-binary/test.bin", Cifar100(1)));

        // The last eight bytes are gzip's own checksum and length, up to four before them its sign that no more follows: without
        // them the tar file inside is still whole.
        for (int length = 0; length < tar.Length - 12; length += 7)
        {
            Refused("cifar100", _folder.Write("cifar-100-binary.tar.gz", tar[..length]));
        }
    }

    [Fact]
    public void A_tar_file_that_stops_after_a_whole_member_is_refused()
    {
        byte[] whole = Unpacked(Fixtures.TarGzip(("cifar-100-binary/test.bin", Cifar100(1))));
        for (int missing = 1; missing <= 1024; missing += 93)
        {
            Refused("cifar100", _folder.Write("cifar-100-binary.tar.gz", Fixtures.Gzip(whole[..^missing])));
        }

        _folder.Write("cifar-100-binary.tar.gz", Fixtures.Gzip(whole));
        Assert.Equal(1, new DataStore(_root.Path).Load("cifar100", "test", SampleSelection.All, _folder.Path).Count);
    }

    [Fact]
    public async Task A_file_without_a_published_checksum_is_remembered_when_taken_and_a_later_change_is_seen()
    {
        byte[] whole = Cifar100(10_000);
        _folder.Write("test.bin", whole);
        _folder.Write("train.bin", Cifar100(50_000));
        var store = new DataStore(_root.Path);

        // A plain copy can only be taken at its word; this is said, not hidden.
        Assert.All(await store.VerifyAsync("cifar100", _folder.Path, TestContext.Current.CancellationToken), file => Assert.Contains("no checksum of it is published", file.Problem));
        var notices = new List<string>();
        DataSetState state = await store.GetAsync("cifar100", _folder.Path, new Listener(notices), TestContext.Current.CancellationToken);
        Assert.Equal(DataPresence.Verified, state.Presence);
        Assert.Contains(notices, notice => notice.Contains("no checksum of it is published; taken as it is", StringComparison.Ordinal));
        Assert.Equal(10_000, store.Load("cifar100", "test", SampleSelection.All).Count);

        string kept = Path.Combine(_root.Path, "cifar100", "test.bin");
        whole[12_345] ^= 1;
        File.WriteAllBytes(kept, whole);
        Assert.Contains($"{kept}: corrupt: expected SHA256 ", Assert.Throws<BrinkException>(() => store.Load("cifar100", "test", SampleSelection.All)).Message);
        Assert.Equal(DataPresence.Present, store.State("cifar100").Presence);
        Assert.Contains(await store.VerifyAsync("cifar100", null, TestContext.Current.CancellationToken), file => file.Problem?.Contains("corrupt", StringComparison.Ordinal) == true);
        Assert.Contains(await store.VerifyAsync("cifar100", null, TestContext.Current.CancellationToken), file => file.Problem?.Contains("corrupt", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void An_archive_with_a_file_of_the_official_length_must_be_the_official_archive()
    {
        string archive = _folder.Write("cifar-100-binary.tar.gz", Fixtures.TarGzip(("cifar-100-binary/test.bin", Cifar100(10_000))));
        Assert.Contains($"{archive}: corrupt: expected MD5 03b5dce01913d631647c71ecec9e9cb8", Failure("cifar100", archive));
    }

    private static byte[] Cifar100(int count)
    {
        byte[] file = new byte[count * 3074];
        new Random(count).NextBytes(file);
        for (int n = 0; n < count; n++)
        {
            // The coarse label is of no account, even where it is none.
            file[(n * 3074) + 1] = (byte)(n % 100);
        }

        return file;
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        gzip.CopyTo(whole);
        return whole.ToArray();
    }

    private static byte[] Zip(byte[] images, byte[] labels)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("gzip/");
            foreach (string part in s_parts)
            {
                using Stream entry = zip.CreateEntry($"gzip/emnist-letters-{part}.gz").Open();
                entry.Write(Fixtures.Gzip(part.Contains("images", StringComparison.Ordinal) ? images : labels));
            }
        }

        return packed.ToArray();
    }

    private static void Refused(string name, string from)
    {
        string message = Failure(name, from);
        Assert.StartsWith(from, message);
        Assert.DoesNotContain('\n', message);
    }

    private static string Failure(string name, string from) => Assert.Throws<BrinkException>(
        () => new DataStore(Path.Combine(Path.GetTempPath(), "brink-no-data")).Load(name, "test", SampleSelection.All, from)).Message;

    private sealed class Listener(List<string> notices) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.Notice is { } notice)
            {
                notices.Add(notice);
            }
        }
    }
}
