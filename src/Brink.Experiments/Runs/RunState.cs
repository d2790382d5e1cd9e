using Brink.Methods;
using Brink.Objectives;
using Brink.Torch;
using Brink.Torch.Nn;
using Brink.Torch.Serialization;

namespace Brink.Experiments;

/// <summary>
/// Everything that decides the next bits of a run, to a checkpoint and back: weights under their names, and under
/// <see cref="WeightFile.Reserved"/> what the method and the measurements remember and the products that cannot
/// be computed again.
/// </summary>
internal static class RunState
{
    private const string MethodPrefix = WeightFile.Reserved + "method.";
    private const string ProductPrefix = WeightFile.Reserved + "product.";

    /// <summary>
    /// Collects the state at w_k, but for <see cref="Products"/>: what the next measurement or step changes. To be written before
    /// the current scope ends: it is not copied.
    /// </summary>
    internal static IReadOnlyList<SafeTensor> Save(
        Tensor weights, ParameterLayout layout, Method method, RunMeasurements measurements) =>
        Save(weights, layout, method.State(), measurements.Export());

    /// <summary>The state at w_k with what method and measurements remembered earlier there.</summary>
    internal static IReadOnlyList<SafeTensor> Save(Tensor weights, ParameterLayout layout, RunMemory memory) =>
        Save(weights, layout, memory.Method, memory.Measurements);

    /// <summary>
    /// Collects the products at w_k, which neither a measurement nor a step changes. They can be much larger than the rest, and
    /// where ranks share the samples a sum over the ranks brings them together: every rank calls this.
    /// </summary>
    internal static IReadOnlyList<SafeTensor> Products(Evaluation at)
    {
        var entries = new List<SafeTensor>();
        Add(entries, ProductPrefix, at.CachedProducts());
        return entries;
    }

    /// <summary>Takes the state back.</summary>
    /// <returns>The evaluation at w_k.</returns>
    internal static Evaluation Restore(
        Checkpoint checkpoint, Problem problem, Method method, RunMeasurements measurements)
    {
        using var scope = new TensorScope();
        Objective objective = problem.Objective;
        Tensor weights = WeightFile.Pack(checkpoint.Tensors, problem.Layout, objective.Type, objective.Device).Unscoped();
        Restore(checkpoint, objective, method);
        measurements.Import(Part(checkpoint, WeightFile.Reserved), objective.Device);
        return objective.Resume(weights, Part(checkpoint, ProductPrefix), method.Wanted);
    }

    /// <summary>Gives a method alone its memory back.</summary>
    internal static void Restore(Checkpoint checkpoint, Objective objective, Method method)
    {
        using var scope = new TensorScope();
        Dictionary<string, Tensor> state = Part(checkpoint, MethodPrefix);
        if (state.Count > 0)
        {
            method.Restore(state, objective);
        }
    }

    private static List<SafeTensor> Save(
        Tensor weights, ParameterLayout layout, IReadOnlyDictionary<string, Tensor> method, IReadOnlyDictionary<string, Tensor> measurements)
    {
        var entries = new List<SafeTensor>(WeightFile.Entries(weights, layout));
        Add(entries, MethodPrefix, method);
        Add(entries, WeightFile.Reserved, measurements);
        return entries;
    }

    private static void Add(List<SafeTensor> entries, string prefix, IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach ((string name, Tensor tensor) in tensors.OrderBy(entry => entry.Key))
        {
            entries.AddRange(WeightFile.ToEntries(prefix + name, tensor));
        }
    }

    private static Dictionary<string, Tensor> Part(Checkpoint checkpoint, string prefix) =>
        WeightFile.ToTensors(checkpoint.Tensors.Where(entry => entry.Name.StartsWith(prefix)))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
}
