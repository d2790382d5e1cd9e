using System.Net;
using System.Net.Http.Headers;

namespace Brink.Data;

/// <summary>
/// Downloads a file over HTTP into <c>NAME.part</c> beside its destination, goes on from where an interrupted transfer
/// ended (HTTP Range), verifies the published checksum, and only then gives the file its name.
/// </summary>
internal sealed class ResumableDownload : IDisposable
{
    private const int MaximumFruitlessAttempts = 5;
    private readonly HttpClient _client;

    /// <summary>Sets the timeouts.</summary>
    /// <param name="connectTimeout">To reach a server; 10 s when omitted.</param>
    /// <param name="stallTimeout">Without a byte before the transfer is broken off and resumed; 30 s when omitted.</param>
    /// <param name="retryDelay">Before the first retry, doubled for each further one; 1 s when omitted.</param>
    public ResumableDownload(TimeSpan? connectTimeout = null, TimeSpan? stallTimeout = null, TimeSpan? retryDelay = null)
    {
        StallTimeout = stallTimeout ?? TimeSpan.FromSeconds(30);
        RetryDelay = retryDelay ?? TimeSpan.FromSeconds(1);
        // No automatic decompression: checksums and ranges are of the bytes as published.
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout ?? TimeSpan.FromSeconds(10),
            AutomaticDecompression = DecompressionMethods.None,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("brink", "0.1"));
    }

    private TimeSpan StallTimeout { get; }

    private TimeSpan RetryDelay { get; }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>Downloads one file.</summary>
    /// <param name="address">Where from.</param>
    /// <param name="destination">The final path; its folder exists.</param>
    /// <param name="checksum">What the whole file must have.</param>
    /// <param name="source">The mirror's name, for progress.</param>
    /// <param name="progress">Hears of every few hundred kilobytes, or <see langword="null"/>.</param>
    /// <param name="cancellation">Stops the transfer; the part stays for the next time.</param>
    /// <exception cref="MirrorException">Not reached, refused, broken off again and again, or of the wrong checksum.</exception>
    /// <exception cref="BrinkException">The file cannot be written here.</exception>
    public async Task FetchAsync(
        Uri address,
        string destination,
        Checksum checksum,
        string source,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        string name = Path.GetFileName(destination);
        bool resumed = false;
        bool reached = false;
        int fruitless = 0;
        await using FileStream part = OpenPart(destination + ".part");
        while (true)
        {
            long before = part.Length;
            resumed |= before > 0;
            try
            {
                await TransferRestAsync(address, part, new DownloadProgress(source, name, before, null), progress, cancellation)
                    .ConfigureAwait(false);
            }
            catch (Exception failure) when (IsTransient(failure, cancellation))
            {
                reached |= part.Length > before;
                fruitless = part.Length > before ? 0 : fruitless + 1;
                // A server that gave nothing yet is given up at once: the next mirror may be at hand.
                if (!reached || fruitless >= MaximumFruitlessAttempts)
                {
                    throw new MirrorException(Explain(failure), failure);
                }

                progress?.Report(new DownloadProgress(
                    source, name, part.Length, null, $"{name}: {Explain(failure)} after {part.Length} bytes; going on from there"));
                await Task.Delay(RetryDelay * (1 << fruitless), cancellation).ConfigureAwait(false);
                continue;
            }

            part.Position = 0;
            Checksum found = await checksum.OfAsync(part, cancellation).ConfigureAwait(false);
            if (found == checksum)
            {
                break;
            }

            part.SetLength(0);
            if (!resumed)
            {
                throw new MirrorException($"{name} has the wrong checksum: expected {checksum}, found {found.Hex}");
            }

            // The part may have been left by another file or by a fault: once, from the beginning.
            resumed = false;
            progress?.Report(new DownloadProgress(
                source, name, 0, null, $"{name}: the resumed download has the wrong checksum; starting it anew"));
        }

        part.Flush(flushToDisk: true);
        await part.DisposeAsync().ConfigureAwait(false);
        File.Move(destination + ".part", destination, overwrite: true);
    }

    private static FileStream OpenPart(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BrinkException($"{path}: cannot be written, or another process is downloading it: {failure.Message}", failure);
        }
    }

    private async Task TransferRestAsync(
        Uri address,
        FileStream part,
        DownloadProgress state,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(StallTimeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (part.Length > 0)
        {
            request.Headers.Range = new RangeHeaderValue(part.Length, null);
        }

        using HttpResponseMessage response = await _client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token)
            .ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // Nothing is left to send: the checksum decides whether the part is the whole.
            return;
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new MirrorException($"answers {(int)response.StatusCode} {response.ReasonPhrase} for {Path.GetFileName(address.AbsolutePath)}");
        }

        bool continues = response.StatusCode == HttpStatusCode.PartialContent
            && response.Content.Headers.ContentRange?.From == part.Length;
        if (!continues)
        {
            part.SetLength(0);
        }

        part.Position = part.Length;
        long? total = part.Length + response.Content.Headers.ContentLength;
        await using Stream body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        byte[] buffer = new byte[1 << 18];
        while (true)
        {
            progress?.Report(state with { Bytes = part.Length, Total = total });
            stall.CancelAfter(StallTimeout);
            int read = await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            try
            {
                await part.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                await part.FlushAsync(cancellation).ConfigureAwait(false);
            }
            catch (IOException failure)
            {
                throw new BrinkException($"{part.Name}: cannot be written: {failure.Message}", failure);
            }
        }
    }

    private static bool IsTransient(Exception failure, CancellationToken cancellation) => failure switch
    {
        OperationCanceledException => !cancellation.IsCancellationRequested,
        HttpRequestException or IOException => true,
        _ => false,
    };

    private static string Explain(Exception failure) => failure switch
    {
        OperationCanceledException => "no answer in time",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the name does not resolve",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "no connection",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "no secure connection",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "the connection broke off",
        HttpIOException => "the connection broke off",
        _ => failure.Message,
    };
}
