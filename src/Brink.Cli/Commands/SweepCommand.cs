using System.CommandLine;
using Brink.Cli.CommandLine;
using Brink.Cli.Diagnosis;
using Brink.Cli.Terminal;
using Brink.Experiments.Sweeps;
using Brink.Experiments.Sweeps.Slurm;

namespace Brink.Cli.Commands;

/// <summary><c>brink sweep</c>: the product of fields, each point a run of its own process.</summary>
internal static class SweepCommand
{
    private const string Threads = "threads";

    /// <summary>Share of the free memory that a sweep takes where it is not told.</summary>
    private const double MemoryShare = 0.8;

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var file = new Argument<string>("sweep") { Description = "YAML file: fields of a specification, each a value or a list of values; also name and except" };
        var folder = new Option<string?>("--out") { Description = "Folder of the sweep, with a run folder for each point (default runs/sweeps/<name>)", HelpName = "dir" };
        var jobs = new Option<int?>("--jobs", "-j") { Description = "Most runs at a time (default cores / threads of a run, 1 on a GPU; with Slurm what the cluster lets run)", HelpName = "n" };
        var threads = new Option<int?>("--threads") { Description = "CPU threads of each run, where the file does not say; part of the result's bits (default 1)", HelpName = "n" };
        var memory = new Option<string?>("--memory") { Description = "Memory for all runs together, e.g. 12GiB (default 80 % of what is free); with Slurm that of each run, e.g. 8G", HelpName = "size" };
        var retries = new Option<int>("--retries") { Description = "How often a run that was killed is resumed", DefaultValueFactory = _ => 2, HelpName = "n" };
        var executor = new Option<string>("--executor") { Description = "Where runs are carried out: local, as processes on this machine; slurm, as job arrays of a cluster", DefaultValueFactory = _ => "local" };
        executor.AcceptOnlyFromAmong("local", SlurmSwitches.Executor);
        SlurmSwitches slurm = new();
        var list = new Option<bool>("--dry-run", "--list") { Description = "Show the points and how they stand; run nothing" };
        var force = new Option<bool>("--force") { Description = "Replace runs in the folder that are not those of the sweep" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Show only what went wrong, and the table" };
        Option<bool> json = JsonText.Option();
        var command = new DocumentedCommand(
            "sweep",
            "Run every combination of values, several runs at a time, and end with a table and a report, index.html in the folder. What is done is skipped, what was interrupted is resumed: after Ctrl-C or a kill the same command goes on.",
            "brink sweep sweep.yaml --dry-run",
            "brink sweep sweep.yaml --jobs 4",
            "brink sweep sweep.yaml --out runs/large-steps --memory 12GiB",
            "brink runs compare runs/sweeps/sweep --sort final_loss",
            "brink report runs/sweeps/sweep --out sweep.html --pdf",
            "brink sweep sweep.yaml --executor slurm --partition main --time 4:00:00",
            "brink sweep sweep.yaml --executor slurm --cancel")
        { file, folder, jobs, threads, memory, retries, executor, list, force, quiet, json };
        slurm.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            SweepPlan plan = PlanOf(path, parsed.GetValue(threads));
            string place = parsed.GetValue(folder) ?? Path.Combine("runs", "sweeps", plan.File.Name);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(list))
            {
                SweepReport.List(plan, SweepFolder.Look(place, plan), place, output, parsed.GetValue(json));
                return 0;
            }

            TextWriter talk = parsed.GetValue(json) ? parsed.InvocationConfiguration.Error : output;
            string again = Again(path, parsed.GetValue(folder), parsed.GetValue(threads));
            if (slurm.AreMeant(parsed, executor))
            {
                return slurm.CancelIn(parsed, place, talk) ? 0 : OnSlurm(plan, place, slurm.Read(
                    parsed, plan.File.Slurm, parsed.GetValue(jobs), parsed.GetValue(retries), parsed.GetValue(memory)), again);
            }

            SlurmSwitches.RefuseWhileQueued(place, again);
            SweepPoolOptions options = OptionsOf(plan, parsed.GetValue(jobs), parsed.GetValue(retries), parsed.GetValue(memory));
            using var sweep = SweepFolder.Open(place, plan, parsed.GetValue(force));
            if (!parsed.GetValue(quiet))
            {
                SweepReport.Begin(plan, sweep, options, talk);
            }

