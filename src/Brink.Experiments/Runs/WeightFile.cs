using System.Globalization;
using Brink.Torch;
using Brink.Torch.Nn;
using Brink.Torch.Serialization;

namespace Brink.Experiments;

/// <summary>Weights of a network as safetensors under PyTorch's names; a checkpoint of a run is one, with more in it.</summary>
public static class WeightFile
{
    /// <summary>Before the names of what a checkpoint holds beside the weights.</summary>
    public const string Reserved = "brink.";

    /// <summary>Between the name of a tensor that is stored in parts and the number of a part's first row.</summary>
    internal const char RowMark = '#';

    private const long MostEntryBytes = 1L << 30;

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

    /// <summary>The parameters in a flat vector, as entries of a file, to be written before the current scope ends.</summary>
    /// <param name="weights">The vector.</param>
    /// <param name="layout">The network's layout.</param>
    /// <returns>The entries in order; their data are the vector's own bytes, or a copy that the current scope owns.</returns>
    public static IReadOnlyList<SafeTensor> Entries(Tensor weights, ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return [.. layout.Unpack(weights).Select(entry => ToEntry(entry.Name, entry.Value))];
    }

    /// <summary>
    /// A tensor as entries of a checkpoint: one, or where that would take more bytes than .NET has in one array (five vectors of
    /// VGG11 do), several of whole rows, each named after its first row. To be written before the current scope ends.
    /// </summary>
    /// <param name="name">Its name, without <see cref="RowMark"/>.</param>
    /// <param name="value">The tensor.</param>
    /// <param name="mostBytes">Most bytes of an entry; one row may take more.</param>
    internal static IEnumerable<SafeTensor> ToEntries(string name, Tensor value, long mostBytes = MostEntryBytes)
    {
        long rows = value.Dimensions > 1 ? value.Shape[0] : 1;
        long bytes = value.Count * ScalarTypes.Size(value.Type);
        if (rows <= 1 || bytes <= mostBytes)
        {
            return [ToEntry(name, value)];
        }

        long together = Math.Max(1, mostBytes / (bytes / rows));
        return Enumerable.Range(0, (int)((rows + together - 1) / together))
            .Select(part => (First: part * together, Name: $"{name}{RowMark}{part * together}"))
            .Select(part => ToEntry(part.Name, value.Narrow(0, part.First, Math.Min(together, rows - part.First))));
    }

    /// <summary>The tensors that <see cref="ToEntries"/> made entries of, under their names.</summary>
    /// <param name="entries">The entries.</param>
    internal static Dictionary<string, Tensor> ToTensors(IEnumerable<SafeTensor> entries) =>
        entries.GroupBy(entry => entry.Name.Split(RowMark)[0]).ToDictionary(
            parts => parts.Key,
            parts => parts.Count() == 1
                ? ToTensor(parts.First())
                : Tensor.Concatenate([.. parts.OrderBy(part => long.Parse(part.Name.Split(RowMark)[1], CultureInfo.InvariantCulture)).Select(ToTensor)], 0));

    private static SafeTensor ToEntry(string name, Tensor value) => new(name, value.Type, value.Shape, value.BytesInPlace());

    private static Tensor ToTensor(SafeTensor entry) => Tensor.FromBytes(entry.Data.Span, entry.Type, entry.Shape);
}
