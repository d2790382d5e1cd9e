using System.Diagnostics;
using Brink.Experiments;

namespace Brink.Server;

/// <summary>Starts, pauses and resumes runs: the same program, with the same arguments, as a person would call it.</summary>
/// <param name="options">The server's options.</param>
/// <param name="root">Where the runs lie.</param>
/// <param name="hub">Told of a start that fails late.</param>
internal sealed class RunStarter(ServerOptions options, RunRoot root, EventHub hub)
{
    /// <summary>So long a request waits to see the run begin, or refuse; reading large data takes longer, and goes on.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);
    private readonly Lock _naming = new();

    /// <summary>Starts a run.</summary>
    /// <param name="fields">The fields that are given.</param>
    /// <returns>The run's id.</returns>
    /// <exception cref="RequestException">A field is not right, or nothing may be started here.</exception>
    internal async Task<string> Start(IReadOnlyList<(string Name, string Text)> fields)
    {
        RequireProgram();
        if (root.IsRun)
        {
            throw new RequestException(409, "this server shows one run; serve the folder around it to start others");
        }

        Specification specification = SpecificationForm.Read(fields);
        RequireOwnFiles(specification);
        string folder = NewFolder(specification);
        string id = root.IdOf(folder);
        RunProcess process;
        try
        {
            process = RunProcess.Start(id,
            [
                .. options.Program, "train",
                .. fields.Where(field => field.Name != "out").Select(field => $"--{field.Name}={field.Text}"),
                $"--out={folder}", "--quiet",
            ]);
        }
        catch
        {
            Directory.Delete(folder);
            throw;
        }

        if (await Settle(process, () => File.Exists(RunFiles.Specification(folder))) is { } message)
        {
            RemoveEmpty(folder);
            throw Refusal(message);
        }

        return id;
    }

    /// <summary>Resumes a run.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="iterations">Steps to take in all; null for as many as it was asked for.</param>
    /// <exception cref="RequestException">It cannot be resumed.</exception>
    internal async Task Resume(string folder, int? iterations)
    {
        RequireProgram();
        RequireOwnFiles(RunRecord.ReadSpecification(folder));

        // A run that has just been paused says so a moment before its process is gone.
        for (int i = 0; i < 40 && RunRecord.IsInUse(folder) && RunRecord.ReadSummary(folder) is { Status: not RunStatus.Running }; i++)
        {
            await Task.Delay(s_step);
        }

        if (RunRecord.IsInUse(folder))
        {
            throw new RequestException(409, "the run is going on already");
        }

        RunProcess process = RunProcess.Start(
            root.IdOf(folder),
            [.. options.Program, "resume", folder, .. iterations is { } more ? (string[])[$"--iterations={more}"] : [], "--quiet"]);
        if (await Settle(process, () => RunRecord.IsInUse(folder) && RunRecord.ReadSummary(folder) is { Status: RunStatus.Running }) is { } message)
        {
            throw Refusal(message);
        }
    }

    /// <summary>Pauses a run.</summary>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="RequestException">It is not going on, or not on this machine.</exception>
    internal void Pause(string folder)
    {
        RunEndpoints.RequireWriting(options.ReadOnly);
        bool paused = RunRecord.ProcessAtWork(folder) is { } process && RunProcess.Pause(process, folder);
        if (!paused)
        {
            throw new RequestException(409, RunRecord.IsInUse(folder)
                ? "the run's process is not one of this machine and user; pause it where it was started"
                : "the run is not going on");
        }
    }

    private void RequireProgram()
    {
        RunEndpoints.RequireWriting(options.ReadOnly);
        if (options.Program.Count == 0)
        {
            throw new RequestException(403, "this server can start no runs");
        }
    }

    /// <summary>
    /// On a loopback address whoever asks is this machine's user, and may name any file as on the command line. Over the network a
    /// token is no leave to read this machine's files.
    /// </summary>
    private void RequireOwnFiles(Specification specification)
    {
        if (options.IsLoopback)
        {
            return;
        }

        if (SpecificationFields.All.FirstOrDefault(field => field.Name != "out" && field.IsPathIn(specification)) is { } field)
        {
            throw new RequestException(
                403, $"{field.Name} names a file or folder of the server's machine, which is refused over the network; use 'brink train' there", field.Name);
        }
    }

    private string NewFolder(Specification specification)
    {
        lock (_naming)
        {
            string folder;
            if (specification.Out is { } name)
            {
                if (!RunRoot.IsPlainName(name) || name.Length > 100 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
                {
                    throw new RequestException(400, "out must be a plain name here: letters, digits, . - _; the run's folder is made below the one that is served", "out");
                }

                folder = Path.Combine(root.Path, name);
                if (Path.Exists(folder))
                {
                    throw new RequestException(409, $"there is a {name} already; choose another name", "out");
                }
            }
            else
            {
                folder = RunFolder.FreshPath(specification, root.Path);
            }

            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    /// <summary>Waits until a process is at work or has ended.</summary>
    /// <returns>Why it has ended without doing its work; null where it is at work, or still reading what it needs.</returns>
    private async Task<string?> Settle(RunProcess process, Func<bool> isAtWork)
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_patience)
        {
            bool ended = process.HasEnded; // asked first: it may do its work and end between the two
            if (isAtWork())
            {
                process.Dispose();
                return null;
            }

            if (ended)
            {
                using (process)
                {
                    return process.Succeeded ? null : process.Message();
                }
            }

            await Task.Delay(s_step);
        }

        _ = Follow();
        return null;

        async Task Follow()
        {
            using (process)
            {
                while (!process.HasEnded && !isAtWork())
                {
                    await Task.Delay(s_step * 10);
                }

                if (process.HasEnded && !process.Succeeded && !isAtWork())
                {
                    hub.Send("failed", EventHub.Data(process.Id, "error", process.Message()));
                }
            }
        }
    }

    private static RequestException Refusal(string message)
    {
        string first = message.Split(' ', ':')[0].TrimStart('-');
        return new RequestException(400, message, SpecificationFields.Find(first)?.Name);
    }

    private static void RemoveEmpty(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Where(RunFiles.IsLock))
        {
            File.Delete(file);
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
