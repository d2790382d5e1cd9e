using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Objectives;

/// <summary>Where each parameter of a network lies in the flat vector: one after another, in PyTorch's order.</summary>
public sealed class ParameterLayout
{
    private readonly long[] _offsets;
    private readonly Parameter[] _parameters;

    /// <summary>Lays out the parameters of a network.</summary>
    /// <param name="network">The network.</param>
    public ParameterLayout(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        (string Name, Parameter Parameter)[] named = [.. network.NamedParameters()];
        Names = [.. named.Select(entry => entry.Name)];
        _parameters = [.. named.Select(entry => entry.Parameter)];
        _offsets = new long[_parameters.Length];
        for (int k = 0; k < _parameters.Length; k++)
        {
            _offsets[k] = Dimension;
            Dimension += _parameters[k].Count;
        }
    }

    /// <summary>Names of the parameters, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>P, the number of elements in all.</summary>
    public long Dimension { get; }

    /// <summary>Number of parameters.</summary>
    public int Count => _parameters.Length;

    /// <summary>Shape of a parameter.</summary>
    /// <param name="index">Its place in the order.</param>
    /// <returns>Length of each dimension.</returns>
    public IReadOnlyList<long> Shape(int index) => _parameters[index].Shape;

    /// <summary>The parameters as views into a flat vector.</summary>
    /// <param name="flat">A contiguous vector of length P.</param>
    /// <returns>One view per parameter, owned by the current scope.</returns>
    public Tensor[] Views(Tensor flat)
    {
        ArgumentNullException.ThrowIfNull(flat);
        var views = new Tensor[_parameters.Length];
        for (int k = 0; k < views.Length; k++)
        {
            using Tensor range = flat.Narrow(0, _offsets[k], _parameters[k].Count);
            views[k] = range.View(_parameters[k].Shape);
        }

        return views;
    }

    /// <summary>Lets the network compute with these tensors.</summary>
    /// <param name="views">One tensor per parameter.</param>
    public void Bind(ReadOnlySpan<Tensor> views)
    {
        for (int k = 0; k < _parameters.Length; k++)
        {
            _parameters[k].Value = views[k];
        }
    }

    /// <summary>Copies named tensors into one flat vector.</summary>
    /// <param name="values">A tensor for each parameter name, of its shape.</param>
    /// <param name="type">Precision of the vector.</param>
    /// <param name="device">Where the vector is to live.</param>
    /// <param name="source">What the tensors came from, for messages.</param>
    /// <returns>The vector, owned by the current scope.</returns>
    /// <exception cref="BrinkException">A name is missing or unknown, or a shape or type differs.</exception>
    public Tensor Pack(IReadOnlyDictionary<string, Tensor> values, ScalarType type, Device device, string source)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Keys.FirstOrDefault(name => !Names.Contains(name)) is { } unknown)
        {
            string? near = NearestName.Suggest(unknown, Names);
            throw new BrinkException(
                $"{source} holds '{unknown}', which the network does not have" + (near is null ? string.Empty : $"; did you mean '{near}'?")
                + $" (it has {string.Join(", ", Names)})");
        }

        Tensor flat = Tensor.Empty([Dimension], type);
        using (var scope = new TensorScope())
        {
            Tensor[] views = Views(flat);
            for (int k = 0; k < views.Length; k++)
            {
                if (!values.TryGetValue(Names[k], out Tensor? value))
                {
                    throw new BrinkException($"{source} lacks '{Names[k]}' of shape [{string.Join(", ", _parameters[k].Shape)}]");
                }

                if (!value.Shape.SequenceEqual(_parameters[k].Shape))
                {
                    throw new BrinkException(
                        $"{source}: '{Names[k]}' has shape [{string.Join(", ", value.Shape)}], the network needs [{string.Join(", ", _parameters[k].Shape)}]");
                }

                if (value.Type is not (ScalarType.Float32 or ScalarType.Float64))
                {
                    throw new BrinkException($"{source}: '{Names[k]}' holds {value.Type}, weights are Float32 or Float64");
                }

                views[k].CopyFrom(value);
            }
        }

        return flat.To(device);
    }

    /// <summary>The parts of a flat vector under their names.</summary>
    /// <param name="flat">A vector of length P.</param>
    /// <returns>Names and views, in order, owned by the current scope.</returns>
    public IReadOnlyList<(string Name, Tensor Value)> Unpack(Tensor flat)
    {
        Tensor[] views = Views(flat);
        return [.. views.Select((view, k) => (Names[k], view))];
    }
}
