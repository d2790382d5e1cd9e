namespace Brink.Torch.Nn;

/// <summary>Largest element of each square window, after <c>torch.nn.MaxPool2d</c>: N × C × H × W to N × C × H′ × W′.</summary>
/// <param name="size">Side of the windows.</param>
/// <param name="stride">Step between windows; the side where not given.</param>
/// <param name="padding">−∞ around the image; at most half the side.</param>
public sealed class MaxPool2d(long size, long? stride = null, long padding = 0) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.MaxPooling(size, stride ?? size, padding);
}

/// <summary>Mean of each square window, padding counted, after <c>torch.nn.AvgPool2d</c>: N × C × H × W to N × C × H′ × W′.</summary>
/// <param name="size">Side of the windows.</param>
/// <param name="stride">Step between windows; the side where not given.</param>
/// <param name="padding">Zeros around the image; at most half the side.</param>
public sealed class AvgPool2d(long size, long? stride = null, long padding = 0) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AveragePooling(size, stride ?? size, padding);
}

/// <summary>
/// Means over windows chosen so that the image gets a given size, after <c>torch.nn.AdaptiveAvgPool2d</c>:
/// N × C × H × W to N × C × height × width.
/// </summary>
/// <param name="height">Height of the result.</param>
/// <param name="width">Width of the result; the height where not given.</param>
public sealed class AdaptiveAvgPool2d(long height, long? width = null) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AdaptiveAveragePooling(height, width ?? height);
}
