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

/// <summary>
/// A tensor that belongs to a network without being trained, such as the running mean of a batch normalisation. It is
/// empty until something was recorded or loaded.
/// </summary>
/// <param name="shape">Shape of every tensor held here; empty for a scalar.</param>
public sealed class ModuleBuffer(params long[] shape)
{
    private Tensor? _value;

    /// <summary>Shape of the tensor.</summary>
    public long[] Shape { get; } = shape;

    /// <summary>The tensor held now; null while there is none. The buffer owns it: it is taken out of its scope, and disposed when replaced.</summary>
    public Tensor? Value
    {
        get => _value;
        set
        {
            Tensor? old = _value;
            _value = value?.Unscoped();
            if (!ReferenceEquals(old, value))
            {
                old?.Dispose();
            }
        }
    }
}

/// <summary>A layer or network: named parameters, named buffers and a forward pass, after <c>torch.nn.Module</c>.</summary>
public abstract class Module
{
    private readonly List<(string Name, Parameter Parameter)> _parameters = [];
    private readonly List<(string Name, ModuleBuffer Buffer)> _buffers = [];
    private readonly List<(string Name, Module Module)> _children = [];

    /// <summary>Parts in the order they were added.</summary>
    public IReadOnlyList<(string Name, Module Module)> Children => _children;

    /// <summary>The module's own parameters, its parts' apart, in the order they were added.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> OwnParameters => _parameters;

    /// <summary>Whether normalisation layers use the statistics of the batch (true) or the stored ones.</summary>
    public bool Training { get; private set; } = true;

    /// <summary>
    /// Whether the outputs for one sample depend, as the network stands now, on the other samples of its batch: some part
    /// normalises by the batch's own statistics. Evaluating such a network in several batches is another function than
    /// evaluating it in one (<em>ghost</em> batch normalisation).
    /// </summary>
    public bool HasBatchStatistics => Modules().Any(module => module.UsesBatchStatistics);

    /// <summary>Number of trainable numbers, all parts included.</summary>
    public long ParameterCount => NamedParameters().Sum(entry => entry.Parameter.Count);

    /// <summary>Whether this module itself, its parts apart, normalises by the batch's statistics as it stands now.</summary>
    protected virtual bool UsesBatchStatistics => false;

    /// <summary>
    /// Computes the output for a batch of inputs; without side effects and safe to call from several threads at once.
    /// </summary>
    /// <param name="input">The inputs, samples first; left as it is, and still the caller's.</param>
    /// <returns>
    /// The outputs, samples first: a new tensor owned by the current scope, which the caller may dispose at once; or the
    /// input itself where the module changes nothing.
    /// </returns>
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
            foreach ((string, Parameter) entry in child.NamedParameters(Join(prefix, name)))
            {
                yield return entry;
            }
        }
    }

    /// <summary>All buffers with PyTorch's dotted names, in PyTorch's order.</summary>
    /// <param name="prefix">Put before every name.</param>
    /// <returns>Names and buffers.</returns>
    public IEnumerable<(string Name, ModuleBuffer Buffer)> NamedBuffers(string prefix = "")
    {
        foreach ((string name, ModuleBuffer buffer) in _buffers)
        {
            yield return (prefix + name, buffer);
        }

        foreach ((string name, Module child) in _children)
        {
            foreach ((string, ModuleBuffer) entry in child.NamedBuffers(Join(prefix, name)))
            {
                yield return entry;
            }
        }
    }

    /// <summary>The module and all its parts, outermost first, in PyTorch's order.</summary>
    /// <returns>The modules.</returns>
    public IEnumerable<Module> Modules() => NamedModules().Select(entry => entry.Module);

    /// <summary>The module and all its parts with PyTorch's dotted names, outermost first, in PyTorch's order.</summary>
    /// <param name="name">The name of the module itself.</param>
    /// <returns>Names and modules; parts added under an empty name have that of the module they are in.</returns>
    public IEnumerable<(string Name, Module Module)> NamedModules(string name = "")
    {
        yield return (name, this);
        foreach ((string own, Module child) in _children)
        {
            string joined = name.Length == 0 ? own : own.Length == 0 ? name : $"{name}.{own}";
            foreach ((string, Module) entry in child.NamedModules(joined))
            {
                yield return entry;
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

    /// <summary>
    /// Draws start values as PyTorch's constructor does: here those of the parts, in the order they were added. Layers
    /// with parameters of their own draw them; networks whose PyTorch constructor builds its parts in another order
    /// than it registers them do so too.
    /// </summary>
    /// <param name="draw">Where the numbers come from and go to.</param>
    public virtual void DrawDefault(WeightDraw draw)
    {
        foreach ((_, Module child) in _children)
        {
            child.DrawDefault(draw);
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

    /// <summary>Adds a buffer under a name.</summary>
    /// <param name="name">Its name, PyTorch's.</param>
    /// <param name="shape">Its shape.</param>
    /// <returns>The buffer, empty.</returns>
    protected ModuleBuffer AddBuffer(string name, params long[] shape)
    {
        var buffer = new ModuleBuffer(shape);
        _buffers.Add((name, buffer));
        return buffer;
    }

    /// <summary>Adds a part under a name.</summary>
    /// <typeparam name="T">Kind of the part.</typeparam>
    /// <param name="name">
    /// Its name, PyTorch's; with an empty one the names inside the part stand as if they were this module's own.
    /// </param>
    /// <param name="child">The part.</param>
    /// <returns>The part.</returns>
    protected T AddChild<T>(string name, T child)
        where T : Module
    {
        _children.Add((name, child));
        return child;
    }

    private static string Join(string prefix, string name) => name.Length == 0 ? prefix : $"{prefix}{name}.";
}
