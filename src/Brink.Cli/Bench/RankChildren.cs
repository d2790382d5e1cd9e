using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Brink.Cli.CommandLine;
using Brink.Cli.Launching;
using Brink.Experiments.Planning;

namespace Brink.Cli.Bench;

/// <summary>Ranks as processes of this program: to be asked by rank 0, or to be waited for while their memory is watched.</summary>
internal sealed class RankChildren : IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);
    private readonly Process[] _ranks;

    private RankChildren(Process[] ranks) => _ranks = ranks;

    /// <summary>Starts them.</summary>
    /// <param name="count">How many; 1 is a process alone.</param>
    /// <param name="words">The command line after <c>brink</c>.</param>
    internal static RankChildren Start(int count, params string[] words)
    {
        string[] program = OwnProgram.Words();
        int port = RankProcesses.FreePort();
        return new RankChildren([.. Enumerable.Range(0, count).Select(rank =>
        {
            var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. words])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            foreach ((string name, object value) in count == 1 ? [] : new (string, object)[]
            {
                ("RANK", rank), ("WORLD_SIZE", count), ("LOCAL_RANK", rank), ("LOCAL_WORLD_SIZE", count),
                ("MASTER_ADDR", IPAddress.Loopback), ("MASTER_PORT", port),
            })
            {
                start.Environment[name] = $"{value}";
            }

            return Process.Start(start)!;
        })]);
    }

    /// <summary>Asks rank 0 for an operation that all ranks do, and waits for it.</summary>
    /// <param name="operation">One of <see cref="RankWorker"/>.</param>
    internal RankAnswer Ask(string operation)
    {
        _ranks[0].StandardInput.WriteLine(operation);
        _ranks[0].StandardInput.Flush();
        string? line = _ranks[0].StandardOutput.ReadLine();
        return line is null
            ? throw new BrinkException("a rank of the bench ended before its work was done; its last words are above")
            : JsonSerializer.Deserialize<RankAnswer>(line)!;
    }

    /// <summary>Waits until all have ended.</summary>
    /// <returns>What rank 0 printed.</returns>
    /// <exception cref="BrinkException">One of them failed.</exception>
    internal string Wait()
    {
        string printed = _ranks[0].StandardOutput.ReadToEnd();
        WaitAndWatch();
        return printed;
    }

    /// <summary>Waits until all have ended.</summary>
    /// <returns>Resident bytes of the largest at its peak.</returns>
    /// <exception cref="BrinkException">One of them failed.</exception>
    internal long WaitAndWatch()
    {
        long peak = 0;
        foreach (Process rank in _ranks)
        {
            _ = rank.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None); // nobody reads what it says
        }

        while (Array.Exists(_ranks, rank => !rank.WaitForExit(s_poll)))
        {
            peak = _ranks.Where(rank => !rank.HasExited).Select(rank => ProcessMemory.Peak(rank.Id) ?? 0).Append(peak).Max();
        }

        return Array.TrueForAll(_ranks, rank => rank.ExitCode == 0) ? peak : throw new BrinkException("a run of the bench failed; its last words are above");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Process rank in _ranks)
        {
            if (!rank.HasExited)
            {
                rank.StandardInput.Close();
                if (!rank.WaitForExit(TimeSpan.FromSeconds(5)))
                {
                    rank.Kill();
                }
            }

            rank.Dispose();
        }
    }
}

/// <summary>What a rank of the bench answers.</summary>
/// <param name="Seconds">How long the operation took.</param>
/// <param name="StepSize">η of the step, where it was one.</param>
/// <param name="SummedBytes">Bytes of the tensors that were summed over ranks.</param>
internal sealed record RankAnswer(double Seconds, double StepSize, long SummedBytes);
