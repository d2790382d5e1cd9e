namespace Brink.Torch.Nn;

/// <summary>
/// A trainable tensor's place in a network. The place is fixed; the tensor in it is exchanged at will, so that the same
/// network is evaluated at any point: an objective binds views of its flat vector here.
/// </summary>
/// <param name="shape">Shape of every tensor bound here.</param>
public sealed class Parameter(params long[] shape)
{
    private Tensor? _value;

    /// <summary>Shape of the tensor.</summary>
    public long[] Shape { get; } = shape;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, length) => product * length);

    /// <summary>The tensor bound now.</summary>
    /// <exception cref="InvalidOperationException">Nothing is bound yet.</exception>
    public Tensor Value
    {
        get => _value ?? throw new InvalidOperationException("no tensor is bound to this parameter; initialise the network or bind a flat vector first");
        set => _value = value;
    }
}

/// <summary>A layer or network: named parameters, named buffers and a forward pass, after <c>torch.nn.Module</c>.</summary>
public abstract class Module
{
    private readonly List<(string Name, Parameter Parameter)> _parameters = [];
    private readonly List<(string Name, Module Module)> _children = [];

    /// <summary>Parts in the order they were added.</summary>
    public IReadOnlyList<(string Name, Module Module)> Children => _children;

    /// <summary>The module's own parameters, its parts' apart, in the order they were added.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> OwnParameters => _parameters;

    /// <summary>Whether normalisation layers use the statistics of the batch (true) or the stored ones.</summary>
    public bool Training { get; private set; } = true;

    /// <summary>Computes the output for a batch of inputs; safe to call from several threads at once.</summary>
    /// <param name="input">The inputs, samples first.</param>
    /// <returns>The outputs, samples first, owned by the current scope.</returns>
    public abstract Tensor Forward(Tensor input);

    /// <summary>All parameters with PyTorch's dotted names, in PyTorch's order.</summary>
    /// <param name="prefix">Put before every name.</param>
    /// <returns>Names and parameters.</returns>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters(string prefix = "")
    {
        foreach ((string name, Parameter parameter) in _parameters)
        {
            yield return (prefix + name, parameter);
        }

        foreach ((string name, Module child) in _children)
        {
            foreach ((string, Parameter) entry in child.NamedParameters($"{prefix}{name}."))
            {
                yield return entry;
            }
        }
    }

    /// <summary>The module and all its parts, outermost first, in PyTorch's order.</summary>
    /// <returns>The modules.</returns>
    public IEnumerable<Module> Modules()
    {
        yield return this;
        foreach ((_, Module child) in _children)
        {
            foreach (Module module in child.Modules())
            {
                yield return module;
            }
        }
    }

    /// <summary>Chooses between training and evaluation behaviour, for the module and all its parts.</summary>
    /// <param name="training">Whether to train.</param>
    public void Train(bool training = true)
    {
        foreach (Module module in Modules())
        {
            module.Training = training;
        }
    }

    /// <summary>Adds a parameter under a name.</summary>
    /// <param name="name">Its name, PyTorch's.</param>
    /// <param name="shape">Its shape.</param>
    /// <returns>The parameter.</returns>
    protected Parameter AddParameter(string name, params long[] shape)
    {
        var parameter = new Parameter(shape);
        _parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Adds a part under a name.</summary>
    /// <typeparam name="T">Kind of the part.</typeparam>
    /// <param name="name">Its name, PyTorch's.</param>
    /// <param name="child">The part.</param>
    /// <returns>The part.</returns>
    protected T AddChild<T>(string name, T child)
        where T : Module
    {
        _children.Add((name, child));
        return child;
    }
}
