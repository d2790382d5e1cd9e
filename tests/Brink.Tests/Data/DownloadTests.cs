using Brink.Data;

namespace Brink.Tests.Data;

public sealed class DownloadTests : IDisposable
{
    private static readonly byte[] s_content = Random(1_000_003);
    private readonly TemporaryFolder _folder = new();
    private readonly LoopbackServer _server = new();
    private readonly ResumableDownload _download =
        new(stallTimeout: TimeSpan.FromSeconds(1), retryDelay: TimeSpan.FromMilliseconds(5));

    public DownloadTests() => _server.Add("file.bin", s_content);

    public void Dispose()
    {
        _download.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_transfer_that_breaks_off_again_and_again_is_resumed_and_equals_the_whole()
    {
        _server.BreakAfter.Enqueue(300_000);
        _server.BreakAfter.Enqueue(1);
        _server.BreakAfter.Enqueue(500_000);
        var heard = new Recorder();

        await FetchAsync(progress: heard);

        Assert.Equal(s_content, await File.ReadAllBytesAsync(_folder["file.bin"], TestContext.Current.CancellationToken));
        Assert.False(File.Exists(_folder["file.bin.part"]));
        Assert.Equal([0L, 300_000, 300_001, 800_001], _server.Requests.Select(request => request.From));
        Assert.Equal(3, heard.Reports.Count(report => report.Notice is not null));
        DownloadProgress last = heard.Reports[^1];
        Assert.Equal((1_000_003L, 1_000_003L, "a mirror", "file.bin"), (last.Bytes, last.Total!.Value, last.Source, last.File));
    }

    [Fact]
    public async Task A_part_left_by_an_earlier_cancelled_download_is_gone_on_from()
    {
        _server.BreakAfter.Enqueue(400_000);
        _server.Stalls = true;
        using var cancellation = new CancellationTokenSource();
        var heard = new Recorder(report =>
        {
            if (report.Bytes == 400_000)
            {
                cancellation.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FetchAsync(progress: heard, cancellation: cancellation.Token));
        Assert.Equal(400_000, new FileInfo(_folder["file.bin.part"]).Length);

        await FetchAsync();

        Assert.Equal(s_content, await File.ReadAllBytesAsync(_folder["file.bin"], TestContext.Current.CancellationToken));
        Assert.Equal([0L, 400_000], _server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task A_stalled_transfer_is_broken_off_and_resumed()
    {
        _server.BreakAfter.Enqueue(123_456);
        _server.Stalls = true;
        await FetchAsync();
        Assert.Equal([0L, 123_456], _server.Requests.Select(request => request.From));
        Assert.Equal(s_content, await File.ReadAllBytesAsync(_folder["file.bin"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_sends_the_whole_again()
    {
        _server.HonoursRange = false;
        _folder.Write("file.bin.part", s_content[..5_000]);
        await FetchAsync();
        Assert.Equal(s_content, await File.ReadAllBytesAsync(_folder["file.bin"], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(2_000_000)]
    public async Task A_part_of_something_else_is_thrown_away_after_its_checksum(int length)
    {
        _folder.Write("file.bin.part", Random(length, seed: 2));
        await FetchAsync();
        Assert.Equal(s_content, await File.ReadAllBytesAsync(_folder["file.bin"], TestContext.Current.CancellationToken));
        Assert.Equal([length, 0L], _server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task A_whole_part_needs_no_byte_more()
    {
        _folder.Write("file.bin.part", s_content);
        await FetchAsync();
        Assert.Equal(s_content, await File.ReadAllBytesAsync(_folder["file.bin"], TestContext.Current.CancellationToken));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_file_that_is_whole_already_is_not_asked_for()
    {
        _folder.Write("file.bin", s_content);
        await FetchAsync();
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_wrong_checksum_is_refused_and_nothing_gets_the_final_name()
    {
        _server.Add("file.bin", Random(1_000, seed: 3));
        MirrorException failure = await Assert.ThrowsAsync<MirrorException>(() => FetchAsync());
        Assert.StartsWith($"file.bin has the wrong checksum: expected SHA256 {Fixtures.Sha256Of(s_content).Hex}, found ", failure.Message);
        Assert.False(File.Exists(_folder["file.bin"]));
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_lacks_the_file_is_given_up_at_once()
    {
        MirrorException missing = await Assert.ThrowsAsync<MirrorException>(() => FetchAsync("other.bin"));
        Assert.Equal("answers 404 Not Found for other.bin", missing.Message);

        var watch = System.Diagnostics.Stopwatch.StartNew();
        Uri address;
        using (var closed = new LoopbackServer())
        {
            address = closed.Address;
        }

        MirrorException gone = await Assert.ThrowsAsync<MirrorException>(() => FetchAsync(address: address));
        Assert.Equal("no connection", gone.Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Two_downloads_of_one_file_at_a_time_are_refused()
    {
        using FileStream other = new(_folder["file.bin.part"], FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        BrinkException failure = await Assert.ThrowsAsync<BrinkException>(() => FetchAsync());
        Assert.Contains("another process is downloading it", failure.Message);
    }

    private Task FetchAsync(
        string file = "file.bin",
        IProgress<DownloadProgress>? progress = null,
        CancellationToken? cancellation = null,
        Uri? address = null) =>
        _download.FetchAsync(
            new Uri(address ?? _server.Address, file),
            _folder[file],
            Fixtures.Sha256Of(s_content),
            "a mirror",
            progress,
            cancellation ?? TestContext.Current.CancellationToken);

    private static byte[] Random(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>Keeps every report in order (<see cref="Progress{T}"/> would post them to other threads).</summary>
internal sealed class Recorder(Action<DownloadProgress>? then = null) : IProgress<DownloadProgress>
{
    public List<DownloadProgress> Reports { get; } = [];

    public void Report(DownloadProgress value)
    {
        Reports.Add(value);
        then?.Invoke(value);
    }
}
