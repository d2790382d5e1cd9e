using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Brink.Server.Theory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Brink.Server;

/// <summary>The web server of <c>brink serve</c>: the viewer's pages and the API they ask (docs/server.md).</summary>
public sealed class BrinkServer : IAsyncDisposable
{
    /// <summary>The largest body of a request, in bytes.</summary>
    internal const int LargestBody = 64 << 10;

    private readonly WebApplication _app;
    private readonly EventHub _hub;
    private readonly ServerOptions _options;

    private BrinkServer(WebApplication app, EventHub hub, ServerOptions options, MetricsCache cache)
    {
        _app = app;
        _hub = hub;
        _options = options;
        Cache = cache;
    }

    /// <summary>The address, e.g. <c>http://localhost:5757/</c>; with the token where there is one.</summary>
    public string Address => Url + (_options.Token is { } token ? $"?token={token}" : string.Empty);

    /// <summary>The address without the token.</summary>
    public string Url { get; private set; } = string.Empty;

    /// <summary>What is held of the runs' metrics.</summary>
    internal MetricsCache Cache { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="options">How it is to be.</param>
    /// <param name="report">Told of failures that are no request's fault, one line each.</param>
    /// <returns>The server, listening.</returns>
    /// <exception cref="BrinkException">An option is not right, the folder is not there, or the port is in use.</exception>
    public static async Task<BrinkServer> StartAsync(ServerOptions options, Action<string> report)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        options.Validate();
        RunRoot root = new(options.Root);
        RunIndex index = new(root);

        // The runs are read while the server is set up and the browser still loads the page: the list is there when it is asked for.
        Task firstScan = Task.Run(index.Scan);
        MetricsCache cache = new(options.CacheBytes);
        AccessRules rules = new(options.Host, options.Token);

        // An empty builder: no settings are taken from files or the environment of wherever it is started.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // Ctrl-C is the command line's
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton<IResponseCompressionProvider, AnswerCompression>();
        builder.Services.AddResponseCompression(compression =>
        {
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
            compression.MimeTypes = ["application/json"];
        });
        builder.Services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        builder.Services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        WebApplication app = builder.Build();
        EventHub hub = new(index);
        app.UseResponseCompression();
        app.UseAccess(rules, error => report($"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}"));
        app.UseRouting();
        Map(app, options, root, index, cache, hub);
        try
        {
            await app.StartAsync();
        }
        catch (Exception error)
        {
            hub.Dispose();
            await app.DisposeAsync();
            throw Explain(error, options);
        }

        _ = WarmUp.Begin(firstScan, index, hub.Closing);
        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        int port = new Uri(bound.Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        rules.CookieName = $"brink-{port}";
        return new BrinkServer(app, hub, options, cache) { Url = $"http://{NameInUrl(options.Host)}:{port}/" };
    }

    /// <summary>Ends the server: open pages are let go, runs that it started go on.</summary>
    public async ValueTask DisposeAsync()
    {
        _hub.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication app, ServerOptions options, RunRoot root, RunIndex index, MetricsCache cache, EventHub hub)
    {
        // One room a line.
        app.MapInfo(options, root);
        app.MapRuns(index, options.ReadOnly);
        app.MapCurves(index, cache);
        app.MapEvents(hub);
        app.MapSpecification();
        app.MapJobs(new RunStarter(options, root, hub), index);
        app.MapTheory();
        new ViewerFiles().Map(app);
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        kestrel.Limits.MaxRequestLineSize = 64 << 10; // many runs are compared by naming each
        kestrel.Limits.MaxConcurrentConnections = 512;
        if (options.Host == "localhost" && options.Port != 0)
        {
            kestrel.ListenLocalhost(options.Port);
        }
        else
        {
            kestrel.Listen(AddressOf(options.Host), options.Port);
        }
    }

    private static IPAddress AddressOf(string host)
    {
        if (host == "localhost")
        {
            return IPAddress.Loopback;
        }

        try
        {
            return IPAddress.TryParse(host, out IPAddress? address) ? address : Dns.GetHostAddresses(host) is [{ } first, ..] ? first : throw new SocketException();
        }
        catch (SocketException error)
        {
            throw new BrinkException($"--host {host} is no address or name of this machine", error);
        }
    }

    private static string NameInUrl(string host) =>
        !IPAddress.TryParse(host, out IPAddress? address) ? host
        : address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? Dns.GetHostName()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]" : host;

    private static Exception Explain(Exception error, ServerOptions options)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case BrinkException:
                    return cause;
                case AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return new BrinkException($"port {options.Port} is in use; choose another with --port, or --port 0 for any that is free", error);
                case SocketException { SocketErrorCode: SocketError.AddressNotAvailable }:
                    return new BrinkException($"--host {options.Host} is no address of this machine", error);
                case SocketException { SocketErrorCode: SocketError.AccessDenied }:
                    return new BrinkException($"port {options.Port} needs rights that this user lacks; choose one above 1023", error);
            }
        }

        return error;
    }

    /// <summary>The host's own would catch Ctrl-C beside the command line.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
