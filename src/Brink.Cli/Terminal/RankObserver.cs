using Brink.Cli.Launching;
using Brink.Experiments;
using Brink.Methods;

namespace Brink.Cli.Terminal;

/// <summary>What ranks other than 0 show: nothing, but to <c>brink launch</c> the run folder, which it names should the run break off.</summary>
/// <param name="output">Standard output.</param>
internal sealed class RankObserver(TextWriter output) : IRunObserver
{
    /// <summary>Chooses how a rank shows its run.</summary>
    /// <param name="ranks">The ranks; null where this process is alone.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="quiet"><c>--quiet</c>.</param>
    /// <param name="title">What is trained, in a few words.</param>
    internal static IRunObserver For(RunRanks? ranks, TextWriter output, bool quiet, string title) =>
        ranks is { IsOwner: false } ? new RankObserver(output) : ProgressDisplay.For(output, quiet, title);

    /// <summary>Where a command writes what it found: nowhere on ranks other than 0.</summary>
    /// <param name="ranks">The ranks; null where this process is alone.</param>
    /// <param name="output">Where it would be written by a process alone.</param>
    internal static TextWriter OutputOf(RunRanks? ranks, TextWriter output) => ranks is { IsOwner: false } ? TextWriter.Null : output;

    /// <inheritdoc/>
    public void Started(string folder, long iteration, long iterations, double? flattestSharpness, StabilityThreshold? threshold = null)
    {
        if (Environment.GetEnvironmentVariable(RankProcesses.LauncherVariable) is not null)
        {
            output.WriteLine(RankProcesses.FolderMark + folder);
            output.Flush();
        }
    }

    /// <inheritdoc/>
    public void Recorded(MetricsLine line)
    {
    }

    /// <inheritdoc/>
    public void Note(string message)
    {
    }

    /// <inheritdoc/>
    public void Ended(RunStatus status, string? reason)
    {
    }
}
