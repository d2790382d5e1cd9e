using System.Text.Json;

namespace Brink.Cli.Report;

/// <summary>Reads run folders as they lie: <c>metrics.jsonl</c>, <c>spec.json</c>, <c>summary.json</c>, <c>environment.json</c>.</summary>
internal static class RunViewReader
{
    /// <summary>Reads several runs and gives each a name of its own.</summary>
    /// <param name="folders">Run folders.</param>
    /// <returns>The runs, in that order.</returns>
    /// <exception cref="BrinkException">A folder is no run folder, or one of its files cannot be understood.</exception>
    internal static IReadOnlyList<RunView> ReadAll(IEnumerable<string> folders)
    {
        RunView[] runs = [.. folders.Select(Read)];
        HashSet<string> repeated = [.. runs.GroupBy(run => run.Method).Where(group => group.Count() > 1).Select(group => group.Key)];
        return [.. runs.Select(run => repeated.Contains(run.Method) ? run with { Name = FolderName(run.Folder) } : run)];
    }

    /// <summary>Reads one run.</summary>
    /// <param name="folder">The run folder.</param>
    /// <returns>The run, named by its method.</returns>
    /// <exception cref="BrinkException">It is no run folder, or one of its files cannot be understood.</exception>
    internal static RunView Read(string folder)
    {
        string metrics = Path.Combine(folder, "metrics.jsonl");
        if (!File.Exists(metrics))
        {
            throw new BrinkException(Directory.Exists(folder)
                ? $"'{folder}' is no run folder: it holds no metrics.jsonl"
                : $"there is no run folder '{folder}'");
        }

        var lines = new MetricsColumns(metrics);
        IReadOnlyDictionary<string, string> specification = Flatten(Path.Combine(folder, "spec.json"));
        IReadOnlyDictionary<string, string> summary = Flatten(Path.Combine(folder, "summary.json"));
        string method = specification.GetValueOrDefault("method") ?? summary.GetValueOrDefault("method") ?? "?";
        return new RunView
        {
            Name = method == "?" ? FolderName(folder) : method,
            Folder = folder,
            Method = method,
            Status = summary.GetValueOrDefault("status") ?? lines.Status ?? "running",
            Reason = summary.GetValueOrDefault("reason"),
            Outputs = int.TryParse(summary.GetValueOrDefault("outputs"), out int outputs) ? outputs : 0,
            SufficientDecrease = double.TryParse(specification.GetValueOrDefault("c"), out double c) ? c : null,
            Loss = lines.Curve("loss"),
            StepSize = lines.Curve("step_size"),
            Sharpness = lines.Curve("sharpness"),
            EtaSharpness = lines.Product("step_size", "sharpness"),
            TrainAccuracy = lines.Curve("train_accuracy"),
            TestAccuracy = lines.Curve("test_accuracy"),
            Iterations = lines.LastIteration,
            // With record-every above 1 the lines do not hold every step; the summary counts them all.
            FunctionEvaluations = Count(summary, "function_evaluations") ?? lines.Sum("function_evaluations"),
            GradientEvaluations = Count(summary, "gradient_evaluations") ?? lines.Sum("gradient_evaluations"),
            HessianVectorProducts = Count(summary, "hvps") ?? lines.Sum("hvps"),
            Seconds = lines.Seconds,
            Specification = specification,
            Environment = Flatten(Path.Combine(folder, "environment.json")),
        };
    }

    private static long? Count(IReadOnlyDictionary<string, string> summary, string name) =>
        long.TryParse(summary.GetValueOrDefault(name), out long count) ? count : null;

    private static string FolderName(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>A JSON object as dotted names and texts; empty when the file is not there. A null is left out.</summary>
    private static SortedDictionary<string, string> Flatten(string path)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
        {
            return values;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            Add(string.Empty, document.RootElement);
        }
        catch (JsonException wrong)
        {
            throw new BrinkException($"'{path}' is not JSON: {wrong.Message}", wrong);
        }

        return values;

        void Add(string name, JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (JsonProperty property in element.EnumerateObject())
                    {
                        Add(name.Length == 0 ? property.Name : $"{name}.{property.Name}", property.Value);
                    }

                    break;
                case JsonValueKind.Array:
                    values[name] = string.Join(", ", element.EnumerateArray().Select(item => item.ToString()));
                    break;
                case JsonValueKind.Null:
                    break;
                case JsonValueKind.True or JsonValueKind.False:
                    values[name] = element.GetBoolean() ? "true" : "false";
                    break;
                default:
                    values[name] = element.ToString();
                    break;
            }
        }
    }
}
