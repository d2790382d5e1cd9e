namespace Brink.Torch.Nn;

/// <summary>Where a parameter lies in the flat vector of its network.</summary>
/// <param name="Name">Its name, PyTorch's.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">Index of its first element.</param>
/// <param name="Count">Number of its elements.</param>
public sealed record ParameterPlace(string Name, long[] Shape, long Offset, long Count);

/// <summary>
/// The order of a network's parameters, or of a small model's, in one flat vector w ∈ R^P: those of <see cref="Module.NamedParameters"/>, each
/// row by row, one after the other without gaps; <c>torch.nn.utils.parameters_to_vector</c> gives the same.
/// </summary>
public sealed class ParameterLayout
{
    private readonly Parameter[] _parameters;

    /// <summary>Reads a network's layout.</summary>
    /// <param name="network">The network.</param>
    public ParameterLayout(Module network)
        : this(NamesAndShapes(network))
    {
        _parameters = [.. network.NamedParameters().Select(entry => entry.Parameter)];
        BufferNames = new HashSet<string>(network.NamedBuffers().Select(entry => entry.Name));
    }

    /// <summary>Lays out the parameters of something that is no network, so that nothing can be bound to them.</summary>
    /// <param name="parameters">Their names and shapes, in order.</param>
    public ParameterLayout(IReadOnlyList<(string Name, long[] Shape)> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = [];
        var places = new ParameterPlace[parameters.Count];
        long offset = 0;
        for (int k = 0; k < places.Length; k++)
        {
            (string name, long[] shape) = parameters[k];
            long count = shape.Aggregate(1L, (product, size) => product * size);
            places[k] = new ParameterPlace(name, shape, offset, count);
            offset += count;
        }

        Places = places;
        Count = offset;
        BufferNames = new HashSet<string>();
    }

    /// <summary>The parameters in order.</summary>
    public IReadOnlyList<ParameterPlace> Places { get; }

    /// <summary>Length P of the vector.</summary>
    public long Count { get; }

    /// <summary>Names of the network's buffers, which are no part of the vector.</summary>
    public IReadOnlySet<string> BufferNames { get; }

    /// <summary>Copies named values into one new vector.</summary>
    /// <param name="values">A value for every parameter, in any order; all of one element type and on one device.</param>
    /// <returns>The vector, owned by the current scope.</returns>
    /// <exception cref="FormatException">
    /// A name is unknown, missing or given twice, a shape is wrong, or types or devices differ; one line says which.
    /// </exception>
    public Tensor Pack(IReadOnlyList<(string Name, Tensor Value)> values)
    {
        Check(values);
        Dictionary<string, Tensor> byName = values.ToDictionary(entry => entry.Name, entry => entry.Value);
        Tensor vector = Tensor.Empty([Count], values[0].Value.Type, values[0].Value.Device);
        using (GradientMode.Off())
        {
            using var scope = new TensorScope();
            foreach (ParameterPlace place in Places)
            {
                vector.Narrow(0, place.Offset, place.Count).CopyFrom(byName[place.Name].Reshape(place.Count));
            }
        }

        return vector;
    }

    /// <summary>Views of a vector, one for each parameter.</summary>
    /// <param name="vector">A contiguous vector of length P.</param>
    /// <returns>Names and views in order, owned by the current scope; they share the vector's memory and its graph.</returns>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public IReadOnlyList<(string Name, Tensor Value)> Unpack(Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (vector.Dimensions != 1 || vector.Count != Count)
        {
            throw new ArgumentException(
                $"the network has {Count} parameters; a tensor of shape [{string.Join(", ", vector.Shape)}] was given", nameof(vector));
        }

        Tensor[] views = Views(vector);
        return [.. views.Select((view, k) => (Places[k].Name, view))];
    }

    /// <summary>Views of a vector, one for each parameter, without their names.</summary>
    /// <param name="vector">A contiguous vector of length P.</param>
    /// <returns>Views in order, owned by the current scope; they share the vector's memory and its graph.</returns>
    public Tensor[] Views(Tensor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var views = new Tensor[Places.Count];
        for (int k = 0; k < views.Length; k++)
        {
            ParameterPlace place = Places[k];
            using Tensor range = vector.Narrow(0, place.Offset, place.Count);
            views[k] = range.View(place.Shape);
        }

        return views;
    }

    /// <summary>Lets the network compute with these tensors.</summary>
    /// <param name="values">One tensor per parameter, in order; needed as long as the network is evaluated with them.</param>
    public void Bind(ReadOnlySpan<Tensor> values)
    {
        for (int k = 0; k < _parameters.Length; k++)
        {
            _parameters[k].Value = values[k];
        }
    }

    /// <summary>Binds views of a vector to the network's parameters, so that the network is evaluated there.</summary>
    /// <param name="vector">A contiguous vector of length P; writing to it moves the network.</param>
    /// <returns>The views in order, owned by the current scope and needed as long as the network is evaluated there.</returns>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public IReadOnlyList<(string Name, Tensor Value)> Bind(Tensor vector)
    {
        IReadOnlyList<(string Name, Tensor Value)> views = Unpack(vector);
        for (int k = 0; k < views.Count; k++)
        {
            _parameters[k].Value = views[k].Value;
        }

        return views;
    }

    private static (string Name, long[] Shape)[] NamesAndShapes(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. network.NamedParameters().Select(entry => (entry.Name, entry.Parameter.Shape))];
    }

    private void Check(IReadOnlyList<(string Name, Tensor Value)> values)
    {
        Dictionary<string, ParameterPlace> open = Places.ToDictionary(place => place.Name);
        HashSet<string> met = [];
        foreach ((string name, Tensor value) in values)
        {
            if (!met.Add(name))
            {
                throw new FormatException($"the parameter '{name}' is given twice");
            }

            if (!open.Remove(name, out ParameterPlace? place))
            {
                throw new FormatException(
                    $"'{name}' is not a parameter of this network; its parameters are {string.Join(", ", Places.Select(p => p.Name))}");
            }

            if (!value.Shape.AsSpan().SequenceEqual(place.Shape))
            {
                throw new FormatException(
                    $"the parameter '{name}' has shape [{string.Join(", ", value.Shape)}]; this network needs [{string.Join(", ", place.Shape)}]");
            }

            Tensor first = values[0].Value;
            if (value.Type != first.Type || value.Device != first.Device)
            {
                throw new FormatException(
                    $"the parameter '{name}' is {value.Type} on {value.Device}, '{values[0].Name}' {first.Type} on {first.Device}; all must be alike");
            }
        }

        if (open.Count > 0)
        {
            throw new FormatException($"no value is given for the parameter '{Places.First(p => open.ContainsKey(p.Name)).Name}'");
        }
    }
}
