namespace Brink.Torch.Nn;

/// <summary>
/// Start weights as PyTorch draws them: a seed gives PyTorch's own weights, bit for bit. First every module's default,
/// in the order in which PyTorch's constructors run after <c>torch.manual_seed(seed)</c>; then, in a scheme other than
/// the default, the weights of <see cref="Linear"/> and <see cref="Conv2d"/> again, layer by layer in the order of
/// <see cref="Module.Modules"/>, from the same stream, as <c>torch.nn.init</c> does.
/// </summary>
public static class Initialization
{
    /// <summary>Draws start values for every parameter of a network; the network itself is not changed.</summary>
    /// <param name="network">The network.</param>
    /// <param name="scheme">How weights are drawn.</param>
    /// <param name="seed">The seed of a stream of its own.</param>
    /// <param name="type">
    /// Element type; float32 and float64 take different numbers from the stream, as in PyTorch with that default type.
    /// </param>
    /// <returns>
    /// Names and values on the CPU, in the order of <see cref="Module.NamedParameters"/>, owned by the current scope.
    /// </returns>
    public static IReadOnlyList<(string Name, Tensor Value)> Draw(
        Module network, InitializationScheme scheme, ulong seed, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var generator = new Generator(seed);
        var draw = new WeightDraw(generator, type);
        network.DrawDefault(draw);
        if (scheme != InitializationScheme.Default)
        {
            foreach (AffineLayer layer in network.Modules().OfType<AffineLayer>())
            {
                Redraw(draw, layer, scheme);
            }
        }

        return [.. network.NamedParameters().Select(entry => (entry.Name, draw.Value(entry.Name, entry.Parameter)))];
    }

    /// <summary>Draws a layer's weight; each formula rounds in the order of <c>torch/nn/init.py</c>.</summary>
    private static void Redraw(WeightDraw draw, AffineLayer layer, InitializationScheme scheme)
    {
        double xavier = Math.Sqrt(2.0 / (layer.FanIn + layer.FanOut));
        double kaiming = Math.Sqrt(2.0) / Math.Sqrt(layer.FanIn);
        switch (scheme)
        {
            case InitializationScheme.XavierNormal:
                draw.Normal(layer.Weight, xavier);
                break;
            case InitializationScheme.XavierUniform:
                draw.Uniform(layer.Weight, Math.Sqrt(3.0) * xavier);
                break;
            case InitializationScheme.KaimingNormal:
                draw.Normal(layer.Weight, kaiming);
                break;
            case InitializationScheme.KaimingUniform:
                draw.Uniform(layer.Weight, Math.Sqrt(3.0) * kaiming);
                break;
            case InitializationScheme.Default:
            default:
                throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "no such initialisation scheme");
        }
    }
}
