using Brink.Torch;
using Brink.Torch.Nn;

namespace Brink.Networks;

/// <summary>
/// The image averaged to a given side, as <see cref="AdaptiveAvgPool2d"/> does; but an image of one pixel, all of whose means
/// are that pixel, stays as it is, for <see cref="LinearOfMeans"/> to spread.
/// </summary>
/// <param name="side">The side.</param>
internal sealed class MeansOfWindows(long side) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) =>
        input.Shape[^1] == 1 && input.Shape[^2] == 1 ? input : input.AdaptiveAveragePooling(side, side);
}

/// <summary>
/// The linear layer behind <see cref="MeansOfWindows"/>. Of one pixel it need not multiply as many copies as there are means:
/// Σₚ W[:, c, p]·x[c] = (Σₚ W[:, c, p])·x[c], with a part of the arithmetic (for VGG11 on 32×32 images a 49th).
/// </summary>
/// <param name="channels">Channels of the image.</param>
/// <param name="means">Means of a channel.</param>
/// <param name="outputs">Outputs.</param>
internal sealed class LinearOfMeans(long channels, long means, long outputs) : Linear(channels * means, outputs)
{
    private readonly long _channels = channels;
    private readonly long _means = means;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Shape[^1] == _channels && _means > 1
        ? input.Linear(Weight.Value.View(-1, _channels, _means).Sum(2), Bias?.Value)
        : base.Forward(input);
}
