namespace Brink.Torch.Nn;

/// <summary>
/// A layer that is affine in its input, W·x + b: the layers whose weights the initialisation schemes draw.
/// </summary>
public abstract class AffineLayer : Module
{
    /// <summary>Makes the layer's parameters.</summary>
    /// <param name="outputs">Number of outputs or output channels; the length of the bias.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="weightShape">Shape of the weight, outputs first.</param>
    private protected AffineLayer(long outputs, bool bias, params long[] weightShape)
    {
        Weight = AddParameter("weight", weightShape);
        Bias = bias ? AddParameter("bias", outputs) : null;
    }

    /// <summary>The weight W, outputs × inputs (per group) × taps.</summary>
    public Parameter Weight { get; }

    /// <summary>The bias b, one number per output; null where there is none.</summary>
    public Parameter? Bias { get; }

    /// <summary>Number of inputs that reach one output: inputs times taps.</summary>
    public long FanIn => Weight.Count / Weight.Shape[0];

    /// <summary>Number of outputs that one input reaches, taps counted: outputs times taps.</summary>
    public long FanOut => Weight.Count / Weight.Shape[1];

    /// <inheritdoc/>
    /// <remarks>
    /// <c>reset_parameters</c> of PyTorch's Linear and Conv2d: Kaiming-uniform with the gain of a leaky ReLU of slope
    /// a = √5 for the weight, that is U(±1/√fan_in), then U(±1/√fan_in) for the bias. The bound of the weight goes
    /// through PyTorch's own sequence of roundings, without which the last bits differ.
    /// </remarks>
    public override void DrawDefault(WeightDraw draw)
    {
        double slope = Math.Sqrt(5);
        double gain = Math.Sqrt(2.0 / (1 + (slope * slope)));
        draw.Uniform(Weight, Math.Sqrt(3.0) * (gain / Math.Sqrt(FanIn)));
        if (Bias is not null)
        {
            draw.Uniform(Bias, 1 / Math.Sqrt(FanIn));
        }
    }
}
