using System.ComponentModel;
using System.Diagnostics;

namespace Brink.Experiments.Sweeps;

/// <summary>
/// Runs as child processes on this machine. Each has this process's end of a pipe as its standard input, and ends with a
/// checkpoint when that is closed: when it is asked to stop, and also when this process is killed, whose files the kernel
/// closes.
/// </summary>
/// <param name="program">The program and the arguments that stand before <c>train</c> or <c>resume</c>.</param>
public sealed class LocalExecutor(IReadOnlyList<string> program) : ISweepExecutor
{
    /// <summary>The option of <c>brink train</c> and <c>brink resume</c> that watches standard input.</summary>
    public const string StopAtEndOfInput = "--stop-at-end-of-input";

    /// <inheritdoc/>
    public string Name => "local";

    /// <inheritdoc/>
    public ISweepJob Start(SweepTask task)
    {
        ArgumentNullException.ThrowIfNull(task);

        // The sweep has seen to it that no other run is in the folder: --force is for what a kill left of a start.
        string[] work = task.Resume
            ? ["resume", task.Folder]
            : ["train", task.SpecificationFile, "--out", task.Folder, "--force"];
        ProcessStartInfo start = new(program[0], [.. program.Skip(1), .. work, "--quiet", StopAtEndOfInput])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new LocalJob(Process.Start(start)!);
        }
        catch (Win32Exception error)
        {
            throw new BrinkException($"cannot start {program[0]}: {error.Message}", error);
        }
    }

    private sealed class LocalJob : ISweepJob
    {
        private readonly Process _process;
        private readonly long _killsBefore = MachineMemory.OutOfMemoryKills();
        private string? _message;
        private long _peak;

        internal LocalJob(Process process)
        {
            _process = process;
            _process.ErrorDataReceived += (_, line) => _message = string.IsNullOrWhiteSpace(line.Data) ? _message : line.Data;
            _process.BeginErrorReadLine();
            _process.BeginOutputReadLine();
            Completion = Wait();
        }

        public string Id => _process.Id.ToString();

        public Task<JobEnd> Completion { get; }

        public long PeakBytes
        {
            get
            {
                try
                {
                    _process.Refresh();
                    _peak = Math.Max(_peak, _process.PeakWorkingSet64);
                }
                catch (InvalidOperationException)
                {
                    // It has ended: what was seen last stands.
                }

                return _peak;
            }
        }

        public void Stop()
        {
            try
            {
                _process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        public void Dispose() => _process.Dispose();

        private async Task<JobEnd> Wait()
        {
            await _process.WaitForExitAsync();
            return new JobEnd(_process.ExitCode, _message, MachineMemory.OutOfMemoryKills() > _killsBefore);
        }
    }
}
