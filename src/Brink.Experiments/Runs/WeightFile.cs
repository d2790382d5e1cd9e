using Brink.Torch;
using Brink.Torch.Nn;
using Brink.Torch.Serialization;

namespace Brink.Experiments;

/// <summary>Weights of a network as safetensors under PyTorch's names; a checkpoint of a run is one, with more in it.</summary>
public static class WeightFile
{
    /// <summary>Before the names of what a checkpoint holds beside the weights.</summary>
    public const string Reserved = "brink.";

    /// <summary>Reads weights.</summary>
    /// <param name="path">A safetensors file; entries under <see cref="Reserved"/> and the network's buffers are passed over.</param>
    /// <param name="layout">The network's layout.</param>
    /// <param name="type">Precision wanted.</param>
    /// <param name="device">Where they are wanted.</param>
    /// <returns>A flat vector, owned by the current scope.</returns>
    /// <exception cref="BrinkException">The file is missing or broken, or does not fit the network.</exception>
    public static Tensor Read(string path, ParameterLayout layout, ScalarType type, Device device)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (!File.Exists(path))
        {
            throw new BrinkException($"there is no file {path}; weights are a safetensors file with the entries {string.Join(", ", layout.Places.Select(place => place.Name))}");
        }

        try
        {
            return Pack(SafeTensorsFile.Read(path).Tensors, layout, type, device);
        }
        catch (FormatException failure)
        {
            throw new BrinkException(failure.Message.Contains(path) ? failure.Message : $"{path}: {failure.Message}", failure);
        }
    }

    /// <summary>Puts named tensors into one flat vector.</summary>
    /// <param name="entries">The tensors; entries under <see cref="Reserved"/> and the network's buffers are passed over.</param>
    /// <param name="layout">The network's layout.</param>
    /// <param name="type">Precision wanted.</param>
    /// <param name="device">Where they are wanted.</param>
    /// <returns>A flat vector, owned by the current scope.</returns>
    /// <exception cref="FormatException">They do not fit the network.</exception>
    public static Tensor Pack(IEnumerable<SafeTensor> entries, ParameterLayout layout, ScalarType type, Device device)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(layout);
        var values = new List<(string, Tensor)>();

        // A state_dict also holds running statistics of batch normalisations; the objective has no use for them.
        foreach (SafeTensor entry in entries.Where(entry => !entry.Name.StartsWith(Reserved) && !layout.BufferNames.Contains(entry.Name)))
        {
            if (entry.Type is not (ScalarType.Float32 or ScalarType.Float64))
            {
                throw new FormatException($"'{entry.Name}' holds {entry.Type}; weights are Float32 or Float64");
            }

            values.Add((entry.Name, ToTensor(entry)));
        }

        return values.Count == 0
            ? throw new FormatException("there are no weights in it")
            : layout.Pack(values).To(type).To(device).Clone();
    }

    /// <summary>The parameters in a flat vector, as entries of a file.</summary>
    /// <param name="weights">The vector.</param>
    /// <param name="layout">The network's layout.</param>
    /// <returns>The entries in order.</returns>
    public static IReadOnlyList<SafeTensor> Entries(Tensor weights, ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = new TensorScope();
        return [.. layout.Unpack(weights).Select(entry => ToEntry(entry.Name, entry.Value))];
    }

    internal static SafeTensor ToEntry(string name, Tensor value) => new(name, value.Type, value.Shape, value.ToBytes());

    internal static Tensor ToTensor(SafeTensor entry) => Tensor.FromBytes(entry.Data.Span, entry.Type, entry.Shape);
}