            bool done = new SweepPool(sweep, new LocalExecutor(OwnProgram.Words()), options, SweepBoard.For(talk, parsed.GetValue(quiet), plan.File.Name)).Run(cancellation);
            SweepReport.End(plan, sweep, output, parsed.GetValue(json));
            if (cancellation.IsCancellationRequested && !done)
            {
                talk.WriteLine($"interrupted: {sweep.Runs.Count(run => run.IsDone)} of {sweep.Runs.Count} runs are done; go on with '{again}'");
                return BrinkCommandLine.Interrupted;
            }

            return done ? 0 : throw NotDone(sweep);

            int OnSlurm(SweepPlan plan, string place, SlurmSweepOptions options, string again)
            {
                using var folder = SweepFolder.Open(place, plan, parsed.GetValue(force));
                if (!parsed.GetValue(quiet))
                {
                    SweepReport.Begin(plan, folder, options, talk);
                }

                SlurmSweep queue = new(folder, OwnProgram.Words(), options, SweepBoard.For(talk, parsed.GetValue(quiet), plan.File.Name));
                bool all = queue.Run(cancellation);
                if (cancellation.IsCancellationRequested && !all)
                {
                    talk.WriteLine($"no longer followed: {folder.Runs.Count(run => run.IsDone)} of {folder.Runs.Count} runs are done, {queue.Queued} go on as Slurm's {(queue.Jobs.Count == 1 ? "job" : "jobs")} {string.Join(", ", queue.Jobs)}; "
                        + $"follow them with '{again} --executor slurm', or cancel them with '{again} --executor slurm --cancel'");
                    return BrinkCommandLine.Interrupted;
                }

                SweepReport.End(plan, folder, output, parsed.GetValue(json));
                return all ? 0 : throw NotDone(folder);
            }
        });
        return command;
    }

    /// <summary>The command that goes on with a sweep.</summary>
    private static string Again(string path, string? folder, int? threads) => string.Concat(
        $"brink sweep {path}",
        folder is { } given ? $" --out {given}" : string.Empty,
        threads is { } number ? $" --threads {number}" : string.Empty);

    private static SweepPlan PlanOf(string path, int? threads)
    {
        SweepFile file = SweepFile.Read(path);
        if (threads is { } number || !file.Gives(Threads))
        {
            // One where nothing is said, whatever the machine: the number is part of a result's bits.
            file = file.With(Threads, $"{threads ?? 1}", "--" + Threads);
        }

        return SweepPlan.Of(file);
    }

    private static SweepPoolOptions OptionsOf(SweepPlan plan, int? jobs, int retries, string? memory)
    {
        RequireCounts(jobs, retries);
        int threads = plan.Points.Max(point => point.Specification.Threads);
        bool gpu = plan.Points.Any(point => point.Specification.Device != "cpu");
        return new SweepPoolOptions(
            jobs ?? (gpu ? 1 : Math.Max(1, Environment.ProcessorCount / threads)),
            retries,
            memory is null ? (long)(MemoryShare * (MachineMemory.Available ?? MachineMemory.Total))
                : Machine.ReadBytes(memory) ?? throw new BrinkException($"--memory must be a size such as 12GiB or 800MiB, not '{memory}'"));
    }

    /// <summary>Refuses numbers that no executor takes.</summary>
    internal static void RequireCounts(int? jobs, int retries)
    {
        if (jobs is < 1)
        {
            throw new BrinkException($"--jobs is {jobs}; it must be at least 1");
        }

        if (retries < 0)
        {
            throw new BrinkException($"--retries is {retries}; it must be at least 0");
        }
    }

    private static BrinkException NotDone(SweepFolder sweep)
    {
        SweepRun[] open = [.. sweep.Runs.Where(run => !run.IsDone)];
        string more = open.Length == 1 ? string.Empty : $" (and {open.Length - 1} more)";
        return new BrinkException($"{open.Length} of {sweep.Runs.Count} runs are not done: {open[0].Name}{more}: {open[0].Reason ?? open[0].State.ToString().ToLowerInvariant()}; the same command tries them again");
    }
}
