using System.CommandLine;
using Brink.Experiments.Sweeps;

namespace Brink.Cli.CommandLine;

/// <summary>
/// Ends a run with a checkpoint when standard input ends. A program that starts runs holds the other end: if it is killed,
/// the kernel closes that, which no signal handler of its own could do.
/// </summary>
internal sealed class InputWatch : IDisposable
{
    private readonly CancellationTokenSource _source;

    /// <summary>Begins to watch.</summary>
    /// <param name="wanted">Whether to watch at all.</param>
    /// <param name="cancellation">What else ends the run.</param>
    internal InputWatch(bool wanted, CancellationToken cancellation)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (wanted)
        {
            new Thread(Watch) { IsBackground = true, Name = "input watch" }.Start();
        }
    }

    /// <summary>Cancelled by either.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>The option.</summary>
    /// <returns>The option, for one command.</returns>
    internal static Option<bool> Option() => new(LocalExecutor.StopAtEndOfInput)
    {
        Description = "End with a checkpoint when standard input ends, as it does when the program that started this one is killed",
    };

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void Watch()
    {
        byte[] buffer = new byte[256];
        try
        {
            using Stream input = Console.OpenStandardInput();
            while (input.Read(buffer) > 0)
            {
                // What is said does not matter, only that there is someone.
            }
        }
        catch (IOException)
        {
            // Nobody there any more.
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run has ended.
        }
    }
}
