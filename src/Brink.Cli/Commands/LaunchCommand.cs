using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Launching;
using Brink.Objectives;

namespace Brink.Cli.Commands;

/// <summary><c>brink launch</c>: one run over several processes of this machine.</summary>
internal static class LaunchCommand
{
    private static readonly string[] s_commands = ["train", "resume", "flow", "measure", "spectrum", "gfs"];

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var ranks = new Option<int>("--ranks") { Description = "How many processes share the samples", Required = true, HelpName = "n" };
        var port = new Option<int?>("--port") { Description = "The port at which rank 0 listens; one that is free if not given", HelpName = "port" };
        var work = new Argument<string[]>("command") { Description = "After --: train, resume, flow, measure, spectrum or gfs, with its arguments", Arity = ArgumentArity.OneOrMore };
        var command = new DocumentedCommand(
            "launch",
            "Run one training, or one measurement, over several processes of this machine, which share the samples: every sum over samples is one sum over the processes more. On a cluster, start the same train under torchrun, srun or mpirun.",
            "brink launch --ranks 4 -- train --data cifar10 --network cnn --method nls --iterations 1000",
            "brink launch --ranks 2 -- resume runs/x",
            "brink launch --ranks 4 -- measure runs/x --top 10")
        { ranks, port, work };
        command.SetWork((parsed, cancellation) =>
        {
            int count = parsed.GetValue(ranks);
            string[] line = parsed.GetRequiredValue(work);
            if (count < 1)
            {
                throw new BrinkException($"--ranks is {count}; it must be at least 1");
            }

            if (!s_commands.Contains(line[0]))
            {
                throw new BrinkException($"'{line[0]}' is not done by ranks; launch {string.Join(", ", s_commands[..^1])} or {s_commands[^1]}, e.g. brink launch --ranks {count} -- train spec.yaml");
            }

            // A data set never holds more than it was asked for: what is too many already need not be started.
            if (line[0] == "train" && TrainCommand.Read(line[1..]) is { Model: null, Count: > 0 } specification)
            {
                SampleShare.Require(count, specification.Count);
            }

            return Launch(line, count, PortOf(parsed.GetValue(port)), cancellation);
        });
        return command;
    }

    private static int PortOf(int? wanted) => wanted switch
    {
        null => RankProcesses.FreePort(),
        < 1 or > ushort.MaxValue => throw new BrinkException($"--port is {wanted}; a port lies from 1 to {ushort.MaxValue}"),
        { } port when RankProcesses.IsFree(port) => port,
        _ => throw new BrinkException($"port {wanted} is in use; choose another --port, or leave it out"),
    };

    private static int Launch(string[] line, int count, int port, CancellationToken cancellation)
    {
        using RankProcesses processes = RankProcesses.Start(OwnProgram.Words(), line, count, port);
        (int rank, int code, string? message) = processes.Wait(cancellation);
        if (code == 0 || (code == BrinkCommandLine.Interrupted && message is null))
        {
            return code;
        }

        string goOn = processes.Folder is { } folder ? $"; continue with 'brink launch --ranks {count} -- resume {folder}'" : string.Empty;
        if (code > 128)
        {
            throw new BrinkException($"rank {rank} of {count} was killed by signal {code - 128}, so the others were stopped{goOn}");
        }

        // A rank's own line is whole already.
        string said = message?.StartsWith("brink: ") == true ? message["brink: ".Length..] : message ?? $"rank {rank} of {count} ended with exit code {code}{goOn}";
        throw new BrinkException(said)
        {
            IsTemporary = code == BrinkCommandLine.InUse,
            IsInterruption = code == BrinkCommandLine.Interrupted,
        };
    }
}
