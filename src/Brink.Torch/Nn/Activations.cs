namespace Brink.Torch.Nn;

/// <summary>max(x, 0).</summary>
public sealed class ReLU : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => ActivationRecord.Note(this, input.Relu());
}

/// <summary>Hyperbolic tangent.</summary>
public sealed class Tanh : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Tanh();
}

/// <summary>1 / (1 + e^−x).</summary>
public sealed class Sigmoid : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Sigmoid();
}

/// <summary>x Φ(x), with the exact normal distribution function Φ.</summary>
public sealed class GELU : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Gelu();
}

/// <summary>x where positive, α(e^x − 1) elsewhere.</summary>
/// <param name="alpha">α.</param>
public sealed class ELU(double alpha = 1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Elu(alpha);
}

/// <summary>log(1 + e^βx) / β, the identity where βx is above the threshold.</summary>
/// <param name="beta">β.</param>
/// <param name="threshold">The threshold.</param>
public sealed class Softplus(double beta = 1, double threshold = 20) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softplus(beta, threshold);
}

/// <summary>x cut to [low, high].</summary>
/// <param name="low">Lower end.</param>
/// <param name="high">Upper end.</param>
public sealed class Hardtanh(double low = -1, double high = 1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        Tensor output = input.HardTanh(low, high);

        // Cut at zero (as ReLU6 is) it has an exact zero region; elsewhere it is zero at one point.
        return low == 0 || high == 0 ? ActivationRecord.Note(this, output) : output;
    }
}

/// <summary>x itself: the very same tensor.</summary>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input;
}
