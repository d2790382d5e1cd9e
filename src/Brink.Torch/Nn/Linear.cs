namespace Brink.Torch.Nn;

/// <summary>x Wᵀ + b on the last dimension, after <c>torch.nn.Linear</c>.</summary>
/// <param name="inputs">Length of the input's last dimension.</param>
/// <param name="outputs">Length of the output's last dimension.</param>
/// <param name="bias">Whether there is a bias.</param>
public class Linear(long inputs, long outputs, bool bias = true) : AffineLayer(outputs, bias, outputs, inputs)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Linear(Weight.Value, Bias?.Value);
}
