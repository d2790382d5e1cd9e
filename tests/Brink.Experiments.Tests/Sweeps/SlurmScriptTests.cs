using System.Diagnostics;
using Brink.Experiments.Sweeps;
using Brink.Experiments.Sweeps.Slurm;

namespace Brink.Experiments.Tests.Sweeps;

/// <summary>What is handed to <c>sbatch</c>, and what <c>squeue</c> says.</summary>
public sealed class SlurmScriptTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("brink slurm's-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_options_of_file_and_command_line_are_lines_for_sbatch()
    {
        SlurmOptions file = SweepFile.Parse(
            """
            eta: 0.1
            slurm:
              partition: cpu
              time: 1-12
              modules: [gcc/12, cuda/12.4]
              container: apptainer exec --nv brink.sif
              sbatch: --account=physics
            """, "s.yaml").Slurm;
        SlurmOptions options = file.With(new SlurmOptions { Partition = "gpu", Cpus = 4, Gpus = "a100:2", Sbatch = ["--qos=long"] });
        string[] lines = Script(options, threads: 2, gpu: true, atATime: 3, after: "17").Split('\n');
        Assert.Equal("#!/bin/bash -l", lines[0]);
        Assert.Equal(
            [
                "--job-name=brink-s-1", "--array=0-1%3", $"--output=\"{_root}/100%%/%A_%a.log\"", $"--chdir=\"{Environment.CurrentDirectory}\"", "--requeue", "--open-mode=append",
                "--ntasks=1", "--cpus-per-task=4", "--partition=gpu", "--time=1-12", "--gres=gpu:a100:2", "--dependency=afterany:17", "--account=physics", "--qos=long",
            ],
            lines.Where(line => line.StartsWith("#SBATCH ", StringComparison.Ordinal)).Select(line => line["#SBATCH ".Length..]));
        Assert.Equal(["module load gcc/12", "module load cuda/12.4"], lines.Where(line => line.StartsWith("module", StringComparison.Ordinal)));
        Assert.Contains("  exec apptainer exec --nv brink.sif 'printf' '[%s]' resume \"$folder\" --quiet", lines);
        Assert.Contains("#SBATCH --gres=gpu:1", Script(new SlurmOptions(), 1, gpu: true, null, null), StringComparison.Ordinal);
        Assert.DoesNotContain("gres", Script(new SlurmOptions(), 1, gpu: false, null, null), StringComparison.Ordinal);
    }

    [Fact]
    public void An_element_trains_its_run_or_resumes_what_there_is()
    {
        File.WriteAllText(Path.Combine(_root, "script"), Script(new SlurmOptions(), 1, false, null, null));
        File.WriteAllText(Path.Combine(_root, "1.runs"), "eta-0.1\neta-0.2,b\n");
        Assert.Equal($"[train][{_root}/points/eta-0.2,b.yaml][--out][{_root}/eta-0.2,b][--force][--quiet]", Element(1));
        Assert.Equal($"[train][{_root}/points/eta-0.1.yaml][--out][{_root}/eta-0.1][--force][--quiet]", Element(0));
        Directory.CreateDirectory(Path.Combine(_root, "eta-0.1"));
        File.WriteAllText(Path.Combine(_root, "eta-0.1", "spec.json"), "{}");
        Assert.Equal($"[resume][{_root}/eta-0.1][--quiet]", Element(0));
    }

    /// <summary>Lines as squeue of Slurm 22.05 printed them, and a pair of numbers for the exit code.</summary>
    [Theory]
    [InlineData("PENDING", "0", 0, false, true)]
    [InlineData("RUNNING", "0", 0, false, false)]
    [InlineData("COMPLETING", "0", 0, false, false)]
    [InlineData("CANCELLED", "15", 143, true, false)]
    [InlineData("FAILED", "768", 3, true, false)]
    [InlineData("FAILED", "33280", 130, true, false)]
    [InlineData("FAILED", "9", 137, true, false)]
    [InlineData("FAILED", "3:0", 3, true, false)]
    [InlineData("OUT_OF_MEMORY", "0:125", 253, true, false)]
    public void The_queue_is_read(string state, string status, int code, bool over, bool waits)
    {
        string line = $"{"41",-24}{"7",-24}{state,-24}{status,-16}{"(NonZeroExitCode)",-64}{"brink-s-1",-200}\n";
        SlurmTask task = Assert.Single(SlurmTask.Parse(line));
        Assert.Equal(new SlurmTask("41", "7", state, code, "(NonZeroExitCode)", "brink-s-1"), task);
        Assert.Equal(("41_7", over, waits), (task.Id, task.IsOver, task.Waits));
    }

    private string Script(SlurmOptions options, int threads, bool gpu, int? atATime, string? after) => SlurmScript.Of(
        "brink-s-1", 2, atATime, after, Path.Combine(_root, "1.runs"), Path.Combine(_root, "100%"), _root, threads, gpu, ["printf", "[%s]"], options);

    private string Element(int index)
    {
        ProcessStartInfo start = new("bash", [Path.Combine(_root, "script")]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["SLURM_ARRAY_TASK_ID"] = $"{index}";
        using Process bash = Process.Start(start)!;
        string output = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
        return output;
    }
}
