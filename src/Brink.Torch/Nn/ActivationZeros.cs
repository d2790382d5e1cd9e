namespace Brink.Torch.Nn;

/// <summary>
/// Zeros in the outputs of one activation over many samples. A <em>unit</em> is one element of the output for one sample: a
/// feature, a channel at a position, an entry of a token.
/// </summary>
/// <param name="Name">
/// The module's dotted name; a network that calls it again in the same pass has it again as <c>name#2</c>, and so on.
/// </param>
/// <param name="Units">Number of units.</param>
/// <param name="Dead">Units that are exactly zero on every sample.</param>
/// <param name="Zeros">Zeros over all units and samples.</param>
/// <param name="Samples">Number of samples.</param>
public sealed record ActivationZeros(string Name, long Units, long Dead, long Zeros, long Samples)
{
    /// <summary>Share of the units that are dead, in [0, 1].</summary>
    public double DeadFraction => (double)Dead / Units;

    /// <summary>Share of the outputs that are zero, in [0, 1].</summary>
    public double ZeroFraction => Zeros / ((double)Units * Samples);
}
