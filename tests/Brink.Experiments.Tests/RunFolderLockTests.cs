using System.Diagnostics;

namespace Brink.Experiments.Tests;

/// <summary>One process at a time writes a run folder, and none writes over what it did not make.</summary>
public sealed class RunFolderLockTests : RunFolderFixture
{
    [Fact]
    public void A_folder_in_use_is_refused_with_the_process_that_holds_it()
    {
        using RunFolder run = Create();
        BrinkException error = Assert.Throws<BrinkException>(() => RunFolder.Open(Run));
        Assert.Equal(
            $"run folder {Run} is in use by process {Environment.ProcessId}; wait for it, or choose another folder", error.Message);
        Assert.Throws<BrinkException>(() => Create(force: true));
        Assert.True(RunRecord.IsInUse(Run));
    }

    [Fact]
    public void A_lock_ends_with_its_holder()
    {
        Create().Dispose();
        Assert.False(RunRecord.IsInUse(Run));
        using RunFolder again = RunFolder.Open(Run);
        Assert.Equal("nls", again.Specification.Method);
    }

    [Fact]
    public void A_process_killed_while_it_holds_the_folder_leaves_it_free()
    {
        Create().Dispose();
        using Process? holder = Flock(Folder["run/.lock"]);
        Assert.SkipWhen(holder is null, "the command flock is not installed");
        Assert.True(RunRecord.IsInUse(Run));
        Assert.Throws<BrinkException>(() => RunFolder.Open(Run));
        holder!.Kill(entireProcessTree: true);
        holder.WaitForExit();
        using RunFolder run = RunFolder.Open(Run);
        Assert.True(RunRecord.IsInUse(Run));
    }

    [Fact]
    public void A_run_is_not_overwritten_unless_that_is_asked_for_and_then_only_its_own_files()
    {
        using (RunFolder run = Create())
        {
            run.Append(new MetricsLine { Iteration = 0, Loss = 1, Seconds = 0 });
            run.SaveCheckpoint(0, [], new Dictionary<string, string>(StringComparer.Ordinal));
        }

        File.WriteAllText(Folder["run/notes.md"], "mine");
        BrinkException error = Assert.Throws<BrinkException>(() => Create());
        Assert.Contains("already holds a run; continue it with 'brink resume", error.Message, StringComparison.Ordinal);
        using RunFolder again = Create(force: true);
        Assert.Empty(again.ReadMetrics());
        Assert.Null(again.LoadCheckpoint(_ => { }));
        Assert.Equal("mine", File.ReadAllText(Folder["run/notes.md"]));
    }

    [Fact]
    public void A_folder_of_other_things_is_not_written_into()
    {
        Directory.CreateDirectory(Run);
        File.WriteAllText(Folder["run/thesis.tex"], "x");
        Assert.Contains("is not empty", Assert.Throws<BrinkException>(() => Create()).Message, StringComparison.Ordinal);
        File.WriteAllText(Folder["file"], "x");
        Assert.Contains(
            "is a file", Assert.Throws<BrinkException>(() => RunFolder.Create(new Specification { Out = Folder["file"] })).Message, StringComparison.Ordinal);
    }

    /// <summary>A process of util-linux's flock that holds a file's lock until it is killed.</summary>
    private static Process? Flock(string path)
    {
        try
        {
            Process process = Process.Start(new ProcessStartInfo("flock")
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                ArgumentList = { "--no-fork", path, "sh", "-c", "echo held; exec sleep 60" },
            })!;
            Assert.Equal("held", process.StandardOutput.ReadLine());
            return process;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
