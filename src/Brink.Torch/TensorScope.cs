namespace Brink.Torch;

/// <summary>
/// Frees, when disposed, every tensor that was made on this thread since it was opened, except those moved out with
/// <see cref="Keep"/> or <see cref="Tensor.Unscoped"/>. Scopes nest.
/// </summary>
/// <example>
/// <code>
/// using var scope = new TensorScope();
/// Tensor loss = network.Forward(inputs).MeanSquaredError(targets);
/// return scope.Keep(loss);
/// </code>
/// </example>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? s_current;

    private readonly TensorScope? _outer;
    private readonly List<Tensor> _tensors = [];

    /// <summary>Opens a scope inside the current one.</summary>
    public TensorScope()
    {
        _outer = s_current;
        s_current = this;
    }

    internal static TensorScope? Current => s_current;

    /// <summary>Hands a tensor to the enclosing scope, or to the caller where there is none.</summary>
    /// <param name="tensor">A tensor of this scope.</param>
    /// <returns>The same tensor.</returns>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Scope == this)
        {
            tensor.Scope = null;
            _outer?.Adopt(tensor);
        }

        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (s_current != this)
        {
            throw new InvalidOperationException("tensor scopes end in the reverse of the order they began, on their own thread");
        }

        s_current = _outer;
        foreach (Tensor tensor in _tensors)
        {
            if (tensor.Scope == this)
            {
                tensor.Dispose();
            }
        }

        _tensors.Clear();
    }

    internal void Adopt(Tensor tensor)
    {
        tensor.Scope = this;
        _tensors.Add(tensor);
    }
}
