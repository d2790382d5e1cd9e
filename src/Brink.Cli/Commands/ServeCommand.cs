using System.CommandLine;
using System.Security.Cryptography;
using Brink.Cli.CommandLine;
using Brink.Server;

namespace Brink.Cli.Commands;

/// <summary><c>brink serve</c>: shows the runs of a folder in a browser, while they train and after.</summary>
internal static class ServeCommand
{
    private const string Usual = "runs";

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var runs = new Argument<string>("runs")
        {
            Description = "Folder below which the runs lie, or a run folder (default runs, made where it is not there)",
            DefaultValueFactory = _ => Usual,
        };
        var port = new Option<int>("--port") { Description = "Port to listen on; 0 for any that is free", DefaultValueFactory = _ => ServerOptions.DefaultPort, HelpName = "n" };
        var host = new Option<string>("--host") { Description = "Address or name to listen on; any but a loopback one lets other machines in, and needs a token", DefaultValueFactory = _ => "localhost", HelpName = "address" };
        var token = new Option<string?>("--token") { Description = "Token that requests must bring; made where --host needs one and none is given", HelpName = "text" };
        var readOnly = new Option<bool>("--read-only") { Description = "Only show: nothing can be started, tagged or deleted" };
        var command = new DocumentedCommand(
            "serve",
            "Show runs in a browser: lists, curves and spectra, live while they train. Ctrl-C ends it; runs that were started from the page go on.",
            "brink serve",
            "brink serve runs --port 8080",
            "brink serve runs/a  # one run",
            "brink serve --read-only --host 0.0.0.0  # for others to look; the address that is printed holds the token",
            "ssh -L 5757:localhost:5757 machine  # then open http://localhost:5757/ here: safer than --host")
        { runs, port, host, token, readOnly };
        command.SetWork((parsed, cancellation) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            TextWriter error = parsed.InvocationConfiguration.Error;
            var options = new ServerOptions
            {
                Root = parsed.GetRequiredValue(runs),
                Port = parsed.GetValue(port),
                Host = parsed.GetRequiredValue(host),
                Token = parsed.GetValue(token),
                ReadOnly = parsed.GetValue(readOnly),
                Program = OwnProgram.Words(),
            };
            if (!options.IsLoopback && options.Token is null)
            {
                options = options with { Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) };
            }

            if (parsed.GetResult(runs) is null or { Implicit: true } && !options.ReadOnly)
            {
                // The first run is to be started from the page.
                Directory.CreateDirectory(Usual);
            }

            // Threads of the pool that have nothing to do look about for a while before they sleep, a quarter of what a watched run costs.
            // This holds only where none of them has begun yet.
            AppContext.SetData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit", 0);
            Serve(options, output, error, cancellation).GetAwaiter().GetResult();
            return 0;
        });
        return command;
    }

    private static async Task Serve(ServerOptions options, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        BrinkServer server = await BrinkServer.StartAsync(options, line => error.WriteLine($"brink: {line}"));
        await using (server)
        {
            await output.WriteLineAsync($"{options.Root} at {server.Address} (Ctrl-C ends this)");
            await output.FlushAsync(CancellationToken.None);
            TaskCompletionSource ended = new();
            await using (cancellation.Register(() => ended.TrySetResult()))
            {
                await ended.Task;
            }
        }
    }
}
