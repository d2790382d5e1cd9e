namespace Brink.Torch.Nn;

/// <summary>
/// A residual connection (He et al. 2016): a(p(x) + f(x)), where the projection p and the activation a may be absent.
/// </summary>
public sealed class Residual : Module
{
    private readonly Module _body;
    private readonly Module? _projection;
    private readonly Module? _activation;

    /// <summary>Makes the connection.</summary>
    /// <param name="body">f.</param>
    /// <param name="projection">p, where f changes the shape; x itself where not given.</param>
    /// <param name="activation">a, without parameters; none where not given.</param>
    /// <param name="bodyName">
    /// Name of f; with an empty one the names inside f stand as this module's own, as in torchvision's residual blocks.
    /// </param>
    /// <param name="projectionName">Name of p.</param>
    public Residual(
        Module body, Module? projection = null, Module? activation = null, string bodyName = "body", string projectionName = "downsample")
    {
        _body = AddChild(bodyName, body);
        _projection = projection is null ? null : AddChild(projectionName, projection);
        _activation = activation is null ? null : AddChild("activation", activation);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        Tensor change = _body.Forward(input);
        Tensor kept = _projection?.Forward(input) ?? input;
        Tensor sum = kept + change;
        Release(change, input);
        Release(kept, input);
        if (_activation is null)
        {
            return sum;
        }

        Tensor output = _activation.Forward(sum);
        Release(sum, output);
        return output;
    }

    private static void Release(Tensor tensor, Tensor keep)
    {
        if (!ReferenceEquals(tensor, keep))
        {
            tensor.Dispose();
        }
    }
}

/// <summary>
/// A dense connection (Huang et al. 2017): the input's channels, then those of f(x), joined along dimension 1. A dense
/// block is a <see cref="Sequential"/> of these.
/// </summary>
public sealed class DenseConnection : Module
{
    private readonly Module _body;

    /// <summary>Makes the connection.</summary>
    /// <param name="body">f, which keeps every length but that of dimension 1.</param>
    /// <param name="bodyName">
    /// Name of f; with an empty one the names inside f stand as this module's own, as in torchvision's dense layers.
    /// </param>
    public DenseConnection(Module body, string bodyName = "body") => _body = AddChild(bodyName, body);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        Tensor added = _body.Forward(input);
        Tensor output = Tensor.Concatenate([input, added], 1);
        if (!ReferenceEquals(added, input))
        {
            added.Dispose();
        }

        return output;
    }
}
