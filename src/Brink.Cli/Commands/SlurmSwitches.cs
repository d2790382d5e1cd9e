using System.CommandLine;
using Brink.Experiments.Sweeps.Slurm;

namespace Brink.Cli.Commands;

/// <summary>The options of <c>brink sweep</c> that only <c>--executor slurm</c> has; the sweep's file may give them as well.</summary>
internal sealed class SlurmSwitches
{
    /// <summary>The executor's name.</summary>
    internal const string Executor = "slurm";

    /// <summary>Named as the keys of the file.</summary>
    private readonly Option<string?>[] _one =
    [
        Text("--partition", "Slurm: the partition", "name"),
        Text("--time", "Slurm: most wall-clock time of a run, e.g. 4:00:00", "time"),
        Text("--cpus", "Slurm: processors of a run (default its threads)", "n"),
        Text("--gpus", "Slurm: GPUs of a run, e.g. 1 or a100:1 (default 1 where a run uses a GPU)", "gpus"),
        Text("--container", "Slurm: words that run a program in a container, e.g. 'apptainer exec --nv brink.sif'", "words"),
    ];

    private readonly Option<string[]> _modules = new("--module") { Description = "Slurm: an environment module to load; may be given again", HelpName = "name" };
    private readonly Option<string[]> _sbatch = new("--sbatch") { Description = "Slurm: a further option of sbatch, e.g. --sbatch=--account=physics; may be given again", HelpName = "option" };
    private readonly Option<bool> _cancel = new("--cancel") { Description = "Slurm: cancel what the sweep has in the queue; runs at work write their checkpoints" };

    private IEnumerable<Option> All => [.. _one, _modules, _sbatch, _cancel];

    /// <summary>Gives them to a command.</summary>
    internal void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether the runs are Slurm's to carry out.</summary>
    /// <exception cref="BrinkException">They are not, and one of these options is given.</exception>
    internal bool AreMeant(ParseResult parsed, Option<string> executor)
    {
        bool slurm = parsed.GetValue(executor) == Executor;
        return slurm || All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is not { } idle
            ? slurm : throw new BrinkException($"{idle.Name} is an option of --executor slurm, which is not given");
    }

    /// <summary>Cancels where that is asked for.</summary>
    /// <returns>Whether it was.</returns>
    internal bool CancelIn(ParseResult parsed, string place, TextWriter output)
    {
        if (!parsed.GetValue(_cancel))
        {
            return false;
        }

        (IReadOnlyList<string> jobs, int tasks) = SlurmSweep.Cancel(place);
        output.WriteLine(jobs.Count == 0 ? $"{place} has nothing in Slurm's queue"
            : $"cancelled {tasks} {(tasks == 1 ? "run" : "runs")} of Slurm's {(jobs.Count == 1 ? "job" : "jobs")} {string.Join(", ", jobs)}; those at work write their checkpoints");
        return true;
    }

    /// <summary>What is asked of Slurm: by the file, and by the command line before it.</summary>
    /// <exception cref="BrinkException">A value is not legal.</exception>
    internal SlurmSweepOptions Read(ParseResult parsed, SlurmOptions file, int? jobs, int retries, string? memory)
    {
        SweepCommand.RequireCounts(jobs, retries);
        SlurmOptions given = new();
        foreach (Option<string?> option in _one)
        {
            given = parsed.GetValue(option) is { } value ? given.With(option.Name[2..], [value], option.Name) : given;
        }

        given = memory is null ? given : given.With("memory", [memory], "--memory");
        given = given.With("modules", parsed.GetValue(_modules) ?? [], _modules.Name).With("sbatch", parsed.GetValue(_sbatch) ?? [], _sbatch.Name);
        return new SlurmSweepOptions(file.With(given), jobs, retries);
    }

    /// <summary>Runs that wait in a queue would be carried out here and there.</summary>
    /// <exception cref="BrinkException">There are some.</exception>
    internal static void RefuseWhileQueued(string place, string again)
    {
        IReadOnlyList<string> tasks;
        try
        {
            tasks = SlurmSweep.ActiveTasks(place);
        }
        catch (BrinkException)
        {
            return; // The folder may have been brought here from its cluster; the runs' locks stand in any case.
        }

        if (tasks.Count > 0)
        {
            throw new BrinkException($"Slurm still has {tasks.Count} {(tasks.Count == 1 ? "run" : "runs")} of {place}, e.g. {tasks[0]}; follow them with '{again} --executor slurm', or cancel them with --cancel beside it");
        }
    }

    private static Option<string?> Text(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help };
}
