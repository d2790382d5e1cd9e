namespace Brink.Torch.Nn;

/// <summary>How the weights of a network's affine layers are drawn; biases and normalisations are PyTorch's default in every scheme.</summary>
public enum InitializationScheme
{
    /// <summary>PyTorch's default: U(±1/√fan_in).</summary>
    Default,

    /// <summary>Glorot and Bengio 2010: N(0, 2/(fan_in + fan_out)), gain 1.</summary>
    XavierNormal,

    /// <summary>Glorot and Bengio 2010: U(±√(6/(fan_in + fan_out))), gain 1.</summary>
    XavierUniform,

    /// <summary>He et al. 2015: N(0, 2/fan_in), the gain √2 of ReLU.</summary>
    KaimingNormal,

    /// <summary>He et al. 2015: U(±√(6/fan_in)), the gain √2 of ReLU.</summary>
    KaimingUniform,
}
