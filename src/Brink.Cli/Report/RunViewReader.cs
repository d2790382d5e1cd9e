using System.Text.Json;
using Brink.Experiments;

namespace Brink.Cli.Report;

/// <summary>Reads run folders for a comparison, those of runs that are going on included.</summary>
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
        IReadOnlyList<MetricsLine> lines = RunRecord.ReadMetrics(folder);
        RunSummary? summary = RunRecord.ReadSummary(folder);
        IReadOnlyDictionary<string, string> specification = Flatten(Path.Combine(folder, "spec.json"));
        string method = specification.GetValueOrDefault("method") ?? summary?.Method ?? FolderName(folder);
        return new RunView
        {
            Name = method,
            Folder = folder,
            Method = method,
            Status = summary?.Status ?? RunStatus.Running,
            Reason = summary?.Reason,
            Outputs = summary?.Outputs ?? 0,
            SufficientDecrease = double.TryParse(specification.GetValueOrDefault("c"), out double c) ? c : null,
            Loss = CurveOf(lines, line => line.Loss),
            LossByEvaluations = ByEvaluations(lines),
            GradNorm = CurveOf(lines, line => line.GradNorm),
            Density = DensityOf(lines, folder),
            StepSize = CurveOf(lines, line => line.StepSize),
            Sharpness = CurveOf(lines, line => line.Sharpness),
            FinalSharpnessUnconverged = lines.LastOrDefault(line => line.Sharpness is not null)?.SharpnessUnconverged == true,
            SharpnessNotConverged = lines.Count(line => line.SharpnessUnconverged == true || line.PreconditionedUnconverged == true),
            EtaSharpness = CurveOf(lines, line => line.StepSize * line.Sharpness),
            Eigenvalues = Followed(lines),
            Preconditioned = CurveOf(lines, line => line.PreconditionedSharpness),
            Threshold = summary?.Threshold(),
            TrainAccuracy = CurveOf(lines, line => line.TrainAccuracy),
            TestAccuracy = CurveOf(lines, line => line.TestAccuracy),
            Iterations = lines.Count > 0 ? lines[^1].Iteration : 0,
            // With record-every above 1 the lines do not hold every step; the summary counts them all.
            FunctionEvaluations = summary?.FunctionEvaluations ?? lines.Sum(line => line.FunctionEvaluations ?? 0L),
            GradientEvaluations = summary?.GradientEvaluations ?? lines.Sum(line => line.GradientEvaluations ?? 0L),
            HessianVectorProducts = summary?.Hvps ?? lines.Sum(line => line.Hvps ?? 0L),
            Seconds = lines.Count > 0 ? lines[^1].Seconds : 0,
            Specification = specification,
            Environment = Flatten(Path.Combine(folder, "environment.json")),
        };
    }

    private static Curve CurveOf(IReadOnlyList<MetricsLine> lines, Func<MetricsLine, double?> value)
    {
        MetricsLine[] known = [.. lines.Where(line => value(line) is not null)];
        return new Curve([.. known.Select(line => (double)line.Iteration)], [.. known.Select(line => value(line)!.Value)]);
    }

    /// <summary>The loss against what was spent; empty where steps between the lines are not recorded, whose cost no line tells.</summary>
    private static Curve ByEvaluations(IReadOnlyList<MetricsLine> lines)
    {
        if (Enumerable.Range(1, Math.Max(0, lines.Count - 1)).Any(k => lines[k].Iteration != lines[k - 1].Iteration + 1))
        {
            return new Curve([], []);
        }

        double[] spent = new double[lines.Count];
        for (int k = 1; k < lines.Count; k++)
        {
            spent[k] = spent[k - 1] + (lines[k - 1].FunctionEvaluations ?? 0) + (lines[k - 1].GradientEvaluations ?? 0);
        }

        return new Curve(spent, [.. lines.Select(line => line.Loss)]);
    }

    /// <summary>The density at even distances: the final point, which is measured in any case, counts only where it is at one.</summary>
    private static RunDensity? DensityOf(IReadOnlyList<MetricsLine> lines, string folder)
    {
        MetricsLine[] measured = [.. lines.Where(line => line.Density is not null)];
        if (measured.Length < 2)
        {
            return null;
        }

        long every = measured[1].Iteration - measured[0].Iteration;
        MetricsLine[] even = [.. measured.Where(line => (line.Iteration - measured[0].Iteration) % every == 0)];
        return new RunDensity([.. even.Select(line => (double)line.Iteration)], RunRecord.ReadSpecification(folder).BinsOfDensity(), [.. even.Select(line => line.Density!)]);
    }

    /// <summary>λ₂, λ₃, …; where one was not followed for a while a NaN makes a gap in its curve.</summary>
    private static Curve[] Followed(IReadOnlyList<MetricsLine> lines)
    {
        MetricsLine[] measured = [.. lines.Where(line => line.Eigenvalues is not null)];
        int most = measured.Select(line => line.Eigenvalues!.Length).DefaultIfEmpty(0).Max();
        return [.. Enumerable.Range(1, Math.Max(0, most - 1)).Select(Eigenvalue)];

        Curve Eigenvalue(int index)
        {
            var points = new List<(double Iteration, double Value)>();
            foreach (MetricsLine line in measured)
            {
                double value = index < line.Eigenvalues!.Length ? line.Eigenvalues[index] : double.NaN;
                if (double.IsFinite(value) || (points.Count > 0 && double.IsFinite(points[^1].Value)))
                {
                    points.Add((line.Iteration, value));
                }
            }

            return new Curve([.. points.Select(point => point.Iteration)], [.. points.Select(point => point.Value)]);
        }
    }

    private static string FolderName(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>A JSON object as dotted names and texts, to be shown as it lies; empty when the file is not there.</summary>
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
            throw new BrinkException($"{path} is not JSON: {wrong.Message}", wrong);
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
