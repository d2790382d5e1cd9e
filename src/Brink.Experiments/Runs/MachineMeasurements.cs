using System.Text.Json;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// What was measured on this machine, kept in <c>$XDG_CACHE_HOME/brink/measurements.json</c> (or
/// <c>~/.cache/brink</c>): the first measurement of a kind stands, so that a second run of the same command is the same
/// run. Deleting the file measures anew.
/// </summary>
public static class MachineMeasurements
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Where the measurements are kept.</summary>
    public static string Path
    {
        get
        {
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            string root = string.IsNullOrEmpty(cache)
                ? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache")
                : cache;
            return System.IO.Path.Combine(root, "brink", "measurements.json");
        }
    }

    /// <summary>What decides how fast a micro-batch is: problem, precision, threads, libtorch, processor.</summary>
    /// <param name="problem">The problem.</param>
    /// <returns>A text.</returns>
    internal static string Key(NetworkProblem problem)
    {
        Specification s = problem.Specification;
        string network = s.Network
            + (SubjectFields.Widths.AppliesTo(s) ? $" {string.Join("-", s.Widths)}" : string.Empty) + (s.Pooling == "average" ? " average" : string.Empty);
        string search = MethodFields.Searches.Contains(s.Method) ? $"search{(s.IsStochastic ? " on batches" : string.Empty)}, line products {s.LineProducts}" : "no search";
        return string.Join("; ",
            $"{s.Data}{(s.Classes is { } classes ? $" ({classes.Count} classes)" : string.Empty)} × {problem.SampleCount}{(problem.Ranks is null ? string.Empty : " of a rank")}",
            $"{network} {s.Activation}{(s.NoBias ? " no bias" : string.Empty)}{(s.BatchNorm ? " batch norm" : string.Empty)}{(s.GhostBatchNorm ? " ghost" : string.Empty)}",
            s.Loss, s.Dtype, s.Device + (problem.Device.IsCuda ? $" {s.Convolutions}{(s.Tf32 ? " tf32" : string.Empty)}, graphs {s.CudaGraphs}" : string.Empty),
            $"{s.Threads} threads", search,
            $"micro-batch {s.MicroBatch?.ToString() ?? "open"}",
            $"libtorch {Runtime.LibtorchVersion}", RunEnvironment.ProcessorModel());
    }

    /// <summary>Looks a measurement up.</summary>
    internal static Choice? Find(string key) => Read().GetValueOrDefault(key);

    /// <summary>Keeps a measurement, unless another process was first; a cache that cannot be written keeps nothing.</summary>
    /// <returns>The measurement that stands.</returns>
    internal static Choice Keep(string key, Choice measured)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            using FileStream held = HoldLock();
            Dictionary<string, Choice> all = Read();
            if (!all.TryAdd(key, measured))
            {
                return all[key];
            }

            string temporary = Path + ".new";
            File.WriteAllText(temporary, JsonSerializer.Serialize(all, s_json));
            File.Move(temporary, Path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The run's own specification records the choice; only the next run measures again.
        }

        return measured;
    }

    /// <summary>The choice that rank 0 makes, on every rank; where there are none, this process's.</summary>
    internal static Choice SameOnAll(RunRanks? ranks, Func<Choice> choose) => ranks is null
        ? choose()
        : JsonSerializer.Deserialize<Choice>(ranks.FromOwner(() => JsonSerializer.Serialize(choose(), s_json)), s_json)!;

    private static FileStream HoldLock()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 100)
            {
                Thread.Sleep(20);
            }
        }
    }

    private static Dictionary<string, Choice> Read()
    {
        try
        {
            return File.Exists(Path)
                ? JsonSerializer.Deserialize<Dictionary<string, Choice>>(File.ReadAllText(Path), s_json) ?? []
                : [];
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What was chosen.</summary>
    /// <param name="MicroBatch">Samples of a micro-batch.</param>
    /// <param name="KeepGraph">Whether the accepted trial's graph is kept.</param>
    /// <param name="CudaGraphs">Whether passes are recorded and replayed.</param>
    internal sealed record Choice(int MicroBatch, bool KeepGraph, bool CudaGraphs = false);
}
