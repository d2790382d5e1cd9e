namespace Brink.Torch.Nn;

/// <summary>
/// Two-dimensional cross-correlation with square filters, after <c>torch.nn.Conv2d</c>: N × inputs × H × W to
/// N × outputs × H′ × W′ with H′ = ⌊(H + 2·padding − dilation·(size − 1) − 1) / stride⌋ + 1.
/// </summary>
/// <param name="inputs">Input channels.</param>
/// <param name="outputs">Output channels.</param>
/// <param name="size">Side of the filters.</param>
/// <param name="stride">Step between positions.</param>
/// <param name="padding">Zeros around the image.</param>
/// <param name="dilation">Distance between taps.</param>
/// <param name="groups">Groups of channels that do not mix; divides inputs and outputs.</param>
/// <param name="bias">Whether there is a bias.</param>
public sealed class Conv2d(
    long inputs, long outputs, long size, long stride = 1, long padding = 0, long dilation = 1, long groups = 1, bool bias = true)
    : AffineLayer(outputs, bias, outputs, inputs / groups, size, size)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) =>
        input.Convolution(Weight.Value, Bias?.Value, stride, padding, dilation, groups);
}
