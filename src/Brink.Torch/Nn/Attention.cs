namespace Brink.Torch.Nn;

/// <summary>
/// Multi-head self-attention (Vaswani et al. 2017) behind a layer normalisation, as in the simple vision transformer
/// (Beyer et al. 2022) and under the parameter names of its common PyTorch form (<c>vit-pytorch</c>, SimpleViT):
/// <c>norm.weight</c>, <c>norm.bias</c>, <c>to_qkv.weight</c>, <c>to_out.weight</c>.
/// </summary>
/// <remarks>
/// With x̂ = LayerNorm(x) and, for each head, (q, k, v) the rows' parts of x̂·W_qkvᵀ: softmax(q kᵀ / √d) v, the heads'
/// results side by side, times W_outᵀ. No biases but the normalisation's; no dropout. The sum with x is the caller's
/// (<see cref="Residual"/>).
/// </remarks>
public sealed class Attention : Module
{
    private readonly long _heads;
    private readonly long _headWidth;
    private readonly LayerNorm _norm;
    private readonly Linear _queriesKeysValues;
    private readonly Linear _out;

    /// <summary>Makes the layer.</summary>
    /// <param name="width">Length of a token, in and out; at least 1.</param>
    /// <param name="heads">Number of heads; at least 1.</param>
    /// <param name="headWidth">d, the length of a head's queries, keys and values; at least 1.</param>
    public Attention(long width, long heads = 8, long headWidth = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headWidth, 1);
        _heads = heads;
        _headWidth = headWidth;
        _norm = AddChild("norm", new LayerNorm(width));
        _queriesKeysValues = AddChild("to_qkv", new Linear(width, 3 * heads * headWidth, bias: false));
        _out = AddChild("to_out", new Linear(heads * headWidth, width, bias: false));
    }

    /// <summary>Computes the output for a batch of token sequences.</summary>
    /// <param name="input">Samples × tokens × width.</param>
    /// <returns>Samples × tokens × width.</returns>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var scope = new TensorScope();
        Tensor all = _queriesKeysValues.Forward(_norm.Forward(input));
        Tensor queries = Heads(all, 0);
        Tensor keys = Heads(all, 1);
        Tensor values = Heads(all, 2);
        Tensor similarity = queries.MatrixProduct(keys.Transpose(-1, -2)) * (1 / Math.Sqrt(_headWidth));
        Tensor mixed = similarity.Softmax(-1).MatrixProduct(values);
        return scope.Keep(_out.Forward(mixed.Transpose(1, 2).Flatten(2)));
    }

    /// <summary>The queries (0), keys (1) or values (2): samples × heads × tokens × d.</summary>
    private Tensor Heads(Tensor all, long part)
    {
        long width = _heads * _headWidth;
        long[] shape = all.Shape;
        return all.Narrow(2, part * width, width).Reshape(shape[0], shape[1], _heads, _headWidth).Transpose(1, 2);
    }
}
