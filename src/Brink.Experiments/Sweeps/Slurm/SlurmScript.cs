using System.Text;

namespace Brink.Experiments.Sweeps.Slurm;

/// <summary>The batch script of an array. Element k carries out the run that line k + 1 of a list names.</summary>
internal static class SlurmScript
{
    /// <summary>Writes one.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="runs">How many runs the list has.</param>
    /// <param name="atATime">Most at a time; null for as many as the cluster lets run.</param>
    /// <param name="after">The job whose end is waited for; null for none.</param>
    /// <param name="list">The file that names the runs.</param>
    /// <param name="logs">Folder of what the elements write.</param>
    /// <param name="sweep">The sweep's folder.</param>
    /// <param name="threads">Threads of a run.</param>
    /// <param name="gpu">Whether a run uses a GPU.</param>
    /// <param name="program">The program and the arguments that stand before <c>train</c>.</param>
    /// <param name="options">What is asked of Slurm.</param>
    internal static string Of(
        string name, int runs, int? atATime, string? after, string list, string logs, string sweep, int threads, bool gpu,
        IReadOnlyList<string> program, SlurmOptions options)
    {
        // Modules are a matter of login shells on many clusters.
        StringBuilder text = new(options.Modules.Count > 0 ? "#!/bin/bash -l\n" : "#!/bin/bash\n");
        Line("--job-name=" + name);
        Line($"--array=0-{runs - 1}{(atATime is { } most ? $"%{most}" : string.Empty)}");
        Line($"--output=\"{Path.GetFullPath(logs).Replace("%", "%%", StringComparison.Ordinal)}/%A_%a.log\"");
        Line($"--chdir=\"{Environment.CurrentDirectory}\"");

        // A run that is put back into the queue goes on from its checkpoint, and its log after what it said before.
        Line("--requeue");
        Line("--open-mode=append");
        Line("--ntasks=1");
        Line($"--cpus-per-task={options.Cpus ?? threads}");
        Given("--partition=", options.Partition);
        Given("--time=", options.Time);
        Given("--mem=", options.Memory);
        Given("--gres=gpu:", options.Gpus ?? (gpu ? "1" : null));
        Given("--dependency=afterany:", after);
        foreach (string extra in options.Sbatch)
        {
            Line(extra);
        }

        text.Append("\nset -e\n");
        foreach (string module in options.Modules)
        {
            text.Append("module load ").Append(module).Append('\n');
        }

        string words = string.Join(' ', (string[])[.. options.Container is { } container ? [container] : Array.Empty<string>(), .. program.Select(Quoted)]);

        // Decided where and when it starts: an element that was put back into the queue finds its own checkpoint. exec, so that
        // Slurm's signals reach the run.
        text.Append($$"""
            run=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" {{Quoted(Path.GetFullPath(list))}})
            folder={{Quoted(sweep)}}/$run
            if [[ -e $folder/spec.json ]]; then
              exec {{words}} resume "$folder" --quiet
            else
              exec {{words}} train {{Quoted(SweepFiles.Points(sweep))}}/"$run".yaml --out "$folder" --force --quiet
            fi

            """);
        return text.ToString();

        void Line(string option) => text.Append("#SBATCH ").Append(option).Append('\n');

        void Given(string option, string? value)
        {
            if (value is not null)
            {
                Line(option + value);
            }
        }
    }

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
