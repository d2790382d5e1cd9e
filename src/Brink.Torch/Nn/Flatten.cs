namespace Brink.Torch.Nn;

/// <summary>Merges all dimensions but the samples', after <c>torch.nn.Flatten</c>: N × C × H × W to N × (C·H·W).</summary>
public sealed class Flatten : Module
{
    /// <inheritdoc/>
    /// <remarks>The order is that of channel, row, column, however the images lie in memory.</remarks>
    public override Tensor Forward(Tensor input) => input.Flatten(1);
}
