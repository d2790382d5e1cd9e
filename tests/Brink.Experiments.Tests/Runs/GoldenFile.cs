using System.Text.Json;
using Brink.Data;

namespace Brink.Experiments.Tests.Runs;

/// <summary>A file of reference trajectories in <c>shared/golden</c>, computed by the optimisers of the Flatland authors.</summary>
internal sealed class GoldenFile
{
    private readonly JsonElement _root;

    private GoldenFile(string name, JsonElement root) => (Name, _root) = (name, root);

    internal string Name { get; }

    /// <summary>Reads a file; skips the test where it, or the data it was computed on, is not at hand.</summary>
    internal static GoldenFile Require(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require($"golden/{name}.json")));
        return new GoldenFile(name, document.RootElement.Clone());
    }

    /// <summary>The trajectory of one method.</summary>
    internal GoldenTrajectory Trajectory(string method) => new(_root.GetProperty("results").GetProperty(method));

    /// <summary>The specification that the trajectory belongs to, as the command's options would give it.</summary>
    internal Specification Specification(string method, string folder)
    {
        string data = _root.GetProperty("dataset").GetString()!;
        GoldenTrajectory golden = Trajectory(method);
        var specification = new Specification
        {
            Data = data,
            From = From(data),
            Split = _root.GetProperty("split").GetString()!,
            Subset = "first",
            First = _root.GetProperty("first").GetInt32(),
            Count = _root.GetProperty("count").GetInt32(),
            Loss = "mse",
            Network = data == "cifar10" ? "cnn" : "mlp",
            Init = SharedFolder.Require($"golden/{Name}.init.safetensors"),
            Method = method,
            Iterations = golden.Losses.Length,
            SharpnessEvery = golden.SharpnessEvery,
            SharpnessTolerance = data == "cifar10" ? 3e-4 : 1e-5, // an eigenvalue's error goes with the residual's square
            TestEvery = 0,
            Dtype = "float64",
            Threads = 2,
            MicroBatch = data == "cifar10" ? 8 : 250,
            KeepGraph = "yes",
            Out = folder,
        };
        if (Name.Contains("mlp6", StringComparison.Ordinal))
        {
            specification = specification with { Widths = [100, 100, 100, 100, 100, 100] };
        }

        return method switch
        {
            "gd" => specification with { Eta = 0.5 },
            "sam" => specification with { Eta = 0.1, Rho = 0.05, Momentum = 0.9, WeightDecay = 1e-4 },
            _ => specification,
        };
    }

    private static string? From(string data)
    {
        if (data == "cifar10")
        {
            return Path.GetDirectoryName(SharedFolder.Require("data/cifar-10-batches-bin/data_batch_1.bin"));
        }

        Assert.SkipUnless(
            new DataStore().Has(data, "train"),
            $"{data} is not on this machine (Debian: apt-get install dataset-fashion-mnist; else brink data get {data})");
        return null;
    }
}

/// <summary>What a reference file says of one method; lists are by iteration, empty where the file has none.</summary>
internal sealed class GoldenTrajectory(JsonElement result)
{
    internal double[] Losses { get; } = Numbers(result, "loss");

    internal double[] GradNorms { get; } = Numbers(result, "grad_norm");

    internal double[] StepSizes { get; } = Numbers(result, "step_size");

    internal double[] Backtracks { get; } = Numbers(result, "backtracks");

    internal double[] FunctionEvaluations { get; } = Numbers(result, "function_evaluations");

    internal IReadOnlyDictionary<long, double> Sharpness { get; } = result.GetProperty("sharpness").EnumerateObject()
        .ToDictionary(entry => long.Parse(entry.Name), entry => entry.Value.GetDouble());

    internal double FinalLoss { get; } = result.GetProperty("final_loss").GetDouble();

    internal int SharpnessEvery => (int)Sharpness.Keys.Where(k => k > 0).Min();

    private static double[] Numbers(JsonElement result, string name) =>
        [.. result.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
}
