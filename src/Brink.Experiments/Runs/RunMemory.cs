using Brink.Methods;
using Brink.Torch;

namespace Brink.Experiments;

/// <summary>
/// What method and measurements remember at an iterate, held while it is measured: a measurement that is broken off leaves no
/// trace in what is stored. Kept as tensors where they are, not as bytes: with VGG11's five eigenvectors on a GPU that would be
/// 2.6 GB over the bus at every measurement.
/// </summary>
internal sealed class RunMemory : IDisposable
{
    internal RunMemory(Method method, RunMeasurements measurements)
    {
        using var scope = new TensorScope();

        // A step writes into its vectors; a measurement puts new ones in the place of those that it exported.
        Method = Held(method.State(), vector => vector.Clone());
        Measurements = Held(measurements.Export(), vector => vector.Detach());
    }

    /// <summary>What <see cref="Methods.Method.State"/> was.</summary>
    internal IReadOnlyDictionary<string, Tensor> Method { get; }

    /// <summary>What <see cref="RunMeasurements.Export"/> was.</summary>
    internal IReadOnlyDictionary<string, Tensor> Measurements { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in Method.Values.Concat(Measurements.Values))
        {
            tensor.Dispose();
        }
    }

    private static Dictionary<string, Tensor> Held(IReadOnlyDictionary<string, Tensor> tensors, Func<Tensor, Tensor> hold) =>
        tensors.ToDictionary(entry => entry.Key, entry => hold(entry.Value).Unscoped());
}
