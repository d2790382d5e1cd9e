using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Brink.Experiments.Sweeps;

namespace Brink.Cli.Launching;

/// <summary>The processes of a run's ranks on this machine: started together, ended together.</summary>
internal sealed class RankProcesses : IDisposable
{
    /// <summary>Set for ranks that <c>brink launch</c> started.</summary>
    internal const string LauncherVariable = "BRINK_LAUNCHER";

    /// <summary>What stands before the run folder in the line by which a rank names it.</summary>
    internal const string FolderMark = "brink-run-folder ";

    /// <summary>After the first rank failed, how long the others have to notice it and end by themselves.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    private readonly Process[] _ranks;
    private readonly string?[] _messages;
    private readonly Task[] _ended;

    private RankProcesses(int count)
    {
        _ranks = new Process[count];
        _messages = new string?[count];
        _ended = new Task[count];
    }

    /// <summary>The run folder, as soon as a rank has named it.</summary>
    internal string? Folder { get; private set; }

    /// <summary>Starts the ranks. Rank 0 has the terminal; what the others say is kept for the case that one fails.</summary>
    /// <param name="program">The program, and what stands before the command.</param>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="ranks">How many.</param>
    /// <param name="port">The port at which rank 0 listens.</param>
    /// <exception cref="BrinkException">The program cannot be started.</exception>
    internal static RankProcesses Start(IReadOnlyList<string> program, IReadOnlyList<string> command, int ranks, int port)
    {
        var started = new RankProcesses(ranks);
        try
        {
            for (int rank = 0; rank < ranks; rank++)
            {
                started.Spawn(program, command, rank, port);
            }

            return started;
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    /// <summary>A port of this machine that nobody uses at the moment.</summary>
    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Whether nobody listens at a port of this machine.</summary>
    /// <param name="port">The port.</param>
    internal static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Any, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Waits until all ranks have ended; when one fails, the others are given a moment and then killed.</summary>
    /// <param name="cancellation">Asks the ranks to stop after a checkpoint.</param>
    /// <returns>The rank that failed first, its exit code and its last words; rank −1 and code 0 where none did.</returns>
    internal (int Rank, int Code, string? Message) Wait(CancellationToken cancellation)
    {
        using CancellationTokenRegistration stop = cancellation.Register(Stop);
        List<int> running = [.. Enumerable.Range(0, _ranks.Length)];
        List<int> failed = [];
        DateTime? deadline = null;
        while (running.Count > 0)
        {
            Task[] waiting = [.. running.Select(rank => _ended[rank])];
            TimeSpan left = deadline is { } end ? end - DateTime.UtcNow : Timeout.InfiniteTimeSpan;
            if (deadline is not null && left <= TimeSpan.Zero)
            {
                running.ForEach(rank => Kill(_ranks[rank]));
                left = Timeout.InfiniteTimeSpan;
            }

            _ = Task.WaitAny(waiting, left);
            int[] over = [.. running.Where(rank => _ended[rank].IsCompleted).OrderBy(rank => ExitTime(_ranks[rank]))];
            running.RemoveAll(over.Contains);
            failed.AddRange(over.Where(rank => _ranks[rank].ExitCode != 0));
            if (failed.Count > 0 && _ranks[failed[0]].ExitCode != CommandLine.BrinkCommandLine.Interrupted)
            {
                deadline ??= DateTime.UtcNow + s_grace;
            }
        }

        return failed.Count == 0 ? (-1, 0, null) : First(failed);
    }

    /// <summary>Asks all ranks to stop after a checkpoint: their input ends, as it does when this process is killed.</summary>
    internal void Stop()
    {
        foreach (Process rank in _ranks)
        {
            try
            {
                rank.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has ended.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Process? rank in _ranks)
        {
            if (rank is not null)
            {
                Kill(rank);
                rank.Dispose();
            }
        }
    }

    /// <summary>
    /// The failure that the others follow from: a killed rank says nothing, the others that they lost one; so the first
    /// that was killed, else the first that has something of its own to say, else the first.
    /// </summary>
    private (int Rank, int Code, string? Message) First(List<int> failed)
    {
        int first = failed.Find(rank => _ranks[rank].ExitCode > 128 && _ranks[rank].ExitCode != CommandLine.BrinkCommandLine.Interrupted);
        if (first == 0 && _ranks[0].ExitCode <= 128)
        {
            first = failed.OrderBy(rank => _messages[rank] is null ? 2 : IsLoss(_messages[rank]!) ? 1 : 0).First();
        }

        return (first, _ranks[first].ExitCode, _messages[first]);
    }

    private static bool IsLoss(string message) => message.Contains("lost another rank", StringComparison.Ordinal);

    private static DateTime ExitTime(Process process)
    {
        try
        {
            return process.ExitTime;
        }
        catch (InvalidOperationException)
        {
            return DateTime.MaxValue;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private void Spawn(IReadOnlyList<string> program, IReadOnlyList<string> command, int rank, int port)
    {
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. command, LocalExecutor.StopAtEndOfInput])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = rank > 0,
            RedirectStandardError = true,
        };
        foreach ((string name, object value) in new (string, object)[]
        {
            ("RANK", rank), ("WORLD_SIZE", _ranks.Length), ("LOCAL_RANK", rank), ("LOCAL_WORLD_SIZE", _ranks.Length),
            ("MASTER_ADDR", IPAddress.Loopback), ("MASTER_PORT", port), (LauncherVariable, Environment.ProcessId),
        })
        {
            start.Environment[name] = $"{value}";
        }

        try
        {
            _ranks[rank] = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new BrinkException($"cannot start {program[0]}: {error.Message}", error);
        }

        _ranks[rank].ErrorDataReceived += (_, line) => _messages[rank] = string.IsNullOrWhiteSpace(line.Data) ? _messages[rank] : line.Data;
        _ranks[rank].BeginErrorReadLine();
        if (rank > 0)
        {
            _ranks[rank].OutputDataReceived += (_, line) => Hear(line.Data);
            _ranks[rank].BeginOutputReadLine();
        }

        _ended[rank] = _ranks[rank].WaitForExitAsync(CancellationToken.None);
    }

    private void Hear(string? line)
    {
        if (line is not null && line.StartsWith(FolderMark))
        {
            Folder = line[FolderMark.Length..];
        }
    }
}
