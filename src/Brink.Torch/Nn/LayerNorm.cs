namespace Brink.Torch.Nn;

/// <summary>
/// Layer normalisation (Ba et al. 2016): γ (x − mean) / √(variance + ε) + β over the last dimensions of each sample,
/// after <c>torch.nn.LayerNorm</c>.
/// </summary>
public sealed class LayerNorm : Module
{
    private readonly long[] _shape;
    private readonly double _epsilon;

    /// <summary>Makes the layer.</summary>
    /// <param name="shape">The last dimensions, normalised over together.</param>
    /// <param name="epsilon">ε, added to the variance.</param>
    public LayerNorm(long[] shape, double epsilon = 1e-5)
    {
        _shape = shape;
        _epsilon = epsilon;
        Weight = AddParameter("weight", shape);
        Bias = AddParameter("bias", shape);
    }

    /// <summary>Normalises over the last dimension.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="epsilon">ε, added to the variance.</param>
    public LayerNorm(long length, double epsilon = 1e-5)
        : this([length], epsilon)
    {
    }

    /// <summary>γ, one number per place.</summary>
    public Parameter Weight { get; }

    /// <summary>β, one number per place.</summary>
    public Parameter Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LayerNormalization(_shape, Weight.Value, Bias.Value, _epsilon);

    /// <inheritdoc/>
    /// <remarks>γ = 1 and β = 0, without drawing.</remarks>
    public override void DrawDefault(WeightDraw draw)
    {
        draw.Constant(Weight, 1);
        draw.Constant(Bias, 0);
    }
}
