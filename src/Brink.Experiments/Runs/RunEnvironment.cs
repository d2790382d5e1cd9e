using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>What a run was made with, stored as <c>environment.json</c>: versions, hardware, revision.</summary>
/// <param name="Brink">Version of Brink.</param>
/// <param name="Revision">Git revision it was built from; null where it is not known.</param>
/// <param name="Dotnet">Version of .NET.</param>
/// <param name="Libtorch">Version of libtorch.</param>
/// <param name="Blas">OpenBLAS's description of itself; empty for another BLAS.</param>
/// <param name="Allocator">Where tensor memory comes from.</param>
/// <param name="System">Operating system.</param>
/// <param name="Host">Name of the machine.</param>
/// <param name="Processor">Model of the processor.</param>
/// <param name="Cores">Cores that the process may use.</param>
/// <param name="MemoryBytes">Memory that the process may use.</param>
/// <param name="Gpus">Models of the GPUs that libtorch sees.</param>
/// <param name="CommandLine">How the run was started.</param>
/// <param name="Ranks">Processes that share its samples; null for one alone.</param>
public sealed record RunEnvironment(
    string Brink,
    string? Revision,
    string Dotnet,
    string Libtorch,
    string Blas,
    string Allocator,
    string System,
    string Host,
    string Processor,
    int Cores,
    long MemoryBytes,
    IReadOnlyList<string> Gpus,
    string CommandLine,
    int? Ranks = null)
{
    /// <summary>Looks around.</summary>
    /// <returns>What was found.</returns>
    public static RunEnvironment Current() => new(
        typeof(RunEnvironment).Assembly.GetName().Version?.ToString(3) ?? "?",
        GitRevision(),
        Environment.Version.ToString(),
        Runtime.LibtorchVersion,
        Runtime.BlasDescription,
        Runtime.Allocator,
        RuntimeInformation.OSDescription,
        Environment.MachineName,
        ProcessorModel(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Runtime.CudaDeviceNames(),
        string.Join(' ', Environment.GetCommandLineArgs().Skip(1)));

    /// <summary>The times that the run went on, in <c>environment.json</c>.</summary>
    internal const string ResumedName = "resumed";

    /// <summary>Adds a resume to what is stored: where, when, and what is no longer as it was at the start.</summary>
    /// <param name="start">What <c>environment.json</c> holds; fields that this version does not know stay as they are.</param>
    /// <param name="iteration">The iteration at which the run goes on.</param>
    internal void AddTo(JsonObject start, long iteration)
    {
        JsonObject now = JsonSerializer.SerializeToNode(this, RunJson.Document)!.AsObject();
        var changed = new JsonObject();
        foreach (string name in now.Select(field => field.Key).Append(JsonNamingPolicy.SnakeCaseLower.ConvertName(nameof(Ranks))).Distinct())
        {
            if (!JsonNode.DeepEquals(start[name], now[name]))
            {
                changed[name] = now[name]?.DeepClone();
            }
        }

        // Resumes from here on or later have left no line: those were cut off.
        var kept = new JsonObject();
        foreach ((string name, JsonNode? value) in start[ResumedName] as JsonObject ?? [])
        {
            if (long.TryParse(name, CultureInfo.InvariantCulture, out long before) && before < iteration)
            {
                kept[name] = value?.DeepClone();
            }
        }

        kept[iteration.ToString(CultureInfo.InvariantCulture)] = new JsonObject
        {
            ["time"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["changed"] = changed,
        };
        start[ResumedName] = kept;
    }

    /// <summary>Model of the processor, as the kernel names it.</summary>
    /// <returns>A name; the architecture where the kernel names none.</returns>
    public static string ProcessorModel()
    {
        const string field = "model name";
        try
        {
            string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(field));
            return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
        catch (IOException)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }
    }

    /// <summary>
    /// Of the checkout that the program lies in; else, of an installed program, the revision that it was built from. A program
    /// unpacked somewhere inside another project's repository must not take that one's revision for its own.
    /// </summary>
    private static string? GitRevision() => Checkout.Find("Brink.slnx") is { } solution
        ? GitRevision(Path.GetDirectoryName(solution)!)
        : typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var revision]
            ? revision
            : null;

    private static string? GitRevision(string folder)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", folder, "rev-parse", "HEAD"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            });
            string revision = git!.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? revision : null;
        }
        catch (Exception)
        {
            // No git on the machine: the version alone says what was run.
            return null;
        }
    }
}
