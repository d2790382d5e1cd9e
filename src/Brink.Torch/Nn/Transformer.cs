namespace Brink.Torch.Nn;

/// <summary>
/// The encoder of the simple vision transformer (Beyer et al. 2022) under <c>vit-pytorch</c>'s names: for each layer
/// x + attention(x), then x + W₂ GELU(W₁ LayerNorm(x) + b₁) + b₂; at the end a layer normalisation, <c>norm</c>, which
/// comes first among the parameters.
/// </summary>
public sealed class Transformer : Module
{
    private readonly LayerNorm _norm;
    private readonly Sequential _layers;

    /// <summary>Makes the encoder.</summary>
    /// <param name="width">Length of a token.</param>
    /// <param name="depth">Number of layers.</param>
    /// <param name="heads">Heads of each attention.</param>
    /// <param name="headWidth">Length of a head's queries, keys and values.</param>
    /// <param name="hidden">Hidden units of the part after each attention.</param>
    public Transformer(long width, int depth, long heads, long headWidth, long hidden)
    {
        _norm = AddChild("norm", new LayerNorm(width));
        _layers = AddChild("layers", new Sequential(Enumerable.Range(0, depth).Select(_ => Layer(width, heads, headWidth, hidden))));
    }

    /// <summary>Encodes token sequences.</summary>
    /// <param name="input">Samples × tokens × width.</param>
    /// <returns>Samples × tokens × width.</returns>
    public override Tensor Forward(Tensor input)
    {
        Tensor encoded = _layers.Forward(input);
        Tensor output = _norm.Forward(encoded);
        if (!ReferenceEquals(encoded, input))
        {
            encoded.Dispose();
        }

        return output;
    }

    private static Sequential Layer(long width, long heads, long headWidth, long hidden)
    {
        var feedForward = new Sequential(new LayerNorm(width), new Linear(width, hidden), new GELU(), new Linear(hidden, width));
        return new Sequential(
            new Residual(new Attention(width, heads, headWidth), bodyName: string.Empty),
            new Residual(feedForward, bodyName: "net"));
    }
}
